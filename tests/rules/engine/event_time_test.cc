#include "rules/event_time.h"

#include <gtest/gtest.h>

#include "rules/repetition.h"
#include "support.h"

namespace tocsin::rules::test {
namespace {

Event judged(const TestEvent& from, const TypeSettings& settings = {}) {
  Event event = make_event(from, 1);
  judge_time(event, settings, std::chrono::seconds(5));
  return event;
}

TEST(EventTime, UpToFiveSecondsAheadIsTakenAsItIs) {
  const Event event = judged({.arr = 10'000, .ts = 15'000});
  EXPECT_EQ(event.time_quality, TimeQuality::good);
  EXPECT_EQ(unix_ms(event.ts), 15'000);
}

TEST(EventTime, AMillisecondMoreIsClampedToTheArrival) {
  const Event event = judged({.arr = 10'000, .ts = 15'001});
  EXPECT_EQ(event.time_quality, TimeQuality::clamped);
  EXPECT_EQ(unix_ms(event.ts), 10'000);
  EXPECT_EQ(event.slot(CommonSlot::ts).millis(), 10'000);
}

TEST(EventTime, OlderThanMaxAgeIsClampedAndThenNotLate) {
  TypeSettings settings;
  settings.max_age = std::chrono::hours(1);
  const std::int64_t hour = 60 * kMin;
  EXPECT_EQ(judged({.arr = hour, .ts = 0}, settings).time_quality, TimeQuality::good);
  const Event event = judged({.arr = hour + 1, .ts = 0}, settings);
  EXPECT_EQ(event.time_quality, TimeQuality::clamped);
  EXPECT_FALSE(event.late);
}

TEST(EventTime, WithoutATimeTheArrivalIsAssumed) {
  const Event event = judged({.arr = 77, .without_ts = true});
  EXPECT_EQ(event.time_quality, TimeQuality::assumed);
  EXPECT_EQ(unix_ms(event.ts), 77);
}

TEST(EventTime, LateIsMoreThanTheLatenessOfTheType) {
  EXPECT_FALSE(judged({.arr = 2000, .ts = 0}).late);
  const Event late = judged({.arr = 2001, .ts = 0});
  EXPECT_TRUE(late.late);
  EXPECT_TRUE(late.slot(CommonSlot::late).as_bool());
}

class Repeats : public testing::Test {
 protected:
  Repeats() { settings_.repeat = TypeSettings::Repeat{{kDevice}, std::chrono::seconds(30)}; }
  bool seen(const TestEvent& from) { return repetition_.seen(judged(from), settings_); }
  TypeSettings settings_;
  Repetition repetition_;
};

TEST_F(Repeats, AnAlarmReportedAgainAndAgainIsOneAlarm) {
  EXPECT_FALSE(seen({.arr = 0}));
  EXPECT_TRUE(seen({.arr = 30'000}));
  EXPECT_TRUE(seen({.arr = 60'000}));
  EXPECT_FALSE(seen({.arr = 90'001}));
}

TEST_F(Repeats, ABacklogIsJudgedByItsOwnTime) {
  EXPECT_FALSE(seen({.arr = 400'000, .ts = 0}));
  EXPECT_FALSE(seen({.arr = 400'000, .ts = 200'000}));
  EXPECT_TRUE(seen({.arr = 400'000, .ts = 180'000}));
}

TEST_F(Repeats, OtherDevicesAndUnsetFieldsDoNotRepeat) {
  EXPECT_FALSE(seen({.arr = 0, .device = "D1"}));
  EXPECT_FALSE(seen({.arr = 1, .device = "D2"}));
  EXPECT_FALSE(seen({.arr = 2, .device = ""}));
  EXPECT_FALSE(seen({.arr = 3, .device = ""}));
}

TEST_F(Repeats, MemoryEndsWithTheWindow) {
  for (int i = 0; i < 1000; ++i) seen({.arr = i, .device = name("D", i)});
  EXPECT_EQ(repetition_.size(), 1000u);
  seen({.arr = 100'000, .device = "D0"});
  EXPECT_EQ(repetition_.size(), 1u);
}

}  // namespace
}  // namespace tocsin::rules::test
