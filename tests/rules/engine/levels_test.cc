// Alerts as events of the rules above: what they carry, and the order of one moment.
#include <gmock/gmock.h>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kOpens = "e.state == 'firing'";
constexpr std::string_view kEnds = "e.state == 'resolved'";

/// Any smoke is an alert of its building, for ten quiet minutes.
Rule low_smoke() { return event_rule("a-smoke", {{kSmoke}}); }
Rule low_flame() { return event_rule("b-flame", {{kFlame}}); }

/// Keyed by nothing.
Rule citywide(Rule rule) {
  rule.for_each.clear();
  rule.alert.identity.clear();
  return rule;
}
/// Two buildings with an alert of rule 0 within an hour.
Rule surge() {
  Rule rule = citywide(count_rule("c-surge", {{kSmoke}}, 2, 60 * kMin));
  std::get<CountForm>(rule.form).pattern = pattern({{alerts_of(0)}, kOpens}, {}, {kBuilding});
  std::get<CountForm>(rule.form).distinct = {"loc.building"};
  return rule;
}
TestEvent heard(Type type, std::int64_t ts, std::string building = "B1") {
  return {.type = type, .arr = ts, .device = "D" + building, .building = std::move(building)};
}

std::vector<std::string> outcome(const std::shared_ptr<RuleSet>& rules,
                                 const std::vector<TestEvent>& events) {
  Session session(rules);
  session.apply_all(events);
  session.run_out();
  return session.lines();
}

TEST(Levels, AnAlertIsAnEventOfTheRuleAbove) {
  EXPECT_THAT(outcome(levels({low_smoke(), surge()}),
                      {heard(kSmoke, 0), heard(kSmoke, kS), heard(kSmoke, 2 * kS, "B2")}),
              ElementsAre("0 a-smoke[B1] #1 firing matched high count=1 distinct=1",
                          "2000 a-smoke[B2] #1 firing matched high count=1 distinct=1",
                          "2000 c-surge[] #1 firing matched high count=2 distinct=2",
                          "601000 a-smoke[B1] #2 resolved quiet high count=2 distinct=1",
                          "602000 a-smoke[B2] #2 resolved quiet high count=1 distinct=1",
                          "602000 c-surge[] #2 resolved quiet high count=2 distinct=2"));
}

TEST(Levels, TheEventCarriesIdentityPlaceSeverityStateCountAndTheAlertsId) {
  Rule above = event_rule("b-above", {{alerts_of(0)}, ""});
  above.alert.summary.en = text("{{e.state}} {{e.severity}} {{e.count}} {{e.building}} {{e.zone}}");
  above.alert.update_on_every = true;
  above.alert.update_min_interval = {};
  above.alert.resolve.quiet_for = Duration(20 * kMin);
  Session session(levels({low_smoke(), above}));
  session.apply_all({heard(kSmoke, 0), heard(kSmoke, kS)});
  session.run_out();
  const auto& out = session.said();
  ASSERT_THAT(out, SizeIs(5));
  EXPECT_EQ(out[1].summary.en, "firing high 1 B1 Z1");
  EXPECT_EQ(out[3].rule, "b-above");
  EXPECT_EQ(out[3].summary.en, "resolved high 2 B1 Z1");
  EXPECT_EQ(out[1].place.building, "B1");
  ASSERT_THAT(out[1].evidence, SizeIs(1));
  EXPECT_EQ(out[1].evidence[0].type, "alert.a-smoke");
  EXPECT_EQ(out[1].evidence[0].id, out[0].alert_id);
  EXPECT_EQ(out[1].evidence[0].ts, out[0].at);
  EXPECT_FALSE(out[1].late);
}

TEST(Levels, RevisionsBetweenOpeningAndResolveAreNoEvents) {
  Rule below = low_smoke();
  below.alert.update_on_count = true;
  below.alert.update_min_interval = {};
  Rule above = event_rule("b-above", {{alerts_of(0)}, ""});
  Session session(levels({below, above}));
  session.apply_all({heard(kSmoke, 0), heard(kSmoke, kS), heard(kSmoke, 2 * kS)});
  EXPECT_EQ(session.counters(1).evaluated, 1u);
  session.run_out();
  EXPECT_EQ(session.counters(1).evaluated, 2u);
}

