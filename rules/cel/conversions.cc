#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "rules/cel/number_text.h"
#include "rules/cel/overload.h"
#include "rules/cel/time_math.h"
#include "rules/cel/time_text.h"

/// int() uint() double() string() bool() timestamp() duration(), as the CEL specification says:
/// what cannot be converted is an error, never a near value.

namespace tocsin::cel {
namespace {

constexpr ValueKind kBool = ValueKind::boolean;
constexpr ValueKind kInt = ValueKind::int64;
constexpr ValueKind kUint = ValueKind::uint64;
constexpr ValueKind kDouble = ValueKind::float64;
constexpr ValueKind kString = ValueKind::string;
constexpr ValueKind kTimestamp = ValueKind::timestamp;
constexpr ValueKind kDuration = ValueKind::duration;

Status store(Value* args, const std::optional<Value>& result) {
  if (!result) return EvalError::bad_conversion;
  args[0] = *result;
  return kOk;
}

Status same(Value*, Runtime&, std::uint32_t) { return kOk; }

template <class T>
std::optional<T> parse_whole(std::string_view text) {
  T value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = read.ec == std::errc{} && read.ptr == text.data() + text.size();
  return whole ? std::optional<T>(value) : std::nullopt;
}

// from_chars takes a minus, not a plus.
std::string_view without_plus(std::string_view text) {
  const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
  return plus ? text.substr(1) : text;
}

Status int_of_uint(Value* args, Runtime&, std::uint32_t) {
  if (args[0].as_uint() > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    return EvalError::bad_conversion;
  }
  args[0] = Value::int64(static_cast<std::int64_t>(args[0].as_uint()));
  return kOk;
}

// The ends are out: a double there may have been any of a thousand integers. NaN fails too.
Status int_of_double(Value* args, Runtime&, std::uint32_t) {
  const double d = args[0].as_double();
  if (!(d > -0x1p63 && d < 0x1p63)) return EvalError::bad_conversion;
  args[0] = Value::int64(static_cast<std::int64_t>(d));
  return kOk;
}

Status int_of_string(Value* args, Runtime&, std::uint32_t) {
  const auto i = parse_whole<std::int64_t>(without_plus(args[0].as_string()));
  return store(args, i ? std::optional(Value::int64(*i)) : std::nullopt);
}

Status int_of_timestamp(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::int64(args[0].seconds());
  return kOk;
}

Status uint_of_int(Value* args, Runtime&, std::uint32_t) {
  if (args[0].as_int() < 0) return EvalError::bad_conversion;
  args[0] = Value::uint64(static_cast<std::uint64_t>(args[0].as_int()));
  return kOk;
}

Status uint_of_double(Value* args, Runtime&, std::uint32_t) {
  const double d = args[0].as_double();
  if (!(d >= 0 && d < 0x1p64)) return EvalError::bad_conversion;
  args[0] = Value::uint64(static_cast<std::uint64_t>(d));
  return kOk;
}

Status uint_of_string(Value* args, Runtime&, std::uint32_t) {
  const auto u = parse_whole<std::uint64_t>(args[0].as_string());
  return store(args, u ? std::optional(Value::uint64(*u)) : std::nullopt);
}

Status double_of_int(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::float64(static_cast<double>(args[0].as_int()));
  return kOk;
}
Status double_of_uint(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::float64(static_cast<double>(args[0].as_uint()));
  return kOk;
}

bool same_word(std::string_view a, std::string_view lower) {
  return std::equal(a.begin(), a.end(), lower.begin(), lower.end(),
                    [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x - 'A' + 'a' : x) == y; });
}

std::optional<double> parse_double(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view magnitude = negative ? text.substr(1) : without_plus(text);
  if (same_word(magnitude, "nan")) return std::numeric_limits<double>::quiet_NaN();
  if (same_word(magnitude, "inf") || same_word(magnitude, "infinity")) {
    const double infinity = std::numeric_limits<double>::infinity();
    return negative ? -infinity : infinity;
  }
  const auto d = parse_magnitude(magnitude);
  if (!d) return std::nullopt;
  return negative ? -*d : *d;
}

Status double_of_string(Value* args, Runtime&, std::uint32_t) {
  const auto d = parse_double(args[0].as_string());
  return store(args, d ? std::optional(Value::float64(*d)) : std::nullopt);
}

Status bool_of_string(Value* args, Runtime&, std::uint32_t) {
  constexpr std::string_view kTrue[] = {"1", "t", "T", "true", "TRUE", "True"};
  constexpr std::string_view kFalse[] = {"0", "f", "F", "false", "FALSE", "False"};
  const std::string_view text = args[0].as_string();
  const bool yes = std::find(std::begin(kTrue), std::end(kTrue), text) != std::end(kTrue);
  const bool no = std::find(std::begin(kFalse), std::end(kFalse), text) != std::end(kFalse);
  if (!yes && !no) return EvalError::bad_conversion;
  args[0] = Value::boolean(yes);
  return kOk;
}

Status store_text(Value* args, Runtime& runtime, std::string_view text) {
  char* copy = runtime.arena.take(text.size());
  if (copy == nullptr) return EvalError::too_long;
  std::memcpy(copy, text.data(), text.size());
  args[0] = Value::string({copy, text.size()});
  return kOk;
}

template <class T>
Status store_number(Value* args, Runtime& runtime, T number) {
  std::array<char, 32> text;  // the longest: "-1.7976931348623157e+308"
  const auto end = fmt::format_to(text.data(), "{}", number);
  return store_text(args, runtime, {text.data(), static_cast<std::size_t>(end - text.data())});
}

Status string_of_bool(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::string(args[0].as_bool() ? "true" : "false");
  return kOk;
}
Status string_of_int(Value* args, Runtime& runtime, std::uint32_t) {
  return store_number(args, runtime, args[0].as_int());
}
Status string_of_uint(Value* args, Runtime& runtime, std::uint32_t) {
  return store_number(args, runtime, args[0].as_uint());
}
Status string_of_double(Value* args, Runtime& runtime, std::uint32_t) {
  const double d = args[0].as_double();
  if (std::isnan(d)) return store_text(args, runtime, "NaN");
  if (std::isinf(d)) return store_text(args, runtime, d < 0 ? "-Infinity" : "Infinity");
  return store_number(args, runtime, d);
}
Status string_of_timestamp(Value* args, Runtime& runtime, std::uint32_t) {
  TimeText text;
  return store_text(args, runtime, format_timestamp(args[0], text));
}
Status string_of_duration(Value* args, Runtime& runtime, std::uint32_t) {
  TimeText text;
  return store_text(args, runtime, format_duration(args[0], text));
}

Status timestamp_of_int(Value* args, Runtime&, std::uint32_t) {
  return store(args, timestamp_of(args[0].as_int() * kNanosPerSecond));
}
Status timestamp_of_string(Value* args, Runtime&, std::uint32_t) {
  return store(args, parse_timestamp(args[0].as_string()));
}
Status duration_of_string(Value* args, Runtime&, std::uint32_t) {
  return store(args, parse_duration(args[0].as_string()));
}

constexpr std::uint16_t kTextCost = 4;  // steps

constexpr Overload convert(std::string_view name, ValueKind from, ValueKind to, Builtin run) {
  const bool text = from == kString || to == kString;
  return {.name = name,
          .style = CallStyle::function,
          .parameters = {from},
          .result = to,
          .run = run,
          .may_fail = true,
          .cost = text ? kTextCost : std::uint16_t{1}};
}
constexpr Overload always(std::string_view name, ValueKind from, ValueKind to, Builtin run) {
  return {
      .name = name, .style = CallStyle::function, .parameters = {from}, .result = to, .run = run};
}

constexpr Overload kOverloads[] = {
    always("int", kInt, kInt, same),
    convert("int", kUint, kInt, int_of_uint),
    convert("int", kDouble, kInt, int_of_double),
    convert("int", kString, kInt, int_of_string),
    always("int", kTimestamp, kInt, int_of_timestamp),
    always("uint", kUint, kUint, same),
    convert("uint", kInt, kUint, uint_of_int),
    convert("uint", kDouble, kUint, uint_of_double),
    convert("uint", kString, kUint, uint_of_string),
    always("double", kDouble, kDouble, same),
    always("double", kInt, kDouble, double_of_int),
    always("double", kUint, kDouble, double_of_uint),
    convert("double", kString, kDouble, double_of_string),
    always("bool", kBool, kBool, same),
    convert("bool", kString, kBool, bool_of_string),
    always("string", kString, kString, same),
    always("string", kBool, kString, string_of_bool),
    convert("string", kInt, kString, string_of_int),
    convert("string", kUint, kString, string_of_uint),
    convert("string", kDouble, kString, string_of_double),
    convert("string", kTimestamp, kString, string_of_timestamp),
    convert("string", kDuration, kString, string_of_duration),
    always("timestamp", kTimestamp, kTimestamp, same),
    convert("timestamp", kInt, kTimestamp, timestamp_of_int),
    convert("timestamp", kString, kTimestamp, timestamp_of_string),
    always("duration", kDuration, kDuration, same),
    convert("duration", kString, kDuration, duration_of_string),
};

}  // namespace

std::span<const Overload> conversion_overloads() { return kOverloads; }

}  // namespace tocsin::cel
