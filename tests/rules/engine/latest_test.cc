// `latest`: the last value of something, per key, as conditions and summaries read it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using Missing = LatestCell::Missing;

// Smoke while the newest gate event says that the fan is off.
Rule fan_off(std::int64_t max_age = 10 * kS) {
  Rule rule = event_rule("r", {{kSmoke}, "last.op == 'off'"});
  add_latest(rule, {{kGate}}, max_age);
  return rule;
}

TestEvent fan(std::int64_t at, std::string op) {
  return {.type = kGate, .arr = at, .op = std::move(op)};
}

std::uint64_t matches(const Rule& rule, const std::vector<TestEvent>& events) {
  Session run(rule);
  run.apply_all(events);
  return run.counters().matches;
}

TEST(Latest, IsWhatTheNewestEventOfItsKeySaid) {
  EXPECT_EQ(matches(fan_off(), {fan(0, "off"), {.arr = 1}}), 1u);
  EXPECT_EQ(matches(fan_off(), {fan(0, "off"), fan(1, "on"), {.arr = 2}}), 0u);
  EXPECT_EQ(matches(fan_off(), {fan(0, "off"), {.arr = 1, .building = "B2"}}), 0u);
}

TEST(Latest, AnOlderEventThatArrivesLaterDoesNotReplaceIt) {
  TestEvent late = fan(2000, "on");
  late.ts = 500;
  EXPECT_EQ(matches(fan_off(), {fan(1000, "off"), late, {.arr = 3000}}), 1u);
}

TEST(Latest, IsNoneOverItsAge) {
  EXPECT_EQ(matches(fan_off(), {fan(0, "off"), {.arr = 10 * kS}}), 1u) << "exactly its age";
  EXPECT_EQ(matches(fan_off(), {fan(0, "off"), {.arr = 10 * kS + 1}}), 0u);
}

TEST(Latest, AnEventSeesWhatWasThereBeforeIt) {
  Rule rule = event_rule("r", {{kGate}, "e.op != last.op && last.op != ''"});
  add_latest(rule, {{kGate}}, 10 * kS);
  EXPECT_EQ(matches(rule, {fan(0, "on"), fan(1, "on"), fan(2, "off"), fan(3, "off")}), 1u);
}

TEST(Latest, IfMissingSaysWhatAConditionComesTo) {
  Rule rule = fan_off();
  const auto outcome = [&](Missing word) {
    rule.latest[0].if_missing = word;
    Session run(rule);
    run.apply({.arr = 0});
    return std::pair(run.counters().matches, run.counters().eval_errors);
  };
  EXPECT_EQ(outcome(Missing::value), std::pair(0ul, 0ul));
  EXPECT_EQ(outcome(Missing::no), std::pair(0ul, 0ul));
  EXPECT_EQ(outcome(Missing::yes), std::pair(1ul, 0ul));
  EXPECT_EQ(outcome(Missing::error), std::pair(0ul, 1ul));
}

TEST(Latest, AMissingValueMayHaveDefaults) {
  Rule rule = fan_off();
  rule.latest[0].defaults.push_back({kOp, OwnedValue(Value::string("off"))});
  EXPECT_EQ(matches(rule, {{.arr = 0}}), 1u);
  EXPECT_EQ(matches(rule, {fan(0, "on"), {.arr = 1}}), 0u);
}

TEST(Latest, SummariesReadItAsItIsThen) {
  Rule rule = event_rule("r", {{kSmoke}});
  add_latest(rule, {{kGate}}, 20 * 60 * kS);
  rule.alert.summary = {.en = text("fan {{last.op}}"), .zh = text("{{last.op}}")};
  Session run(rule);
  run.apply_all({fan(0, "on"), {.arr = 1}, fan(2, "off")});
  run.run_out();
  ASSERT_THAT(run.said(), SizeIs(2));
  EXPECT_EQ(run.said()[0].summary.en, "fan on");
  EXPECT_EQ(run.said()[1].summary.en, "fan off") << "the resolve, ten minutes later";
}

TEST(Latest, SurvivesAResolve) {
  Rule rule = fan_off(10 * kMin);
  resolve_on(rule, {{kPanel}});
  Session run(rule);
  run.apply_all({fan(0, "off"), {.arr = 1}, {.type = kPanel, .arr = 2}, {.arr = 3}});
  EXPECT_EQ(run.counters().opened, 2u);
}

TEST(Latest, ARepeatedReportFillsNothing) {
  auto set = bundle({fan_off()});
  set->type_settings[kGate].repeat = TypeSettings::Repeat{{kDevice}, Duration(kS)};
  Session run(set);
  run.apply_all({fan(0, "on"), fan(1, "off"), {.arr = 2}});
  EXPECT_THAT(run.lines(), IsEmpty());
}

TEST(Latest, AnEditedCellTestsWhatItHolds) {
  Session run(fan_off());
  run.apply(fan(0, "off"));
  Rule stricter = fan_off();
  stricter.latest[0].pattern = pattern({{kGate}, "e.level > 3"}, {kBuilding});
  stricter.version = "edited";
  run.reload(bundle({stricter}), 1);
  run.apply({.arr = 2});
  EXPECT_THAT(run.lines(), IsEmpty());
}

TEST(Latest, TheKeyTouchedLongestAgoGoesFirstAndIsCounted) {
  Rule rule = fan_off();
  rule.limits.max_keys = 1;
  Session run(rule);
  TestEvent other = fan(1, "off");
  other.building = "B2";
  run.apply_all({fan(0, "off"), other, {.arr = 2}});
  EXPECT_EQ(run.counters().matches, 0u);
  EXPECT_EQ(run.counters().evicted_keys, 1u);
}

}  // namespace
}  // namespace tocsin::rules::test