// The alert of the level below is decided at the very moment the absence is due: it is heard first.
TEST(Levels, AnAlertEventFeedsAnAbsenceDueAtTheSameMoment) {
  Rule below = event_rule("a-smoke", {{kSmoke}});
  below.alert.resolve.quiet_for = Duration(kMin);
  Rule above = sequence_rule("b-stays", {{{alerts_of(0)}, kOpens}}, -1);
  then_absent(above, {{alerts_of(0)}, kEnds}, kMin);
  EXPECT_THAT(outcome(levels({below, above}), {heard(kSmoke, 0)}),
              ElementsAre("0 a-smoke[B1] #1 firing matched high count=1 distinct=1",
                          "60000 a-smoke[B1] #2 resolved quiet high count=1 distinct=1"));
  then_absent(above, {{alerts_of(0)}, kEnds}, kMin - 1);
  EXPECT_THAT(outcome(levels({below, above}), {heard(kSmoke, 0)}),
              ElementsAre("0 a-smoke[B1] #1 firing matched high count=1 distinct=1",
                          "59999 b-stays[B1] #1 firing matched high count=1 distinct=0",
                          "60000 a-smoke[B1] #2 resolved quiet high count=1 distinct=1",
                          "659999 b-stays[B1] #2 resolved quiet high count=1 distinct=0"));
}

TEST(Levels, AnAbsenceBelowFeedsAnAbsenceAboveDueAtTheSameMoment) {
  Rule below = sequence_rule("a-unanswered", {{{kSmoke}}}, -1);
  then_absent(below, {{kPanel}}, kMin);
  Rule above = sequence_rule("b-quiet", {{{kFlame}}}, -1);
  then_absent(above, {{alerts_of(0)}, kOpens}, kMin + 2 * kS);
  EXPECT_THAT(outcome(levels({below, above}), {heard(kSmoke, 0), heard(kFlame, 0)}),
              ElementsAre("62000 a-unanswered[B1] #1 firing matched high count=1 distinct=1",
                          "662000 a-unanswered[B1] #2 resolved quiet high count=1 distinct=1"));
}

TEST(Levels, TheRecordIsMetBeforeTheAlertsItMakes) {
  // Within one moment the panel resets the rule above before the alert opens it.
  Rule below = event_rule("a-panel", {{kPanel}});
  Rule above = event_rule("b-above", {{alerts_of(0)}, kOpens});
  resolve_on(above, {{kPanel}});
  Session session(levels({below, above}));
  session.apply(heard(kPanel, 0));
  EXPECT_THAT(session.lines(),
              ElementsAre("0 a-panel[B1] #1 firing matched high count=1 distinct=1",
                          "0 b-above[B1] #1 firing matched high count=1 distinct=0"));
}

TEST(Levels, AMomentIsOrderedByLevelThenRuleThenKey) {
  // b-above's own timer for B1 is due together with the resolves that open its B2.
  Rule low = event_rule("z-low", {{kSmoke}});
  Rule above = event_rule("b-above", {{kFlame}});
  std::get<EventForm>(above.form).pattern = pattern({{kFlame}}, {kBuilding});
  Rule over = event_rule("a-over", {{alerts_of(2)}, kEnds});
  const auto set = levels({over, above, low});
  set->rules[0].level = 1;
  EXPECT_THAT(
      outcome(set, {heard(kSmoke, 0, "B2"), heard(kSmoke, 0, "B1"), heard(kFlame, 0, "B1")}),
      ElementsAre("0 z-low[B2] #1 firing matched high count=1 distinct=1",
                  "0 z-low[B1] #1 firing matched high count=1 distinct=1",
                  "0 b-above[B1] #1 firing matched high count=1 distinct=1",
                  "600000 b-above[B1] #2 resolved quiet high count=1 distinct=1",
                  "600000 z-low[B1] #2 resolved quiet high count=1 distinct=1",
                  "600000 z-low[B2] #2 resolved quiet high count=1 distinct=1",
                  "600000 a-over[B1] #1 firing matched high count=1 distinct=0",
                  "600000 a-over[B2] #1 firing matched high count=1 distinct=0",
                  "1200000 a-over[B1] #2 resolved quiet high count=1 distinct=0",
                  "1200000 a-over[B2] #2 resolved quiet high count=1 distinct=0"));
}

