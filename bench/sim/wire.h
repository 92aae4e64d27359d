#pragma once
/// The few pieces of the protobuf wire format that events need.
///
///     field  = varint(number << 3 | wire type) value
///     varint = groups of 7 bits, lowest first, the top bit says that more follow
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::sim::wire {

inline void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>((value & 0x7f) | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

inline void put_tag(std::string& out, int number, unsigned type) {
  put_varint(out, static_cast<std::uint64_t>(number) << 3 | type);
}

inline void put_varint_field(std::string& out, int number, std::uint64_t value) {
  put_tag(out, number, 0);
  put_varint(out, value);
}

inline void put_double(std::string& out, int number, double value) {
  put_tag(out, number, 1);
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(bits >> shift & 0xff);
}

inline void put_bytes(std::string& out, int number, std::string_view bytes) {
  put_tag(out, number, 2);
  put_varint(out, bytes.size());
  out += bytes;
}

}  // namespace tocsin::sim::wire
