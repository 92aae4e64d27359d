#include "app/rule_test/rule_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/rule_test/coverage.h"
#include "ingest/catalogue_builder.h"

namespace tocsin::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kTestedRule = R"(format: tocsin/1
rule: smoke
severity: high
for_each: [loc.building]
match:
  all:
    steps:
      alarm: {event: smoke.alarm}
      flame: {event: camera.detection, where: "e.label == 'flame'"}
    within: 30s
alert: {resolve: {quiet_for: 1m, or_event: {event: panel.operation}}}
tests:
)";

class RuleTests : public ::testing::Test {
 protected:
  std::vector<TestOutcome> run(const std::string& tests) {
    loaded_ =
        rules::load({{"smoke.yaml", kTestedRule + tests}}, *catalogue_, {.watch_branches = true});
    for (const Diagnostic& d : loaded_.diagnostics) {
      if (d.level == DiagnosticLevel::error) ADD_FAILURE() << render(d, Language::en, false);
    }
    std::vector<TestOutcome> outcomes;
    if (!loaded_.rules) return outcomes;
    const ReplayInputs inputs{{catalogue_, loaded_.rules}, nullptr, {}, {}};
    branches_.emplace(loaded_.watched);
    for (const rules::RuleTest& test : loaded_.tests) {
      branches_->begin();
      outcomes.push_back(run_rule_test(test, inputs));
      branches_->end(test.rule);
    }
    return outcomes;
  }
  std::vector<std::string> problems_of(const std::string& test) {
    const auto outcomes = run(test);
    return outcomes.empty() ? std::vector<std::string>{"no outcome"} : outcomes.front().problems;
  }

  std::shared_ptr<const Catalogue> catalogue_ =
      std::make_shared<const Catalogue>(ingest::builtin_catalogue());
  rules::Loaded loaded_;
  std::optional<BranchTally> branches_;
};

constexpr const char* kGiven = R"(  - name: both
    given:
      - {t: 0s, event: smoke.alarm, device_id: D1, loc.building: B7, level: 3.0}
      - {t: 5s, engine: restart}
      - {t: 10s, event: camera.detection, device_id: C1, loc.building: B7, label: flame}
)";

TEST_F(RuleTests, a_test_whose_alerts_are_as_expected_passes) {
  EXPECT_THAT(problems_of(std::string(kGiven) + R"(    expect:
      - {t: 10s, state: firing, rev: 1, loc.building: B7}
      - {t: 1m10s, state: resolved, reason: quiet}
)"),
              IsEmpty());
}

TEST_F(RuleTests, what_differs_is_named_with_file_and_line) {
  EXPECT_THAT(problems_of(std::string(kGiven) + R"(    expect:
      - {t: 11s, state: firing, rev: 2}
      - {t: 1m10s, state: resolved}
)"),
              ElementsAre("smoke.yaml:19: alert 1: t: expected 11s, got 10s",
                          "smoke.yaml:19: alert 1: rev: expected 2, got 1"));
}

TEST_F(RuleTests, missing_and_unexpected_alerts_fail) {
  EXPECT_THAT(problems_of(std::string(kGiven) + "    expect: [{t: 10s, state: firing}]\n"),
              ElementsAre(HasSubstr("alert 2 was not expected: got t: 1m10s {state: resolved")));
  EXPECT_THAT(problems_of(std::string(kGiven) + R"(    expect:
      - {t: 10s}
      - {t: 1m10s}
      - {t: 2m, state: firing}
)"),
              ElementsAre("smoke.yaml:21: alert 3 never came: expected t: 2m {state: firing}"));
}

TEST_F(RuleTests, an_empty_expectation_needs_something_to_reach) {
  const std::string one = R"(  - name: smoke alone
    given: [{t: 0s, event: smoke.alarm, device_id: D1, loc.building: B7}]
    expect: []
)";
  EXPECT_THAT(problems_of(one), ElementsAre(HasSubstr("W2903 vacuous: it expects no alert")));
  for (const char* reached : {"evaluated", "pending", "alarm"}) {
    EXPECT_THAT(problems_of(one + "    must_reach: " + reached + "\n"), IsEmpty()) << reached;
  }
  EXPECT_THAT(problems_of(one + "    must_reach: flame\n"),
              ElementsAre(HasSubstr("W2903 vacuous: it never reached 'flame'")));
}

TEST_F(RuleTests, events_that_never_reach_the_rule_make_a_test_vacuous) {
  EXPECT_THAT(problems_of(R"(  - name: another type
    given: [{t: 0s, event: smoke.clear, device_id: D1, loc.building: B7}]
    expect: []
    must_reach: evaluated
)"),
              ElementsAre(HasSubstr("W2903 vacuous: no event reached the rule")));
}

