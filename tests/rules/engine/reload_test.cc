// A new bundle while alerts are open and events are kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Rule two() {
  Rule rule = count_rule("two", {{kSmoke}, "e.level >= 2"}, 2, kMin);
  resolve_on(rule, {{kPanel}});
  return rule;
}
std::shared_ptr<RuleSet> edited(Rule rule) {
  rule.version += "-edited";
  return bundle({std::move(rule)});
}

TEST(Reload, AnUnchangedRuleKeepsEverything) {
  Session run(two());
  run.apply({.arr = 0});
  run.reload(bundle({event_rule("another", {{kFlame}}), two()}), 10);
  run.apply({.arr = 20});
  EXPECT_THAT(run.lines(), ElementsAre("20 two[B1] #1 firing matched high count=2 distinct=1"));
  EXPECT_EQ(run.counters(1).evaluated, 2u);
}

TEST(Reload, ARemovedRuleResolvesItsAlerts) {
  Session run(bundle({event_rule("a", {{kSmoke}}), event_rule("b", {{kSmoke}})}));
  run.apply_all({{.arr = 0, .device = "D2", .building = "B2"}, {.arr = 0, .building = "B1"}});
  run.lines();
  run.reload(bundle({event_rule("b", {{kSmoke}})}), 50);
  EXPECT_THAT(run.lines(),
              ElementsAre("50 a[B1] #2 resolved rule_removed high count=1 distinct=1",
                          "50 a[B2] #2 resolved rule_removed high count=1 distinct=1"));
  run.run_out();
  EXPECT_EQ(run.lines().size(), 2u);
}

TEST(Reload, AStructuralEditStartsANewGeneration) {
  Session run(two());
  run.apply_all({{.arr = 0}, {.arr = 1}, {.arr = 2, .building = "B2"}});
  run.lines();
  Rule rule = two();
  rule.match_hash += "-other";
  run.reload(edited(rule), 50);
  EXPECT_THAT(run.lines(),
              ElementsAre("50 two[B1] #2 resolved rule_changed high count=2 distinct=1"));
  run.apply({.arr = 60, .building = "B2"});
  EXPECT_THAT(run.lines(), IsEmpty());
  EXPECT_EQ(run.counters().keys, 1u);
}

TEST(Reload, CarryLetsOpenAlertsOutliveAStructuralEdit) {
  Rule before = sequence_rule("two", {{{kSmoke}}, {{kFlame}}}, kMin);
  before.alert.update_on_count = true;
  before.alert.update_min_interval = {};
  Session run(before);
  run.apply_all({{.arr = 0}, {.type = kFlame, .arr = 1}, {.arr = 2, .building = "B2"}});
  run.lines();
  Rule after = two();
  after.match_hash += "-other";
  after.carry_firing = true;
  after.alert.update_on_count = true;
  after.alert.update_min_interval = {};
  run.reload(edited(after), 50);
  EXPECT_THAT(run.lines(), IsEmpty());
  EXPECT_EQ(run.counters().keys, 0u);  // what was kept is gone
  run.apply({.arr = 60});
  EXPECT_THAT(run.lines(), ElementsAre("60 two[B1] #2 firing updated high count=3 distinct=1"));
  ASSERT_EQ(run.said().back().evidence.size(), 3u);
  EXPECT_EQ(run.said().back().evidence[1].type, "camera.detection");
  run.apply({.type = kPanel, .arr = 70});
  EXPECT_THAT(run.lines(), ElementsAre("70 two[B1] #3 resolved or_event high count=3 distinct=1"));
}

TEST(Reload, CarryCannotSaveAlertsOfAnotherIdentity) {
  Session run(two());
  run.apply_all({{.arr = 0}, {.arr = 1}});
  run.lines();
  Rule after = two();
  after.match_hash += "-other";
  after.carry_firing = true;
  after.for_each = {"loc.zone"};
  run.reload(edited(after), 50);
  EXPECT_THAT(run.lines(),
              ElementsAre("50 two[B1] #2 resolved rule_changed high count=2 distinct=1"));
}

