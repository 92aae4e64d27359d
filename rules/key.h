#pragma once
/// Keys as bytes: the values of `for_each` (or of `identity`) in one string whose byte order is the
/// order of the values. Tables hash it, timers and output order compare it, alerts decode it.
///
///     key   = *value
///     value = kind(1 byte) content
///     text ends in 00 00 (a zero inside is 00 FF); numbers are big-endian, shifted so that
///     memcmp orders them; a list is its length (4 bytes) and its values.
///
/// Thread: any. Deterministic on every machine.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace tocsin::rules {

/// Key bytes with their hash. Points into someone's buffer.
struct KeyView {
  std::string_view bytes;
  std::uint64_t hash = 0;
};

void append_key(std::string& bytes, const Value& value);
std::uint64_t hash_key(std::string_view bytes);

/// Requires: bytes made by append_key.
std::vector<OwnedValue> decode_key(std::string_view bytes);

/// Replaces `bytes` by the key that `slots[s]` for s in `which` make. False, bytes undefined: one
/// is unset.
bool make_key(std::string& bytes, const Value* slots, std::span<const std::uint16_t> which);

}  // namespace tocsin::rules
