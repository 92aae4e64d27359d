// The form `aggregate`, and `breaks_for`, which its way back feeds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Fn = AggregateForm::Fn;

AggregateForm over(Fn fn, double threshold, std::int64_t window = 10 * kS) {
  AggregateForm form;
  form.fn = fn;
  form.window = Duration(window);
  form.threshold = form.clear = threshold;
  return form;
}

AggregateForm under(Fn fn, double threshold) {
  AggregateForm form = over(fn, threshold);
  form.over = false;
  return form;
}

// Levels one second apart from 1 s on; which of them complete a match.
std::string matches(const AggregateForm& form, const std::vector<std::int64_t>& levels,
                    std::string_view value = "e.level") {
  Session run(aggregate_rule("a", {{kSmoke}}, form, value));
  std::string text;
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    run.apply({.arr = static_cast<std::int64_t>(i + 1) * kS, .level = levels[i]});
    text += run.counters().matches > before ? '!' : '.';
    before = run.counters().matches;
  }
  return text;
}

TEST(Aggregate, EachFunctionOfItsWindow) {
  EXPECT_EQ(matches(over(Fn::avg, 2), {1, 3, 3, 1, 0}), "..!..");
  EXPECT_EQ(matches(over(Fn::min, 2), {3, 3, 2, 9}), "!!..");
  EXPECT_EQ(matches(over(Fn::max, 3), {3, 4, 1}), ".!!");
  EXPECT_EQ(matches(over(Fn::sum, 5), {3, 2, 1}), "..!");
  EXPECT_EQ(matches(over(Fn::rate, 0.5), {3, 2, 1}), "..!") << "6 in 10 s";
  EXPECT_EQ(matches(over(Fn::count, 2), {0, 0, 0}), "..!");
}

TEST(Aggregate, PercentilesGoByNearestRank) {
  EXPECT_EQ(matches(over(Fn::p50, 4), {5, 1, 5, 1, 5}), "!.!.!") << "of two, the lower";
  EXPECT_EQ(matches(over(Fn::p95, 4), {1, 1, 1, 1, 1, 1, 1, 1, 1, 5}), ".........!")
      << "of 10, the 10th";
  EXPECT_EQ(matches(over(Fn::p95, 4, 60 * kS),
                    {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5}),
            "....................")
      << "of 20, the 19th";
}

TEST(Aggregate, OverAndUnderDoNotIncludeTheThreshold) {
  EXPECT_EQ(matches(over(Fn::max, 3), {3, 4}), ".!");
  EXPECT_EQ(matches(under(Fn::min, 3), {3, 2}), ".!");
}

TEST(Aggregate, TheWindowIsOpenAtItsStart) {
  Session run(aggregate_rule("a", {{kSmoke}}, over(Fn::count, 1)));
  run.apply_all({{.arr = 0}, {.arr = 10 * kS}});
  EXPECT_EQ(run.counters().matches, 0u) << "exactly the window apart";
  run.apply({.arr = 20 * kS - 1});
  EXPECT_EQ(run.counters().matches, 1u);
}

TEST(Aggregate, ALateEventCountsInTheWindowOfTheNewest) {
  Session run(aggregate_rule("a", {{kSmoke}}, over(Fn::sum, 5)));
  run.apply_all({{.arr = 20 * kS, .level = 3}, {.arr = 21 * kS, .ts = 15 * kS, .level = 3}});
  EXPECT_EQ(run.counters().matches, 1u);
}

TEST(Aggregate, AnEventOutsideTheWindowOfTheNewestDecidesNothing) {
  Session run(aggregate_rule("a", {{kSmoke}}, over(Fn::sum, 5)));
  run.apply_all({{.arr = 20 * kS, .level = 6}, {.arr = 21 * kS, .ts = 10 * kS, .level = 9}});
  EXPECT_EQ(run.counters().matches, 1u);
  EXPECT_EQ(run.counters().pending, 1u);
}

TEST(Aggregate, TooFewSamplesDecideNothing) {
  AggregateForm form = over(Fn::avg, 2);
  form.min_samples = 3;
  EXPECT_EQ(matches(form, {9, 9, 9}), "..!");
}

TEST(Aggregate, BindsTheEventsOfItsWindowAndSaysItsValue) {
  Rule rule = aggregate_rule("a", {{kSmoke}}, over(Fn::avg, 3));
  rule.alert.summary = {.en = text("mean {{value}}"), .zh = text("均值 {{value}}")};
  rule.alert.update_on_count = true;
  Session run(rule);
  run.apply_all({{.arr = 0, .level = 3}, {.arr = kS, .level = 6}, {.arr = 5 * kS, .level = 0}});
  ASSERT_EQ(run.said().size(), 2u);
  EXPECT_EQ(run.said()[0].count, 2u);
  EXPECT_EQ(run.said()[0].summary.en, "mean 4.5");
  EXPECT_EQ(run.said()[1].summary.zh, "均值 3");
}

