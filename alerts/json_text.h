#pragma once
/// JSON as text, appended to a string that the caller reuses: no tree, no allocation of its own.
/// One spelling for each value, so that equal alerts are equal bytes.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/value.h"

namespace tocsin::alerts {

/// Quoted and escaped; invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string_view text, std::string& out);
void append_json_int(std::int64_t number, std::string& out);
void append_json_uint(std::uint64_t number, std::string& out);
/// The shortest form that reads back, always recognisable as a double: `3.0`, `1e+21`. What JSON
/// has no number for is a string: "NaN", "Infinity", "-Infinity".
void append_json_double(double number, std::string& out);
/// Typed: bool, number, string; timestamps as RFC 3339 and durations as "3.5s" strings; lists as
/// arrays; unset as null.
void append_json_value(const Value& value, std::string& out);

}  // namespace tocsin::alerts
