// Calendars of bundle.yaml and what rules make of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/evaluation.h"
#include "support.h"

namespace tocsin::rules {
namespace {

using test::brief;
using test::kHead;
using test::kRule;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kNight =
    "calendars:\n  night:\n    - {from: 22:00, to: 06:00, zone: Asia/Shanghai}\n"
    "    - {days: [sat, sun], zone: \"+08:00\"}\n";
const std::string kAtNight =
    kHead + "match: {event: {event: smoke.alarm, where: \"in_calendar('night')\"}}\n";

TEST(Calendars, AreReadWithTheirDefaults) {
  const Loaded loaded = test::load_bundle(kNight, kAtNight);
  EXPECT_THAT(brief(loaded.diagnostics), IsEmpty());
  ASSERT_NE(loaded.rules, nullptr);
  const auto& spans = loaded.rules->calendars.at(0).spans;
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].days, kEveryDay);
  EXPECT_EQ(spans[0].from, 22 * 60);
  EXPECT_EQ(spans[0].to, 6 * 60);
  EXPECT_EQ(spans[1].days, 1u << 5 | 1u << 6);
  EXPECT_EQ(spans[1].from, 0);
  EXPECT_EQ(spans[1].to, 24 * 60);
  EXPECT_EQ(spans[1].zone.offset_at(0), 8 * 3600);
}

TEST(Calendars, AConditionAsksAtTheEventsOwnTime) {
  const Loaded loaded = test::load_bundle(kNight, kAtNight);
  ASSERT_NE(loaded.rules, nullptr);
  const auto& where =
      std::get<EventForm>(loaded.rules->rules[0].form).pattern.alternatives[0].where;
  Evaluation evaluation;
  evaluation.set_calendars(loaded.rules->calendars);
  std::array<Value, kMaxSlots> slots{};
  evaluation.set_event(slots.data());
  const auto at = [&](std::int64_t hour_in_shanghai) {  // of Thursday 2026-01-01
    slots[static_cast<std::size_t>(CommonSlot::ts)] =
        Value::timestamp(from_unix_ms((1'767'225'600 + (hour_in_shanghai - 8) * 3600) * 1000));
    return evaluation.test(where);
  };
  EXPECT_EQ(at(23), Truth::yes);
  EXPECT_EQ(at(5), Truth::yes);
  EXPECT_EQ(at(6), Truth::no);
  EXPECT_EQ(at(21), Truth::no);
  EXPECT_EQ(at(48 + 12), Truth::yes) << "Saturday";
}

TEST(Calendars, QuietHoursNameOne) {
  const std::string quiet = "alert: {quiet_hours: {calendar: night, action: lower}}\n";
  const Loaded loaded = test::load_bundle(kNight, kRule + quiet);
  EXPECT_THAT(brief(loaded.diagnostics), IsEmpty());
  ASSERT_NE(loaded.rules, nullptr);
  const auto& hours = loaded.rules->rules[0].alert.quiet_hours;
  ASSERT_TRUE(hours.has_value());
  EXPECT_EQ(hours->calendar, 0u);
  EXPECT_EQ(hours->action, QuietHours::Action::lower);
}

TEST(Calendars, AnEditOfOneIsAnEditOfTheRulesThatAskIt) {
  const auto version = [](const std::string& bundle, const std::string& rule) {
    const Loaded loaded = test::load_bundle(bundle, rule);
    return loaded.rules == nullptr ? "" : loaded.rules->rules[0].version;
  };
  const std::string other = "calendars: {night: [{from: 23:00, to: 06:00, zone: UTC}]}\n";
  EXPECT_NE(version(kNight, kAtNight), version(other, kAtNight));
  EXPECT_EQ(version(kNight, kRule), version(other, kRule));
}

TEST(Calendars, EveryMistakeIsToldWhereItIs) {
  const auto faults = [](const std::string& bundle, const std::string& rule = kRule) {
    return brief(test::load_bundle(bundle, rule).diagnostics);
  };
  const auto span = [&](const std::string& text) {
    return faults("calendars: {n: [{" + text + "}]}\n");
  };
  EXPECT_THAT(span("from: 7:30, zone: UTC"), ElementsAre("E2302 1:24"));
  EXPECT_THAT(span("from: 24:00, zone: UTC"), ElementsAre("E2302 1:24"));
  EXPECT_THAT(span("to: 24:01, zone: UTC"), ElementsAre("E2302 1:22"));
  EXPECT_THAT(span("to: 00:00, zone: UTC"), ElementsAre("E2302 1:22"));
  EXPECT_THAT(span("from: 10:60, zone: UTC"), ElementsAre("E2302 1:24"));
  EXPECT_THAT(span("from: 08:00, to: 08:00, zone: UTC"), ElementsAre("E2304 1:24"));
  EXPECT_THAT(span("zone: Asia/Shanghia"), ElementsAre("E2303 1:24"));
  EXPECT_THAT(span("zone: localtime"), ElementsAre("E2303 1:24"));
  EXPECT_THAT(span("days: [mon, tues], zone: UTC"), ElementsAre("E2116 1:30 tue"));
  EXPECT_THAT(span("from: 08:00"), ElementsAre("E2102 1:18"));
  EXPECT_THAT(span("form: 08:00, zone: UTC"), ElementsAre("E2103 1:18 from"));
  EXPECT_THAT(faults("calendars: {n: []}\n"), ElementsAre("E2106 1:13"));
  EXPECT_THAT(faults("calendars: {n: {zone: UTC}}\n"), ElementsAre("E2101 1:16"));
  EXPECT_THAT(faults("calendars: {N: [{zone: UTC}]}\n"), ElementsAre("E2117 1:13"));
  EXPECT_THAT(faults("calendars: {n: [{zone: UTC}]}\n"), ElementsAre("W2907 1:13"));
}

TEST(Calendars, ARuleThatAsksAnotherIsTold) {
  const auto faults = [](const std::string& rule) {
    return brief(test::load_bundle(kNight, rule).diagnostics);
  };
  const auto where = [](const std::string& text) {
    return kHead + "match:\n  event:\n    where: \"" + text + "\"\n    event: smoke.alarm\n";
  };
  EXPECT_THAT(faults(where("in_calendar('nigth')")), ElementsAre("E2305 7:25 night"));
  EXPECT_THAT(faults(where("in_calendar(e.device_id)")), ElementsAre("E2306 7:13"));
  EXPECT_THAT(faults(where("in_calendar('night' + '')")), ElementsAre("E2306 7:13"));
  EXPECT_THAT(faults(kRule + "alert: {quiet_hours: {calendar: day, action: lower}}\n"),
              ElementsAre("E2305 6:33"));
  EXPECT_THAT(faults(kRule + "alert: {quiet_hours: {calendar: night, action: silent}}\n"),
              ElementsAre("E2116 6:48"));
  EXPECT_THAT(
      faults(kRule + "category: fire\nalert: {quiet_hours: {calendar: night, action: shadow}}\n"),
      ElementsAre("E2307 7:9"));
}

}  // namespace
}  // namespace tocsin::rules