TEST(Levels, ThreeLevelsAreDecidedInOneMoment) {
  Rule second = event_rule("b-second", {{alerts_of(0)}, kOpens});
  Rule third = event_rule("c-third", {{alerts_of(1)}, kOpens});
  Session session(levels({low_smoke(), second, third}));
  session.apply(heard(kSmoke, 5));
  EXPECT_THAT(session.lines(),
              ElementsAre("5 a-smoke[B1] #1 firing matched high count=1 distinct=1",
                          "5 b-second[B1] #1 firing matched high count=1 distinct=0",
                          "5 c-third[B1] #1 firing matched high count=1 distinct=0"));
  EXPECT_EQ(session.said()[2].log_position, 1u);
}

TEST(Levels, AResolveBelowResolvesAbove) {
  Rule above = event_rule("b-above", {{alerts_of(0)}, kOpens});
  above.alert.resolve.quiet_for.reset();
  resolve_on(above, {{alerts_of(0)}, kEnds});
  EXPECT_THAT(outcome(levels({low_smoke(), above}), {heard(kSmoke, 0)}),
              ElementsAre("0 a-smoke[B1] #1 firing matched high count=1 distinct=1",
                          "0 b-above[B1] #1 firing matched high count=1 distinct=0",
                          "600000 a-smoke[B1] #2 resolved quiet high count=1 distinct=1",
                          "600000 b-above[B1] #2 resolved or_event high count=1 distinct=0"));
}

TEST(Levels, ShadowAlertsAreHeardByShadowRulesOnly) {
  Rule below = low_smoke();
  below.mode = Mode::shadow;
  Rule live = event_rule("b-live", {{alerts_of(0)}, kOpens});
  Rule shadow = event_rule("c-shadow", {{alerts_of(0)}, kOpens});
  shadow.mode = Mode::shadow;
  Session session(levels({below, live, shadow}));
  session.apply(heard(kSmoke, 0));
  EXPECT_THAT(session.lines(),
              ElementsAre("0 a-smoke[B1] #1 firing matched high count=1 distinct=1",
                          "0 c-shadow[B1] #1 firing matched high count=1 distinct=0"));
  EXPECT_EQ(session.counters(1).evaluated, 0u);
}

TEST(Levels, RuleErrorsAndLimitsAreNoEvents) {
  Rule below = event_rule("a-smoke", {{kSmoke}, "12 / e.divisor > 100"});
  Rule above = event_rule("b-above", {{alerts_of(0)}, ""});
  Session session(levels({below, above}));
  for (int i = 0; i < 3; ++i) {
    TestEvent event = heard(kSmoke, i);
    event.divisor = 0;
    session.apply(event);
  }
  EXPECT_THAT(session.lines(),
              ElementsAre("2 rule.error a-smoke[] #1 firing matched high count=3 distinct=0"));
  EXPECT_EQ(session.counters(1).evaluated, 0u);
}

TEST(Levels, AnErrorOfARuleAboveIsAnnouncedAfterWhatIsBelow) {
  Rule above = event_rule("b-above", {{alerts_of(0)}, "12 / (e.count - 1) > 0"});
  Session session(levels({low_smoke(), above}));
  for (int i = 0; i < 3; ++i) session.apply(heard(kSmoke, i, name("B", i)));
  EXPECT_THAT(session.lines(),
              ElementsAre("0 a-smoke[B0] #1 firing matched high count=1 distinct=1",
                          "1 a-smoke[B1] #1 firing matched high count=1 distinct=1",
                          "2 a-smoke[B2] #1 firing matched high count=1 distinct=1",
                          "2 rule.error b-above[] #1 firing matched high count=3 distinct=0"));
}

