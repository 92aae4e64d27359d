#include "rules/calendar.h"

#include <algorithm>

namespace tocsin::rules {
namespace {

constexpr std::int64_t kDaySeconds = 24 * 3600;
constexpr std::int64_t kFirstWeekday = 3;  // 1970-01-01 was a Thursday; Monday is 0

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

bool has_day(std::uint8_t days, std::int64_t day) {
  const std::int64_t weekday = day + kFirstWeekday - floor_div(day + kFirstWeekday, 7) * 7;
  return (days >> weekday & 1) != 0;
}

}  // namespace

bool CalendarSpan::holds(Timestamp at) const {
  const std::int64_t seconds = floor_div(unix_ms(at), 1000);
  const std::int64_t local = seconds + zone.offset_at(seconds);
  const std::int64_t day = floor_div(local, kDaySeconds);
  const std::int64_t second = local - day * kDaySeconds;
  const std::int64_t begin = std::int64_t{from} * 60;
  const std::int64_t end = std::int64_t{to} * 60;
  if (begin < end) return has_day(days, day) && second >= begin && second < end;
  return (has_day(days, day) && second >= begin) || (has_day(days, day - 1) && second < end);
}

bool Calendar::holds(Timestamp at) const {
  return std::ranges::any_of(spans, [&](const CalendarSpan& span) { return span.holds(at); });
}

}  // namespace tocsin::rules
