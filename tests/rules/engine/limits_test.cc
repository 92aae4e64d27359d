// What happens when a limit is reached, and how the rule says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Limits, AWindowForgetsItsOldestEvent) {
  Rule rule = count_rule("three", {{kSmoke}}, 3, kMin);
  rule.limits.max_events_per_window = 2;
  Session run(rule);
  run.apply_all({{.arr = 0}, {.arr = 1}});
  EXPECT_EQ(run.counters().evicted_events, 0u);
  run.apply({.arr = 2});  // takes part with both before one has to go
  EXPECT_EQ(run.counters().evicted_events, 1u);
  EXPECT_THAT(run.lines(),
              ElementsAre("2 rule.limit three[] #1 firing matched medium count=1 distinct=0",
                          "2 three[B1] #1 firing matched high count=3 distinct=1"));
  EXPECT_THAT(run.said()[0].summary.en, HasSubstr("events per window"));
}

TEST(Limits, TheLimitAlertIsOneEpisodeAndResolvesTenMinutesAfterTheLastEviction) {
  Rule rule = all_rule("both", {{{kSmoke}}, {{kFlame}}}, kMin);
  std::get<AllForm>(rule.form).keep = 1;
  Session run(rule);
  for (int i = 0; i < 5; ++i) run.apply({.arr = i * kS});
  run.run_out();
  EXPECT_THAT(run.lines(),
              ElementsAre("1000 rule.limit both[] #1 firing matched medium count=1 distinct=0",
                          "604000 rule.limit both[] #2 resolved quiet medium count=4 distinct=0"));
}

TEST(Limits, TheKeyTouchedLongestAgoGoesFirst) {
  Rule rule = count_rule("two", {{kSmoke}}, 2, kMin);
  rule.limits.max_keys = 2;
  Session run(rule);
  run.apply_all({{.arr = 0, .building = "B1"},
                 {.arr = 1, .building = "B2"},
                 {.arr = 2, .building = "B3"},
                 {.arr = 3, .building = "B2"}});
  EXPECT_EQ(run.counters().evicted_keys, 1u);
  EXPECT_EQ(run.counters().keys, 2u);
  EXPECT_EQ(run.lines().back(), "3 two[B2] #1 firing matched high count=2 distinct=1");
}

TEST(Limits, TheAlertOpenLongestGivesWay) {
  Rule rule = event_rule("smoke", {{kSmoke}});
  rule.limits.max_open_alerts = 1;
  Session run(rule);
  run.apply_all({{.arr = 0, .building = "B1"}, {.arr = 1, .building = "B2"}});
  EXPECT_THAT(run.lines(),
              ElementsAre("0 smoke[B1] #1 firing matched high count=1 distinct=1",
                          "1 rule.limit smoke[] #1 firing matched medium count=1 distinct=0",
                          "1 smoke[B1] #2 resolved evicted high count=1 distinct=1",
                          "1 smoke[B2] #1 firing matched high count=1 distinct=1"));
  EXPECT_EQ(run.counters().evicted_alerts, 1u);
  EXPECT_EQ(run.counters().open_alerts, 1u);
}

TEST(Limits, DistinctValuesOverTheLimitAreNotCounted) {
  Rule rule = event_rule("smoke", {{kSmoke}});
  rule.limits.max_distinct = 2;
  rule.alert.resolve.after = std::chrono::minutes(1);
  Session run(rule);
  for (int i = 0; i < 5; ++i) run.apply({.arr = i, .device = name("D", i)});
  run.advance(2 * kMin);
  EXPECT_EQ(run.lines().back(), "60000 smoke[B1] #2 resolved after high count=5 distinct=2");
  EXPECT_EQ(run.counters().distinct_uncounted, 3u);
}

TEST(RuleError, ThreeErrorsInTenMinutesAreAnnouncedOnce) {
  Session run(event_rule("divides", {{kSmoke}, "10 / e.divisor > 1"}));
  for (const std::int64_t t : {0 * kMin, 5 * kMin, 10 * kMin, 11 * kMin})
    run.apply({.arr = t, .divisor = 0});
  run.run_out();
  EXPECT_THAT(
      run.lines(),
      ElementsAre("600000 rule.error divides[] #1 firing matched high count=3 distinct=0",
                  "1260000 rule.error divides[] #2 resolved quiet high count=4 distinct=0"));
  EXPECT_THAT(run.said()[0].summary.en, HasSubstr("division_by_zero"));
}

TEST(RuleError, ThreeErrorsAMillisecondOverTenMinutesAreNot) {
  Session run(event_rule("divides", {{kSmoke}, "10 / e.divisor > 1"}));
  for (const std::int64_t t : {0 * kMin, 5 * kMin, 10 * kMin + 1})
    run.apply({.arr = t, .divisor = 0});
  EXPECT_EQ(run.said().size(), 0u);
  EXPECT_EQ(run.counters().eval_errors, 3u);
}

TEST(RuleError, OneEventIsOneFailureHoweverManyExpressionsFailAtIt) {
  Rule rule = event_rule("divides", {{kSmoke}});
  rule.alert.summary = {text("{{10 / e.divisor}}"), text("{{10 / e.divisor}}")};
  rule.alert.resolve.after = std::chrono::minutes(1);
  Session run(rule);
  run.apply({.arr = 0, .divisor = 0});
  EXPECT_EQ(run.counters().eval_errors, 2u);
  EXPECT_THAT(run.lines(), ElementsAre("0 divides[B1] #1 firing matched high count=1 distinct=1"));
}

}  // namespace
}  // namespace tocsin::rules::test
