#include <chrono>

#include "rules/cel/overload.h"
#include "rules/cel/time_math.h"

/// Arithmetic and getters of timestamps and durations.

namespace tocsin::cel {
namespace {

constexpr ValueKind kTimestamp = ValueKind::timestamp;
constexpr ValueKind kDuration = ValueKind::duration;
constexpr ValueKind kInt = ValueKind::int64;

Value split(Nanos total, Value (*make)(std::int64_t, std::uint32_t)) {
  Nanos seconds = total / kNanosPerSecond;
  Nanos rest = total % kNanosPerSecond;
  if (rest < 0) {
    rest += kNanosPerSecond;
    --seconds;
  }
  return make(static_cast<std::int64_t>(seconds), static_cast<std::uint32_t>(rest));
}

Status store(Value* args, const std::optional<Value>& result) {
  if (!result) return EvalError::overflow;
  args[0] = *result;
  return kOk;
}

Status timestamp_plus(Value* args, Runtime&, std::uint32_t) {
  return store(args, timestamp_of(nanos_of(args[0]) + nanos_of(args[1])));
}
Status timestamp_minus_duration(Value* args, Runtime&, std::uint32_t) {
  return store(args, timestamp_of(nanos_of(args[0]) - nanos_of(args[1])));
}
Status timestamp_minus_timestamp(Value* args, Runtime&, std::uint32_t) {
  return store(args, duration_of(nanos_of(args[0]) - nanos_of(args[1])));
}
Status duration_plus(Value* args, Runtime&, std::uint32_t) {
  return store(args, duration_of(nanos_of(args[0]) + nanos_of(args[1])));
}
Status duration_minus(Value* args, Runtime&, std::uint32_t) {
  return store(args, duration_of(nanos_of(args[0]) - nanos_of(args[1])));
}

// A moment as a calendar and a clock on the wall show it.
struct Local {
  std::chrono::sys_days day;
  std::int64_t second_of_day;
  std::uint32_t nanos;