TEST(Aggregate, AnEventWithoutANumberIsAnErrorAndChangesNothing) {
  Rule rule = aggregate_rule("a", {{kSmoke}}, over(Fn::count, 1));
  std::get<AggregateForm>(rule.form) = std::get<AggregateForm>(
      aggregate_rule("a", {{kSmoke}}, over(Fn::avg, 1), "12 / e.level").form);
  Session run(rule);
  run.apply_all({{.arr = 0, .level = 0}, {.arr = kS, .level = 6}});
  EXPECT_EQ(run.counters().eval_errors, 1u);
  ASSERT_EQ(run.said().size(), 1u);
  EXPECT_EQ(run.said()[0].count, 1u);
}

TEST(Aggregate, KeepsAtMostTheEventsOfItsLimit) {
  Rule rule = aggregate_rule("a", {{kSmoke}}, over(Fn::count, 3));
  rule.limits.max_events_per_window = 3;
  Session run(rule);
  for (std::int64_t i = 0; i < 5; ++i) run.apply({.arr = i});
  EXPECT_EQ(run.counters().evicted_events, 2u);
}

TEST(Aggregate, AnEditedRuleTestsAndMeasuresItsEventsAgain) {
  const AggregateForm form = over(Fn::sum, 10);
  Session run(aggregate_rule("a", {{kSmoke}}, form));
  run.apply_all({{.arr = 0, .level = 3}, {.arr = 1, .level = 4}});
  Rule doubled = aggregate_rule("a", {{kSmoke}, "e.level > 3"}, form, "e.level * 2");
  doubled.version = "edited";
  run.reload(bundle({doubled}), 2);
  EXPECT_THAT(run.lines(), IsEmpty()) << "the swap itself matches nothing";
  run.apply({.arr = 3, .level = 4});
  ASSERT_EQ(run.said().size(), 1u);
  EXPECT_EQ(run.said()[0].count, 2u) << "the refused one never returns";
}

// --- breaks_for

Rule hot(double clear = 5) {
  AggregateForm form = over(Fn::max, 5, kS);
  form.clear = clear;
  Rule rule = aggregate_rule("hot", {{kSmoke}}, form);
  rule.alert.resolve = {};
  rule.alert.resolve.breaks_for = Duration(30 * kS);
  return rule;
}

TEST(BreaksFor, ResolvesThisLongAfterTheSampleThatBroke) {
  Session run(hot());
  run.apply_all(
      {{.arr = 0, .level = 9}, {.arr = 10 * kS, .level = 5}, {.arr = 20 * kS, .level = 1}});
  run.run_out();
  EXPECT_THAT(run.lines(), ElementsAre("0 hot[B1] #1 firing matched high count=1 distinct=1",
                                       "40000 hot[B1] #2 resolved breaks high count=3 distinct=1"));
}

TEST(BreaksFor, StartsAgainWhenTheConditionHeldInBetween) {
  Session run(hot());
  run.apply_all({{.arr = 0, .level = 9},
                 {.arr = 10 * kS, .level = 1},
                 {.arr = 20 * kS, .level = 9},
                 {.arr = 35 * kS, .level = 1}});
  run.run_out();
  EXPECT_THAT(run.lines(), ElementsAre("0 hot[B1] #1 firing matched high count=1 distinct=1",
                                       "65000 hot[B1] #2 resolved breaks high count=4 distinct=1"));
}

TEST(BreaksFor, BetweenTheThresholdsNothingChanges) {
  Session run(hot(2));
  run.apply_all({{.arr = 0, .level = 9},
                 {.arr = 10 * kS, .level = 4},
                 {.arr = 60 * kS, .level = 2},
                 {.arr = 80 * kS, .level = 4}});
  run.run_out();
  EXPECT_THAT(run.lines(), ElementsAre("0 hot[B1] #1 firing matched high count=1 distinct=1",
                                       "90000 hot[B1] #2 resolved breaks high count=4 distinct=1"));
}

TEST(BreaksFor, AnAlertOfSeveralKeysBreaksWithTheLastOfThem) {
  Rule rule = hot();
  auto& form = std::get<AggregateForm>(rule.form);
  form.pattern.alternatives[0].key_slots = {kBuilding, kZone};
  rule.for_each = {"loc.building", "loc.zone"};
  rule.alert.identity = {0};
  Session run(rule);
  run.apply_all({{.arr = 0, .zone = "Z1", .level = 9},
                 {.arr = 1 * kS, .zone = "Z2", .level = 9},
                 {.arr = 10 * kS, .zone = "Z1", .level = 1},
                 {.arr = 12 * kS, .zone = "Z3", .level = 1},
                 {.arr = 20 * kS, .zone = "Z2", .level = 1}});
  run.run_out();
  EXPECT_THAT(run.lines(), ElementsAre("0 hot[B1] #1 firing matched high count=1 distinct=1",
                                       "50000 hot[B1] #2 resolved breaks high count=5 distinct=1"));
}

TEST(BreaksFor, TheFirstOfSeveralDeadlinesNamesTheReason) {
  Rule rule = hot();
  rule.alert.resolve.after = Duration(35 * kS);
  Session run(rule);
  run.apply_all({{.arr = 0, .level = 9}, {.arr = 10 * kS, .level = 1}});
  run.run_out();
  EXPECT_THAT(run.lines(), ElementsAre("0 hot[B1] #1 firing matched high count=1 distinct=1",
                                       "35000 hot[B1] #2 resolved after high count=2 distinct=1"));
}

}  // namespace
}  // namespace tocsin::rules::test