TEST(Reload, ATuningEditTestsKeptEventsAgainAndMatchesNothingItself) {
  Session run(two());
  run.apply_all({{.arr = 0, .level = 2}, {.arr = 1, .building = "B2", .level = 5}});
  Rule stricter = two();
  std::get<CountForm>(stricter.form).pattern = pattern({{kSmoke}, "e.level >= 4"}, {kBuilding});
  run.reload(edited(stricter), 10);
  Rule easier = two();
  std::get<CountForm>(easier.form).at_least = 1;
  easier.version += "-easier";
  run.reload(bundle({easier}), 20);
  EXPECT_THAT(run.lines(), IsEmpty());
  EXPECT_EQ(run.counters().keys, 1u) << "the refused event never returns";

  Rule again = two();
  run.reload(bundle({again}), 30);
  run.apply_all({{.arr = 40, .level = 2}, {.arr = 41, .building = "B2"}});
  EXPECT_THAT(run.lines(), ElementsAre("41 two[B2] #1 firing matched high count=2 distinct=1"));
}

TEST(Reload, AConditionMayReadAFieldTheOldOneDidNot) {
  Session run(two());
  run.apply_all({{.arr = 0, .op = "test"}, {.arr = 1, .building = "B2", .op = "live"}});
  Rule other = two();
  std::get<CountForm>(other.form).pattern = pattern({{kSmoke}, "e.op == 'live'"}, {kBuilding});
  run.reload(edited(other), 10);
  run.apply_all({{.arr = 20, .op = "live"}, {.arr = 21, .building = "B2", .op = "live"}});
  EXPECT_THAT(run.lines(), ElementsAre("21 two[B2] #1 firing matched high count=2 distinct=1"));
}

TEST(Reload, ShorterWindowsForgetAtTheSwap) {
  Session run(two());
  run.apply({.arr = 0});
  Rule shorter = two();
  std::get<CountForm>(shorter.form).within = Duration(5 * kS);
  run.reload(edited(shorter), 8 * kS);
  EXPECT_EQ(run.counters().keys, 0u);
}

TEST(Reload, DeadlinesAreCountedAgainFromTheirAnchors) {
  Session run(event_rule("smoke", {{kSmoke}}));
  run.apply_all({{.arr = 0}, {.arr = kMin}});
  run.lines();
  Rule longer = event_rule("smoke", {{kSmoke}});
  longer.alert.resolve.quiet_for = std::chrono::minutes(20);
  run.reload(edited(longer), 2 * kMin);
  EXPECT_EQ(run.engine().next_deadline(), from_unix_ms(21 * kMin));
  run.run_out();
  EXPECT_THAT(run.lines(),
              ElementsAre("1260000 smoke[B1] #2 resolved quiet high count=2 distinct=1"));
}

TEST(Reload, ADeadlineThatIsAlreadyPastFiresAtTheSwap) {
  Session run(event_rule("smoke", {{kSmoke}}));
  run.apply({.arr = 0});
  run.lines();
  Rule shorter = event_rule("smoke", {{kSmoke}});
  shorter.alert.resolve.quiet_for = std::chrono::minutes(1);
  run.reload(edited(shorter), 5 * kMin);
  EXPECT_THAT(run.lines(),
              ElementsAre("300000 smoke[B1] #2 resolved quiet high count=1 distinct=1"));
}

TEST(Reload, ADisabledRuleMeetsNothingButItsAlertsStillResolve) {
  Session run(event_rule("smoke", {{kSmoke}}));
  run.apply({.arr = 0});
  Rule off = event_rule("smoke", {{kSmoke}});
  off.mode = Mode::disabled;
  run.reload(edited(off), 10);
  run.apply({.arr = 20});
  run.run_out();
  EXPECT_EQ(run.lines().back(), "600000 smoke[B1] #2 resolved quiet high count=1 distinct=1");
}

TEST(Reload, MetadataShowsInTheNextRevisionAndAnAlertStaysWhereItWasOpened) {
  Session run(event_rule("smoke", {{kSmoke}}));
  run.apply({.arr = 0});
  Rule renamed = event_rule("smoke", {{kSmoke}});
  renamed.title.en = "Smoke!";
  renamed.mode = Mode::shadow;
  run.reload(edited(renamed), 10);
  run.apply({.arr = 20, .building = "B2"});
  run.run_out();
  ASSERT_EQ(run.said().size(), 4u);
  EXPECT_TRUE(run.said()[1].shadow);
  EXPECT_FALSE(run.said()[2].shadow);
  EXPECT_EQ(run.said()[2].title.en, "Smoke!");
}

TEST(Reload, TimersDueBeforeTheSwapFireUnderTheOldRule) {
  Session run(event_rule("smoke", {{kSmoke}}));
  run.apply({.arr = 0});
  run.reload(bundle({}), 11 * kMin);
  EXPECT_EQ(run.lines().back(), "600000 smoke[B1] #2 resolved quiet high count=1 distinct=1");
}

}  // namespace
}  // namespace tocsin::rules::test