  std::chrono::year_month_day date() const { return {day}; }
};

using LocalGetter = std::int64_t (*)(const Local&);

Local local_at(const Value& time, std::int32_t offset) {
  const std::chrono::sys_seconds wall{std::chrono::seconds(time.seconds() + offset)};
  const auto day = std::chrono::floor<std::chrono::days>(wall);
  return {day, (wall - day).count(), time.nanos()};
}

template <LocalGetter Get>
Status get_utc(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::int64(Get(local_at(args[0], 0)));
  return kOk;
}

template <LocalGetter Get>
Status get_in_zone(Value* args, Runtime& runtime, std::uint32_t operand) {
  const auto& zone = runtime.code.zones[operand];
  if (!zone) return EvalError::bad_time_zone;
  args[0] = Value::int64(Get(local_at(args[0], zone->offset_at(args[0].seconds()))));
  return kOk;
}

std::int64_t full_year(const Local& t) { return int{t.date().year()}; }
std::int64_t month(const Local& t) { return std::int64_t{unsigned{t.date().month()}} - 1; }
std::int64_t date(const Local& t) { return unsigned{t.date().day()}; }
std::int64_t day_of_month(const Local& t) { return date(t) - 1; }
std::int64_t day_of_week(const Local& t) { return std::chrono::weekday{t.day}.c_encoding(); }
std::int64_t day_of_year(const Local& t) {
  const std::chrono::sys_days new_year{t.date().year() / std::chrono::January / 1};
  return (t.day - new_year).count();
}
std::int64_t hours(const Local& t) { return t.second_of_day / 3600; }
std::int64_t minutes(const Local& t) { return t.second_of_day / 60 % 60; }
std::int64_t seconds(const Local& t) { return t.second_of_day % 60; }
std::int64_t milliseconds(const Local& t) { return t.nanos / 1'000'000; }

// Whole units of the duration, toward zero.
template <std::int64_t Seconds>
Status whole_units(Value* args, Runtime&, std::uint32_t) {
  const Nanos units = nanos_of(args[0]) / (Seconds * kNanosPerSecond);
  args[0] = Value::int64(static_cast<std::int64_t>(units));
  return kOk;
}

// The part below a second, as CEL has it.
Status millisecond_part(Value* args, Runtime&, std::uint32_t) {
  const Nanos part = nanos_of(args[0]) % kNanosPerSecond / 1'000'000;
  args[0] = Value::int64(static_cast<std::int64_t>(part));
  return kOk;
}

constexpr std::uint16_t kCalendarCost = 4;  // steps

constexpr Overload binary(std::string_view name, ValueKind a, ValueKind b, ValueKind result,
                          Builtin run) {
  return {.name = name,
          .style = CallStyle::binary,
          .parameters = {a, b},
          .result = result,
          .run = run,
          .may_fail = true};
}
constexpr Overload utc(std::string_view name, Builtin run) {
  return {.name = name,
          .style = CallStyle::method,
          .parameters = {kTimestamp},
          .result = kInt,
          .run = run,
          .cost = kCalendarCost};
}
constexpr Overload zoned(std::string_view name, Builtin run) {
  return {.name = name,
          .style = CallStyle::method,
          .parameters = {kTimestamp, ValueKind::string},
          .result = kInt,
          .run = run,
          .may_fail = true,
          .cost = kCalendarCost,
          .prepared = Prepared::zone};
}
constexpr Overload length(std::string_view name, Builtin run) {
  return {.name = name,
          .style = CallStyle::method,
          .parameters = {kDuration},
          .result = kInt,
          .run = run};
}

constexpr Overload kOverloads[] = {
    binary("+", kTimestamp, kDuration, kTimestamp, timestamp_plus),
    binary("+", kDuration, kTimestamp, kTimestamp, timestamp_plus),
    binary("+", kDuration, kDuration, kDuration, duration_plus),
    binary("-", kTimestamp, kDuration, kTimestamp, timestamp_minus_duration),
    binary("-", kTimestamp, kTimestamp, kDuration, timestamp_minus_timestamp),
    binary("-", kDuration, kDuration, kDuration, duration_minus),
    utc("getFullYear", get_utc<full_year>),
    zoned("getFullYear", get_in_zone<full_year>),
    utc("getMonth", get_utc<month>),
    zoned("getMonth", get_in_zone<month>),
    utc("getDate", get_utc<date>),
    zoned("getDate", get_in_zone<date>),
    utc("getDayOfMonth", get_utc<day_of_month>),
    zoned("getDayOfMonth", get_in_zone<day_of_month>),
    utc("getDayOfWeek", get_utc<day_of_week>),
    zoned("getDayOfWeek", get_in_zone<day_of_week>),
    utc("getDayOfYear", get_utc<day_of_year>),
    zoned("getDayOfYear", get_in_zone<day_of_year>),
    utc("getHours", get_utc<hours>),
    zoned("getHours", get_in_zone<hours>),
    utc("getMinutes", get_utc<minutes>),
    zoned("getMinutes", get_in_zone<minutes>),
    utc("getSeconds", get_utc<seconds>),
    zoned("getSeconds", get_in_zone<seconds>),
    utc("getMilliseconds", get_utc<milliseconds>),
    zoned("getMilliseconds", get_in_zone<milliseconds>),
    length("getHours", whole_units<3600>),
    length("getMinutes", whole_units<60>),
    length("getSeconds", whole_units<1>),
    length("getMilliseconds", millisecond_part),
};

}  // namespace

std::optional<Value> timestamp_of(Nanos since_epoch) {
  const bool fits = since_epoch >= kMinTimestamp * kNanosPerSecond &&
                    since_epoch < (kMaxTimestamp + 1) * kNanosPerSecond;
  if (!fits) return std::nullopt;
  return split(since_epoch, [](std::int64_t s, std::uint32_t n) { return Value::timestamp(s, n); });
}

std::optional<Value> duration_of(Nanos length) {
  if (length != static_cast<std::int64_t>(length)) return std::nullopt;
  return split(length, [](std::int64_t s, std::uint32_t n) { return Value::duration(s, n); });
}

std::span<const Overload> time_overloads() { return kOverloads; }

}  // namespace tocsin::cel
