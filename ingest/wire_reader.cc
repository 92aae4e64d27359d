#include "ingest/wire_reader.h"

#include <bit>

namespace tocsin::ingest {

static_assert(std::endian::native == std::endian::little);

bool WireReader::long_varint(std::uint64_t& out) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    if (at_ == end_) return fail("the bytes end inside a varint");
    const auto byte = static_cast<unsigned char>(*at_++);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      out = value;
      return true;
    }
  }
  return fail("a varint over 10 bytes");
}

bool WireReader::short_varint(std::uint32_t& out, std::uint32_t last_byte_limit) {
  std::uint32_t value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    if (at_ == end_) return fail("the bytes end inside a varint");
    const auto byte = static_cast<unsigned char>(*at_++);
    if (shift == 28 && byte >= last_byte_limit) break;
    value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      out = value;
      return true;
    }
  }
  return fail("a tag or length over 32 bits");
}

bool WireReader::tag(Tag& out) {
  std::uint32_t value = 0;
  if (!short_varint(value, 0x80)) return false;
  out.number = value >> 3;
  out.wire = static_cast<WireType>(value & 7);
  if (out.number == 0) return fail("field number 0");
  return true;
}

bool WireReader::bytes(std::string_view& out) {
  std::uint32_t length = 0;
  if (!short_varint(length, 8)) return false;
  if (length > rest().size()) return fail("a length beyond the end");
  out = {at_, length};
  at_ += length;
  return true;
}

bool WireReader::skip(Tag tag, int depth) {
  std::uint64_t number = 0;
  std::uint32_t small = 0;
  std::string_view text;
  switch (tag.wire) {
    case WireType::varint: return varint(number);
    case WireType::fixed64: return fixed64(number);
    case WireType::length: return bytes(text);
    case WireType::start_group: return skip_group(tag.number, depth - 1);
    case WireType::fixed32: return fixed32(small);
    case WireType::end_group: return fail("the end of a group that did not begin");
  }
  return fail("a wire type that does not exist");
}

bool WireReader::skip_group(std::uint32_t number, int depth) {
  if (depth < 0) return fail("groups nested too deep");
  while (!done()) {
    Tag inner;
    if (!tag(inner)) return false;
    if (inner.wire == WireType::end_group) {
      return inner.number == number || fail("the end of another group");
    }
    if (!skip(inner, depth)) return false;
  }
  return fail("a group that does not end");
}

}  // namespace tocsin::ingest
