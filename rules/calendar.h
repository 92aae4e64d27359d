#pragma once
/// Calendar: spans of the week in local time, under a name: office hours, nights, weekends. Read by
/// in_calendar() and quiet_hours.
///
/// A span holds its first minute and not its last. One whose end is not after its beginning runs
/// past midnight and belongs to the day it begins on. Local time is what a clock on the wall shows,
/// so where clocks are set forward or back a span is shorter or longer that day.
///
/// Thread: const and shareable. Limits: kMaxCalendars of a bundle, kMaxCalendarSpans of each.
#include <cstdint>
#include <string>
#include <vector>

#include "core/time.h"
#include "rules/cel/time_zone.h"

namespace tocsin::rules {

inline constexpr std::size_t kMaxCalendars = 64;
inline constexpr std::size_t kMaxCalendarSpans = 64;
inline constexpr std::uint8_t kEveryDay = 0x7f;

struct CalendarSpan {
  std::uint8_t days = kEveryDay;  ///< bit 0: Monday
  std::int32_t from = 0;          ///< minute of the day, 0..1439
  std::int32_t to = 24 * 60;      ///< minute of the day, 1..1440
  cel::TimeZone zone;

  bool holds(Timestamp at) const;
};

struct Calendar {
  std::string name;
  std::vector<CalendarSpan> spans;

  bool holds(Timestamp at) const;
};

}  // namespace tocsin::rules
