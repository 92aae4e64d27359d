// Calendars: spans of the week in local time, and the quiet hours of an alert.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using testing::ElementsAre;

// 2026-01-01 is a Thursday.
constexpr std::int64_t kMidnight = 1'767'225'600'000;  // UTC
constexpr std::int64_t kHour = 60 * kMin;
constexpr std::int64_t kDay = 24 * kHour;

Calendar calendar(std::uint8_t days, std::int32_t from, std::int32_t to, const char* zone = "UTC") {
  return {"c", {{days, from * 60, to * 60, *cel::TimeZone::find(zone)}}};
}
bool holds(const Calendar& c, std::int64_t ms) { return c.holds(from_unix_ms(ms)); }

TEST(Calendar, ASpanHoldsItsFirstMomentAndNotItsLast) {
  const Calendar office = calendar(kEveryDay, 8, 18);
  EXPECT_FALSE(holds(office, kMidnight + 8 * kHour - 1));
  EXPECT_TRUE(holds(office, kMidnight + 8 * kHour));
  EXPECT_TRUE(holds(office, kMidnight + 18 * kHour - 1));
  EXPECT_FALSE(holds(office, kMidnight + 18 * kHour));
}

TEST(Calendar, ANightBelongsToTheDayItBeginsOn) {
  const Calendar thursday_night = calendar(1u << 3, 22, 6);
  EXPECT_FALSE(holds(thursday_night, kMidnight + 5 * kHour)) << "still Wednesday's";
  EXPECT_TRUE(holds(thursday_night, kMidnight + 22 * kHour));
  EXPECT_TRUE(holds(thursday_night, kMidnight + kDay + 6 * kHour - 1));
  EXPECT_FALSE(holds(thursday_night, kMidnight + kDay + 6 * kHour));
  EXPECT_FALSE(holds(thursday_night, kMidnight + kDay + 22 * kHour));
}

TEST(Calendar, DaysAreThoseOfItsOwnZone) {
  const Calendar friday = calendar(1u << 4, 0, 24, "Asia/Shanghai");
  EXPECT_FALSE(holds(friday, kMidnight + 16 * kHour - 1));
  EXPECT_TRUE(holds(friday, kMidnight + 16 * kHour));
  const Calendar behind = calendar(1u << 2, 0, 24, "-02:30");
  EXPECT_TRUE(holds(behind, kMidnight + 2 * kHour));
  EXPECT_FALSE(holds(behind, kMidnight + 3 * kHour));
}

TEST(Calendar, WhereClocksChangeItGoesByTheClockOnTheWall) {
  const Calendar morning = calendar(kEveryDay, 6, 7, "Europe/Berlin");
  EXPECT_TRUE(holds(morning, kMidnight + 5 * kHour)) << "winter: 06:00";
  EXPECT_FALSE(holds(morning, kMidnight + 4 * kHour));
  const std::int64_t july = kMidnight + 181 * kDay;
  EXPECT_TRUE(holds(morning, july + 4 * kHour)) << "summer: 06:00";
  EXPECT_FALSE(holds(morning, july + 5 * kHour));
}

TEST(Calendar, BeforeTheYear1970HasWeekdaysToo) {
  EXPECT_TRUE(holds(calendar(1u << 2, 0, 24), -1));  // a Wednesday
  EXPECT_FALSE(holds(calendar(1u << 3, 0, 24), -1));
}

Session quiet(QuietHours::Action action, Severity severity) {
  Rule rule = event_rule("r", {{kSmoke}});
  rule.severity = severity;
  rule.alert.quiet_hours = QuietHours{0, action};
  rule.alert.escalate.push_back({compile("count >= 2"), Severity::critical});
  rule.alert.resolve.quiet_for = Duration(kMin);
  auto set = bundle({std::move(rule)});
  set->calendars = {calendar(kEveryDay, 22, 6)};
  return Session(std::move(set));
}

TEST(QuietHours, WhatOpensInThemIsOneSeverityLowerUntilItEscalates) {
  Session run = quiet(QuietHours::Action::lower, Severity::high);
  run.apply({.arr = kMidnight + 6 * kHour - 2});
  EXPECT_EQ(run.said().back().severity, Severity::medium);
  run.apply({.arr = kMidnight + 6 * kHour});
  EXPECT_EQ(run.said().back().severity, Severity::critical);
  run.run_out();
  run.apply({.arr = kMidnight + 7 * kHour});
  EXPECT_EQ(run.said().back().severity, Severity::high);
}

TEST(QuietHours, NothingIsLowerThanLow) {
  Session run = quiet(QuietHours::Action::lower, Severity::low);
  run.apply({.arr = kMidnight});
  EXPECT_EQ(run.said().back().severity, Severity::low);
}

TEST(QuietHours, ShadowLastsAsLongAsTheAlertThatOpenedInThem) {
  Session run = quiet(QuietHours::Action::shadow, Severity::high);
  run.apply({.arr = kMidnight + 6 * kHour - 1});
  run.run_out();
  ASSERT_EQ(run.said().size(), 2u);
  EXPECT_TRUE(run.said()[0].shadow);
  EXPECT_TRUE(run.said()[1].shadow);
  EXPECT_EQ(run.said()[1].state, AlertState::resolved);
  run.apply({.arr = kMidnight + 7 * kHour});
  EXPECT_FALSE(run.said().back().shadow);
}

TEST(QuietHours, AnEditOfTheCalendarCountsForWhatOpensAfterIt) {
  Session run = quiet(QuietHours::Action::shadow, Severity::high);
  run.apply({.arr = kMidnight + 1});
  auto rules = std::make_shared<RuleSet>(run.engine().rules());
  rules->calendars = {calendar(kEveryDay, 12, 13)};
  rules->rules[0].version += "-edited";
  run.reload(rules, kMidnight + 2);
  run.run_out();
  run.apply({.arr = kMidnight + kHour});
  EXPECT_TRUE(run.said().front().shadow);
  EXPECT_FALSE(run.said().back().shadow);
}

}  // namespace
}  // namespace tocsin::rules::test
