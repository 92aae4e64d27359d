// What each form matches, on the smallest streams that show it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Lines = std::vector<std::string>;

// The example of the rule language: two detectors of a building within 60 s.
Rule confirmed() {
  Rule rule = count_rule("confirmed", {{kSmoke}}, 2, 60 * kS, true);
  rule.severity = Severity::critical;
  rule.alert.update_on_distinct = rule.alert.update_on_severity = true;
  rule.alert.escalate.push_back({compile("count >= 5"), Severity::critical});
  resolve_on(rule, {{kPanel}, "e.op == 'reset'"});
  return rule;
}

TEST(EventForm, EveryMatchingEventIsAMatch) {
  Session run(event_rule("smoke", {{kSmoke}, "e.level >= 2"}));
  run.apply_all({{.arr = 0, .level = 1}, {.arr = 5, .level = 2}, {.arr = 6, .level = 3}});
  EXPECT_THAT(run.lines(), ElementsAre("5 smoke[B1] #1 firing matched high count=1 distinct=1"));
  EXPECT_EQ(run.counters().evaluated, 3u);
  EXPECT_EQ(run.counters().matches, 2u);
}

TEST(EventForm, SeveralTypesAreOneRule) {
  Rule rule = event_rule("smoke", {{kSmoke, kFlame}});
  rule.alert.update_on_count = true;
  Session run(rule);
  run.apply_all(
      {{.type = kFlame, .arr = 0}, {.type = kGate, .arr = 1}, {.type = kSmoke, .arr = 2000}});
  EXPECT_THAT(run.lines(), ElementsAre("0 smoke[B1] #1 firing matched high count=1 distinct=1",
                                       "2000 smoke[B1] #2 firing updated high count=2 distinct=1"));
}

TEST(EventForm, AnEventWithoutItsKeyTakesNoPartAndIsCounted) {
  Session run(event_rule("smoke", {{kSmoke}}));
  run.apply({.arr = 0, .building = ""});
  EXPECT_THAT(run.lines(), IsEmpty());
  EXPECT_EQ(run.counters().unkeyed, 1u);
  EXPECT_EQ(run.counters().evaluated, 0u);
}

TEST(CountForm, TheSameDetectorTwiceIsNotConfirmation) {
  Session run(confirmed());
  run.apply_all({{.arr = 0, .device = "D1"}, {.arr = 9 * kS, .device = "D1"}});
  run.run_out();
  EXPECT_THAT(run.lines(), IsEmpty());
  EXPECT_EQ(run.counters().pending, 2u);
}

TEST(CountForm, TheSecondDetectorConfirms) {
  Session run(confirmed());
  run.apply_all({{.arr = 0, .device = "D1"}, {.arr = 41 * kS, .device = "D2"}});
  run.run_out();
  EXPECT_THAT(run.lines(),
              ElementsAre("41000 confirmed[B1] #1 firing matched critical count=2 distinct=2",
                          "641000 confirmed[B1] #2 resolved quiet critical count=2 distinct=2"));
}

TEST(CountForm, TheWindowIsClosedAtBothEnds) {
  Session at_edge(confirmed());
  at_edge.apply_all({{.arr = 0, .device = "D1"}, {.arr = 60 * kS, .device = "D2"}});
  EXPECT_EQ(at_edge.lines().size(), 1u);
  Session beyond(confirmed());
  beyond.apply_all({{.arr = 0, .device = "D1"}, {.arr = 60 * kS + 1, .device = "D2"}});
  EXPECT_THAT(beyond.lines(), IsEmpty());
}

TEST(CountForm, AnOlderEventThatArrivesLaterCompletesTheWindow) {
  Session run(confirmed());
  run.apply_all({{.arr = 50 * kS, .device = "D1"}, {.arr = 51 * kS, .ts = 0, .device = "D2"}});
  EXPECT_EQ(run.lines().size(), 1u);
  EXPECT_TRUE(run.said().front().late);
}