TEST(Levels, AlertsOfOneMomentAreAllCounted) {
  // Two rules speak about one event; so does the third, of both.
  Rule one = event_rule("a-one", {{kSmoke}});
  Rule two = event_rule("b-two", {{kSmoke}});
  Rule both = count_rule("c-both", {{alerts_of(0), alerts_of(1)}, kOpens}, 2, 0);
  Session session(levels({one, two, both}));
  session.apply(heard(kSmoke, 0));
  EXPECT_THAT(session.lines(), SizeIs(3));
  EXPECT_EQ(session.said()[2].count, 2u);
}

TEST(Levels, KeptAlertEventsSurviveAReloadThatNumbersTypesAnew) {
  Session session(levels({low_smoke(), surge()}));
  session.apply(heard(kSmoke, 0));
  session.lines();
  Rule added = event_rule("a-first", {{kPanel}});
  Rule surge_later = surge();
  std::get<CountForm>(surge_later.form).pattern =
      pattern({{alerts_of(1)}, kOpens}, {}, {kBuilding});
  surge_later.version += "-edited";  // so that what it keeps is tested again
  session.reload(levels({added, low_smoke(), surge_later}), kS);
  session.apply(heard(kSmoke, 2 * kS, "B2"));
  EXPECT_THAT(session.lines(),
              ElementsAre("2000 a-smoke[B2] #1 firing matched high count=1 distinct=1",
                          "2000 c-surge[] #1 firing matched high count=2 distinct=2"));
}

TEST(Levels, AlertEventsOfARuleThatIsGoneAreForgotten) {
  Session session(levels({low_smoke(), low_flame(), surge()}));
  session.apply(heard(kSmoke, 0));
  session.lines();
  Rule of_flames = surge();  // type 0 is now that of b-flame
  of_flames.version += "-edited";
  session.reload(levels({low_flame(), of_flames}), kS);
  EXPECT_THAT(session.lines(),
              ElementsAre("1000 a-smoke[B1] #2 resolved rule_removed high count=1 distinct=1"));
  session.apply(heard(kFlame, 2 * kS, "B2"));
  EXPECT_THAT(session.lines(), SizeIs(1));
  session.apply(heard(kFlame, 3 * kS, "B3"));
  EXPECT_THAT(session.lines(), SizeIs(2));
}

TEST(Levels, AResolveByReloadIsHeard) {
  Rule above = event_rule("b-above", {{alerts_of(0)}, kOpens});
  above.alert.resolve.quiet_for.reset();
  resolve_on(above, {{alerts_of(0)}, kEnds});
  Session session(levels({low_smoke(), above}));
  session.apply(heard(kSmoke, 0));
  session.lines();
  Rule other = low_smoke();
  other.match_hash += "-other";
  session.reload(levels({other, above}), kS);
  EXPECT_THAT(session.lines(),
              ElementsAre("1000 a-smoke[B1] #2 resolved rule_changed high count=1 distinct=1",
                          "1000 b-above[B1] #2 resolved or_event high count=1 distinct=0"));
}

TEST(Levels, ARuleMayChangeItsLevel) {
  Rule mixed = event_rule("b-mixed", {{kFlame}});
  Session session(levels({low_smoke(), mixed}));
  session.apply_all({heard(kFlame, 0), heard(kSmoke, 0)});
  session.lines();
  std::get<EventForm>(mixed.form).pattern = pattern({{kFlame, alerts_of(0)}, ""}, {kBuilding});
  mixed.version += "-edited";
  session.reload(levels({low_smoke(), mixed}), kS);
  EXPECT_THAT(session.lines(), IsEmpty());
  session.run_out();  // the resolve of a-smoke keeps b-mixed open
  EXPECT_THAT(session.lines(),
              ElementsAre("600000 a-smoke[B1] #2 resolved quiet high count=1 distinct=1",
                          "1200000 b-mixed[B1] #2 resolved quiet high count=2 distinct=1"));
}

}  // namespace
}  // namespace tocsin::rules::test
