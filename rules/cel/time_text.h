#pragma once
/// Timestamps and durations as text, without allocating.
#include <array>
#include <optional>
#include <string_view>

#include "core/value.h"

namespace tocsin::cel {

/// RFC 3339, "2026-01-01T08:00:00.25+08:00". Empty: not that, or out of range. Digits beyond
/// nanoseconds are dropped.
std::optional<Value> parse_timestamp(std::string_view text);

/// "1h2m3.5s", "-1.5h", "250ms", "0": decimal numbers, each with a unit of h, m, s, ms, us, ns.
std::optional<Value> parse_duration(std::string_view text);

/// The longest: "9999-12-31T23:59:59.999999999Z".
using TimeText = std::array<char, 32>;
std::string_view format_timestamp(const Value& time, TimeText& out);   ///< RFC 3339 in UTC
std::string_view format_duration(const Value& length, TimeText& out);  ///< "3.5s"

}  // namespace tocsin::cel