TEST(CountForm, ABacklogThatArrivesTogetherStillCorrelates) {
  Session run(confirmed());
  run.apply_all({{.arr = 3600 * kS, .ts = 0, .device = "D1"},
                 {.arr = 3600 * kS + 61'999, .ts = 59 * kS, .device = "D2"}});
  EXPECT_EQ(run.lines().size(), 1u);
  EXPECT_TRUE(run.said().front().historical);
}

TEST(CountForm, AnEventIsForgottenAfterItsWindowAndLateness) {
  Session run(confirmed());
  run.apply_all({{.arr = 3600 * kS, .ts = 0, .device = "D1"},
                 {.arr = 3600 * kS + 62'001, .ts = 59 * kS, .device = "D2"}});
  EXPECT_THAT(run.lines(), IsEmpty());
}

TEST(CountForm, BindsTheQualifyingWindowWithTheEarliestStart) {
  Rule rule = count_rule("three", {{kSmoke}}, 3, 10 * kS);
  Session run(rule);
  run.apply_all({{.arr = 20 * kS, .ts = 4 * kS, .id = "late"},
                 {.arr = 20 * kS, .ts = 16 * kS, .id = "b"},
                 {.arr = 20 * kS, .ts = 10 * kS, .id = "c"},
                 {.arr = 20 * kS, .ts = 12 * kS, .id = "d"}});
  ASSERT_EQ(run.said().size(), 1u);
  Lines ids;
  for (const Evidence& e : run.said()[0].evidence) ids.push_back(e.id);
  EXPECT_THAT(ids, ElementsAre("late", "c", "d"));
}

TEST(CountForm, EachKeyCountsForItself) {
  Session run(count_rule("two", {{kSmoke}}, 2, 60 * kS));
  run.apply_all({{.arr = 0, .building = "B1"}, {.arr = 1, .building = "B2"}});
  EXPECT_THAT(run.lines(), IsEmpty());
  EXPECT_EQ(run.counters().keys, 2u);
}

TEST(CountForm, KeysAreForgottenWithTheirLastEvent) {
  Session run(count_rule("two", {{kSmoke}}, 2, 60 * kS));
  for (int i = 0; i < 100; ++i) run.apply({.arr = i, .building = name("B", i)});
  EXPECT_EQ(run.counters().keys, 100u);
  run.apply({.arr = 63 * kS, .building = "C"});
  EXPECT_EQ(run.counters().keys, 1u);
}

TEST(AllForm, MatchesInAnyOrder) {
  for (const bool flame_first : {false, true}) {
    Session run(all_rule("both", {{{kSmoke}}, {{kFlame}}}, 30 * kS));
    run.apply({.type = flame_first ? kFlame : kSmoke, .arr = 0, .device = "D1"});
    run.apply({.type = flame_first ? kSmoke : kFlame, .arr = 30 * kS, .device = "D2"});
    EXPECT_THAT(run.lines(),
                ElementsAre("30000 both[B1] #1 firing matched high count=2 distinct=2"));
  }
}

TEST(AllForm, AMillisecondOverTheWindowIsNoMatch) {
  Session run(all_rule("both", {{{kSmoke}}, {{kFlame}}}, 30 * kS));
  run.apply_all({{.type = kSmoke, .arr = 0}, {.type = kFlame, .arr = 30 * kS + 1}});
  EXPECT_THAT(run.lines(), IsEmpty());
}

TEST(AllForm, OneEventBindsOneStepUnlessTheRuleSaysOtherwise) {
  Rule rule = all_rule("twice", {{{kSmoke}}, {{kSmoke}}}, 30 * kS);
  Session strict(rule);
  strict.apply({.arr = 0});
  EXPECT_THAT(strict.lines(), IsEmpty());
  strict.apply({.arr = 1});
  EXPECT_EQ(strict.lines().size(), 1u);

  std::get<AllForm>(rule.form).same_event = true;
  Session same(rule);
  same.apply({.arr = 0});
  EXPECT_THAT(same.lines(), ElementsAre("0 twice[B1] #1 firing matched high count=1 distinct=1"));
}

TEST(AllForm, TheJoinPicksAmongTheKeptCandidates) {
  Session run(all_rule("same-zone", {{{kSmoke}}, {{kFlame}}}, 30 * kS, "a.zone == b.zone"));
  run.apply_all({{.arr = 0, .id = "far", .zone = "Z1"},
                 {.arr = 1, .id = "old", .zone = "Z2"},
                 {.arr = 2, .id = "new", .zone = "Z2"},
                 {.arr = 3, .id = "other", .zone = "Z3"},
                 {.type = kFlame, .arr = 4, .id = "flame", .zone = "Z2"}});
  ASSERT_EQ(run.said().size(), 1u);
  EXPECT_EQ(run.said()[0].evidence[0].id, "new");
  EXPECT_EQ(run.said()[0].evidence[1].id, "flame");
}

TEST(AllForm, TheNewestKeepCandidatesAreKept) {
  Rule rule = all_rule("same-zone", {{{kSmoke}}, {{kFlame}}}, 30 * kS, "a.zone == b.zone");
  std::get<AllForm>(rule.form).keep = 2;
  Session run(rule);
  for (int i = 0; i < 3; ++i) run.apply({.arr = i, .zone = name("Z", i)});
  EXPECT_EQ(run.counters().evicted_candidates, 1u);
  run.apply({.type = kFlame, .arr = 10, .zone = "Z0"});
  EXPECT_EQ(run.counters().matches, 0u);
  run.apply({.type = kFlame, .arr = 11, .zone = "Z1"});
  EXPECT_EQ(run.counters().matches, 1u);
}

TEST(AllForm, ACandidateOlderThanTheKeptOnesStillTakesPartOnArrival) {
  Rule rule = all_rule("same-zone", {{{kSmoke}}, {{kFlame}}}, 30 * kS, "a.zone == b.zone");
  std::get<AllForm>(rule.form).keep = 1;
  Session run(rule);
  run.apply_all({{.type = kFlame, .arr = 5 * kS, .zone = "Z9"},
                 {.arr = 6 * kS, .zone = "Z1"},
                 {.arr = 7 * kS, .ts = 0, .zone = "Z9"}});
  EXPECT_EQ(run.counters().matches, 1u);
}

TEST(AllForm, ASearchThatJoinsNothingIsCut) {
  Rule rule =
      all_rule("four", {{{kSmoke}}, {{kSmoke}}, {{kSmoke}}, {{kSmoke}}}, kMin, "a.level > 100");
  std::get<AllForm>(rule.form).keep = 60;
  Session run(rule);
  for (int i = 0; i < 60; ++i) run.apply({.arr = i});
  EXPECT_GT(run.counters().searches_cut, 0u);
}

TEST(Conditions, AnErrorChangesNothingAndIsCounted) {
  Session run(event_rule("divides", {{kSmoke}, "10 / e.divisor > 1"}));
  run.apply_all({{.arr = 0, .divisor = 0}, {.arr = 1}, {.arr = 2, .divisor = 2}});
  EXPECT_THAT(run.lines(), ElementsAre("2 divides[B1] #1 firing matched high count=1 distinct=1"));
  EXPECT_EQ(run.counters().eval_errors, 2u);
}

}  // namespace
}  // namespace tocsin::rules::test
