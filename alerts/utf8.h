#pragma once
/// Text that leaves the engine is valid UTF-8: protobuf readers and JSON parsers refuse anything
/// else, and an alert must never be refused. Invalid bytes become U+FFFD, one for each byte.
/// Well-formed as Unicode 15, table 3-7: no overlong forms, no surrogates, at most U+10FFFF.
#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin::alerts {

inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Length in bytes of the well-formed character at the front; 0: malformed or empty.
std::size_t utf8_length(std::string_view text);

/// The text itself if it is valid, else a copy with the replacements.
std::string valid_utf8(std::string_view text);

}  // namespace tocsin::alerts