TEST_F(RuleTests, event_time_may_differ_from_arrival) {
  const auto test = [](const std::string& ts) {
    return R"(  - name: late
    given:
      - {t: 0s, event: smoke.alarm, device_id: D1, loc.building: B7}
      - {t: 31s, event: camera.detection, device_id: C1, loc.building: B7, label: flame, ts: )" +
           ts + "}\n    expect: [{t: 31s, late: true}, {state: resolved}]\n";
  };
  for (const char* ts : {"25s", "\"-6s\"", "\"2026-01-01T00:00:25Z\""}) {
    EXPECT_THAT(problems_of(test(ts)), IsEmpty()) << ts;
  }
  EXPECT_THAT(problems_of(test("31s")), ::testing::Not(IsEmpty()));
}

constexpr const char* kLowerRule = R"(  []
---
format: tocsin/1
rule: lost
severity: medium
for_each: [device_id]
match: {event: {event: smoke.fault}}
alert:
  resolve: {or_event: {event: device.heartbeat}}
  roll_up: {by: loc.village, when: {at_least: 2, within: 5m}, as: village-lost}
)";

TEST_F(RuleTests, a_rule_about_alerts_gets_them_from_the_rules_below) {
  EXPECT_THAT(problems_of(std::string(kLowerRule) + R"(---
format: tocsin/1
rule: upper
severity: high
for_each: [loc.village]
match: {count: {event: alert.lost, where: "e.state == 'firing'", at_least: 2, within: 1h}}
tests:
  - name: two devices
    given:
      - {t: 0s, event: smoke.fault, device_id: D1, loc.village: V1, code: x}
      - {t: 0s, engine: restart}
      - {t: 1m, event: smoke.fault, device_id: D2, loc.village: V1, code: x}
    expect:
      - {t: 1m, rule: upper, state: firing, count: 2, loc.village: V1}
      - {t: 11m, state: resolved, reason: quiet}
)"),
              IsEmpty());
}

TEST_F(RuleTests, a_test_of_a_rule_sees_its_roll_up) {
  EXPECT_THAT(problems_of(std::string(kLowerRule) + R"(tests:
  - name: two devices
    given:
      - {t: 0s, event: smoke.fault, device_id: D1, loc.village: V1, code: x}
      - {t: 0s, event: smoke.fault, device_id: D2, loc.village: V1, code: x}
      - {t: 1m, event: device.heartbeat, device_id: D1}
    expect:
      - {rule: lost, rev: 1, device_id: D1}
      - {rule: lost, rev: 2, device_id: D1}
      - {rule: lost, rev: 1, device_id: D2}
      - {rule: lost, rev: 2, device_id: D2}
      - {rule: village-lost, loc.village: V1, count: 2}
      - {t: 1m, rule: lost, state: resolved, device_id: D1}
      - {t: 1m, rule: lost, rev: 3, device_id: D2}
      - {t: 1m, rule: village-lost, reason: below_threshold}
)"),
              IsEmpty());
}

TEST_F(RuleTests, coverage_names_what_no_test_reached) {
  const auto outcomes = run(std::string(kGiven) + "    expect: [{t: 10s}, {reason: quiet}]\n");
  const auto coverage = coverage_of(*loaded_.rules, outcomes, *branches_);
  ASSERT_EQ(coverage.size(), 1u);
  EXPECT_EQ(coverage[0].tests, 1u);
  EXPECT_THAT(coverage[0].never, ElementsAre("resolve or_event"));
}

TEST(BranchTallies, each_operand_must_be_seen_true_and_false_by_tests_of_its_own_rule) {
  constexpr const char* kBranchyRule = R"yaml(format: tocsin/1
rule: NAME
severity: high
for_each: [device_id]
match:
  event: {event: smoke.alarm, where: "e.level > 2.0 && (e.test_mode ? e.level > 9.0 : !has(e.temperature))"}
tests:
  - name: one
    given: [{t: 0s, event: smoke.alarm, device_id: D1, level: 3.0}]
    expect: [{state: firing}, {state: resolved}]
)yaml";
  const auto catalogue = std::make_shared<const Catalogue>(ingest::builtin_catalogue());
  std::string tested(kBranchyRule);
  tested.replace(tested.find("NAME"), 4, "tested");
  std::string other(kBranchyRule);
  other.replace(other.find("NAME"), 4, "untested");
  other.erase(other.find("tests:"));
  const rules::Loaded loaded =
      rules::load({{"a.yaml", tested}, {"b.yaml", other}}, *catalogue, {.watch_branches = true});
  ASSERT_TRUE(loaded.rules);
  BranchTally branches(loaded.watched);
  branches.begin();
  EXPECT_TRUE(
      run_rule_test(loaded.tests.at(0), {{catalogue, loaded.rules}, nullptr, {}, {}}).passed());
  branches.end("tested");
  EXPECT_THAT(branches.never("tested"),
              ElementsAre("a.yaml:6:39: 'e.level > 2.0' was never false",
                          HasSubstr("!has(e.temperature))' was never false"),
                          "a.yaml:6:57: 'e.test_mode' was never true"));
  EXPECT_THAT(branches.never("untested"), ::testing::Each(HasSubstr("was never evaluated")));
}

}  // namespace
}  // namespace tocsin::app
