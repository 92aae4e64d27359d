#pragma once
/// WireReader: protobuf's wire format, byte by byte, without copying. It accepts and refuses
/// exactly what generated code (3.21) does:
///
///     message := field*        field := tag value        tag := varint(number << 3 | wire type),
///     number > 0 value   := varint | 8 bytes | varint(length) bytes | field* end-group | 4 bytes
///
/// A varint is at most 10 bytes, that of a tag or length at most 5; groups nest at most
/// kMaxWireDepth deep. Once a call has returned false the reader is done, and error() says why.
///
/// Thread: one. Lifetime: views point into the bytes it was given.
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tocsin::ingest {

inline constexpr int kMaxWireDepth = 100;

enum class WireType : std::uint8_t { varint, fixed64, length, start_group, end_group, fixed32 };

struct Tag {
  std::uint32_t number = 0;
  WireType wire{};
};

class WireReader {
 public:
  explicit WireReader(std::string_view bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool done() const { return at_ == end_; }
  std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }
  std::string_view error() const { return error_; }

  bool tag(Tag& out);
  bool varint(std::uint64_t& out) {
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) {
      out = static_cast<unsigned char>(*at_++);
      return true;
    }
    return long_varint(out);
  }
  bool fixed32(std::uint32_t& out) { return fixed(out); }
  bool fixed64(std::uint64_t& out) { return fixed(out); }
  bool bytes(std::string_view& out);

  /// Over the value of a field that is not wanted. `depth`: groups that may still be entered.
  bool skip(Tag tag, int depth);

 private:
  template <class Int>
  bool fixed(Int& out) {
    if (rest().size() < sizeof out) return fail("the bytes end inside a field");
    std::memcpy(&out, at_, sizeof out);  // little-endian, as every machine this runs on
    at_ += sizeof out;
    return true;
  }
  bool long_varint(std::uint64_t& out);
  bool short_varint(std::uint32_t& out, std::uint32_t last_byte_limit);
  bool skip_group(std::uint32_t number, int depth);
  bool fail(std::string_view why) {
    error_ = why;
    return false;
  }

  const char* at_;
  const char* end_;
  std::string_view error_;
};

}  // namespace tocsin::ingest
