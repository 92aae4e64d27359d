// One alert from opening to resolve.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Rule smoke() { return event_rule("smoke", {{kSmoke}}); }

TEST(Episode, QuietCountsFromTheLastContributingEvent) {
  Session run(smoke());
  run.apply_all({{.arr = 0}, {.arr = 9 * kMin, .device = "D2"}});
  run.run_out();
  EXPECT_THAT(run.lines(),
              ElementsAre("0 smoke[B1] #1 firing matched high count=1 distinct=1",
                          "1140000 smoke[B1] #2 resolved quiet high count=2 distinct=2"));
}

TEST(Episode, AContributingEventNeedNotBeAMatch) {
  Session run(count_rule("two", {{kSmoke}}, 2, 10 * kS));
  run.apply_all({{.arr = 0}, {.arr = 1 * kS}, {.arr = 5 * kMin}});
  run.run_out();
  EXPECT_THAT(run.lines(), ElementsAre("1000 two[B1] #1 firing matched high count=2 distinct=1",
                                       "900000 two[B1] #2 resolved quiet high count=3 distinct=1"));
}

TEST(Episode, AnEventAtTheDeadlineFindsTheAlertResolvedAndOpensTheNext) {
  Session run(smoke());
  run.apply_all({{.arr = 0}, {.arr = 10 * kMin}});
  EXPECT_THAT(run.lines(),
              ElementsAre("0 smoke[B1] #1 firing matched high count=1 distinct=1",
                          "600000 smoke[B1] #2 resolved quiet high count=1 distinct=1",
                          "600000 smoke[B1] #1 firing matched high count=1 distinct=1"));
  EXPECT_NE(run.said()[0].alert_id, run.said()[2].alert_id);
  EXPECT_EQ(run.said()[0].alert_id, run.said()[1].alert_id);
}

TEST(Episode, ARevisionMadeByATimerCarriesItsDeadlineAndTheNewestPosition) {
  Session run(smoke());
  run.apply({.arr = 0});
  run.apply({.type = kGate, .arr = 3 * kMin});
  run.advance(60 * kMin);
  ASSERT_EQ(run.said().size(), 2u);
  EXPECT_EQ(unix_ms(run.said()[1].at), 10 * kMin);
  EXPECT_EQ(run.said()[1].log_position, 2u);
}

TEST(Episode, AnOperatorClosesByIdOrByKeyAndTheNextMatchOpensAnother) {
  Session run(smoke());
  run.apply_all({{.arr = 0}, {.arr = 1, .building = "B2"}, {.arr = 2, .building = "B3"}});
  EXPECT_EQ(run.close({.alert_id = run.said()[0].alert_id}, kS), 1u);
  EXPECT_EQ(run.close({.key = {{"loc.building", "B2"}}}, 2 * kS), 1u);
  EXPECT_EQ(run.close({.rule = "another", .key = {{"loc.building", "B3"}}}, 2 * kS), 0u);
  EXPECT_EQ(run.close({.key = {{"loc.building", "B2"}}}, 2 * kS), 0u) << "closed already";
  run.apply({.arr = 3 * kS});
  EXPECT_THAT(run.lines(), ElementsAre("0 smoke[B1] #1 firing matched high count=1 distinct=1",
                                       "1 smoke[B2] #1 firing matched high count=1 distinct=1",
                                       "2 smoke[B3] #1 firing matched high count=1 distinct=1",
                                       "1000 smoke[B1] #2 resolved manual high count=1 distinct=1",
                                       "2000 smoke[B2] #2 resolved manual high count=1 distinct=1",
                                       "3000 smoke[B1] #1 firing matched high count=1 distinct=1"));
}

TEST(Episode, AfterResolvesWhateverStillHappens) {
  Rule rule = smoke();
  rule.alert.resolve.after = std::chrono::minutes(2);
  Session run(rule);
  run.apply_all({{.arr = 0}, {.arr = kMin}});
  run.run_out();
  EXPECT_EQ(run.lines().back(), "120000 smoke[B1] #2 resolved after high count=2 distinct=1");
}

TEST(Episode, OrEventResolvesTheSameIdentityAndContributesToNothing) {
  Rule rule = smoke();
  resolve_on(rule, {{kSmoke, kPanel}, "e.op == 'reset'"});
  Session run(rule);
  run.apply_all({{.type = kPanel, .arr = 0, .op = "reset"},
                 {.arr = 1},
                 {.type = kPanel, .arr = 2, .building = "B2", .op = "reset"},
                 {.type = kPanel, .arr = 3, .op = "test"},
                 {.arr = 4, .op = "reset"}});
  EXPECT_THAT(run.lines(), ElementsAre("1 smoke[B1] #1 firing matched high count=1 distinct=1",
                                       "4 smoke[B1] #2 resolved or_event high count=1 distinct=1"));
}

TEST(Episode, AnOrEventOlderThanTheOpeningEventDoesNothing) {
  Rule rule = smoke();
  resolve_on(rule, {{kPanel}});
  Session run(rule);
  run.apply_all({{.arr = 10'000, .ts = 9'000},
                 {.type = kPanel, .arr = 10'500, .ts = 8'999},
                 {.type = kPanel, .arr = 10'600, .ts = 9'000}});
  EXPECT_EQ(run.lines().back(), "10600 smoke[B1] #2 resolved or_event high count=1 distinct=1");
}

TEST(Episode, AResolveDiscardsWhatTheFormKept) {
  Rule rule = count_rule("two", {{kSmoke}}, 2, kMin);
  resolve_on(rule, {{kPanel}});
  Session run(rule);
  run.apply_all({{.arr = 0}, {.arr = 1}, {.type = kPanel, .arr = 2}, {.arr = 3}});
  EXPECT_EQ(run.lines().size(), 2u);
  run.apply({.arr = 4});
  EXPECT_EQ(run.lines().size(), 1u);
}

TEST(Episode, AResolveDiscardsEveryKeyOfTheIdentityAndNoOther) {
  Rule rule = base_rule("two", {kBuilding, kZone});
  rule.alert.identity = {0};
  rule.form = CountForm{pattern({{kSmoke}}, {kBuilding, kZone}), {}, 2, Duration(kMin)};
  resolve_on(rule, {{kPanel}});
  Session run(rule);
  run.apply_all({{.arr = 0, .zone = "Z1"},
                 {.arr = 1, .zone = "Z2"},
                 {.arr = 2, .building = "B2", .zone = "Z1"},
                 {.arr = 3, .zone = "Z2"},
                 {.type = kPanel, .arr = 4},
                 {.arr = 5, .zone = "Z1"},
                 {.arr = 6, .building = "B2", .zone = "Z1"}});
  EXPECT_THAT(run.lines(), ElementsAre("3 two[B1] #1 firing matched high count=2 distinct=1",
                                       "4 two[B1] #2 resolved or_event high count=2 distinct=1",
                                       "6 two[B2] #1 firing matched high count=2 distinct=1"));
}

TEST(Episode, IdentityGathersTheKeysBelowIt) {
  Rule rule = base_rule("smoke", {kBuilding, kZone});
  rule.alert.identity = {0};
  rule.form = EventForm{pattern({{kSmoke}}, {kBuilding, kZone})};
  rule.alert.update_on_count = true;
  rule.alert.summary.en = text("{{key.k0}}/{{key.k1}} {{e.zone}} {{count}}");
  Session run(rule);
  run.apply_all({{.arr = 0, .zone = "Z1"}, {.arr = 5000, .zone = "Z2"}});
  EXPECT_THAT(run.lines(), ElementsAre("0 smoke[B1] #1 firing matched high count=1 distinct=1",
                                       "5000 smoke[B1] #2 firing updated high count=2 distinct=1"));
  EXPECT_EQ(run.said()[0].summary.en, "B1/Z1 Z1 1");
  EXPECT_EQ(run.said()[1].summary.en, "B1/Z1 Z2 2");
}

TEST(Episode, ARepeatKeepsTheAlertOpenAndCountsForNothing) {
  auto rules = bundle({smoke()});
  rules->type_settings[kSmoke].repeat = TypeSettings::Repeat{{kDevice}, std::chrono::minutes(2)};
  Session run(rules);
  run.apply_all({{.arr = 0}, {.arr = 2 * kMin}, {.arr = 4 * kMin}});
  run.run_out();
  EXPECT_THAT(run.lines(),
              ElementsAre("0 smoke[B1] #1 firing matched high count=1 distinct=1",
                          "840000 smoke[B1] #2 resolved quiet high count=1 distinct=1"));
  EXPECT_EQ(run.counters().matches, 1u);
}

TEST(Episode, ATransportDuplicateDoesNotEvenKeepItOpen) {
  Session run(smoke());
  EXPECT_EQ(run.apply({.arr = 0, .id = "1"}), Verdict::accepted);
  EXPECT_EQ(run.apply({.arr = 5 * kMin, .id = "1"}), Verdict::duplicate);
  run.run_out();
  EXPECT_EQ(run.lines().back(), "600000 smoke[B1] #2 resolved quiet high count=1 distinct=1");
}

// --- updates

TEST(Updates, AreAtLeastTheIntervalApartAndCarryTheNewestValues) {
  Rule rule = smoke();
  rule.alert.update_on_count = true;
  Session run(rule);
  run.apply_all({{.arr = 0}, {.arr = 100}, {.arr = 200}, {.arr = 5000}});
  EXPECT_THAT(run.lines(), ElementsAre("0 smoke[B1] #1 firing matched high count=1 distinct=1",
                                       "1000 smoke[B1] #2 firing updated high count=3 distinct=1",
                                       "5000 smoke[B1] #3 firing updated high count=4 distinct=1"));
}

TEST(Updates, ExactlyTheIntervalLaterGoesAtOnce) {
  Rule rule = smoke();
  rule.alert.update_on_count = true;
  Session run(rule);
  run.apply_all({{.arr = 0}, {.arr = 1000}});
  EXPECT_EQ(run.lines().back(), "1000 smoke[B1] #2 firing updated high count=2 distinct=1");
}

TEST(Updates, WhatIsNotListedMakesNoRevision) {
  Rule rule = smoke();
  rule.alert.update_on_distinct = true;
  Session run(rule);
  run.apply_all({{.arr = 0, .device = "D1"}, {.arr = 5000, .device = "D1"}});
  EXPECT_EQ(run.lines().size(), 1u);
  run.apply({.arr = 6000, .device = "D2"});
  EXPECT_THAT(run.lines(), ElementsAre("6000 smoke[B1] #2 firing updated high count=3 distinct=2"));
}

TEST(Updates, EveryContributionCountsWithEvery) {
  Rule rule = smoke();
  rule.alert.update_on_every = true;
  rule.alert.update_min_interval = Duration{0};
  Session run(rule);
  run.apply_all({{.arr = 0}, {.arr = 0}, {.arr = 1}});
  EXPECT_EQ(run.lines().size(), 2u);  // two equal messages are one
  run.apply({.arr = 2});
  EXPECT_EQ(run.lines().size(), 1u);
}

TEST(Updates, RisingSeverityGoesAtOnceAndNeverFalls) {
  Rule rule = smoke();
  rule.alert.update_on_severity = true;
  rule.alert.escalate.push_back({compile("e.level >= 9"), Severity::critical});
  rule.alert.escalate.push_back({compile("count >= 1"), Severity::medium});
  Session run(rule);
  run.apply_all({{.arr = 0}, {.arr = 10, .level = 9}, {.arr = 20, .level = 1}});
  run.run_out();
  EXPECT_THAT(run.lines(),
              ElementsAre("0 smoke[B1] #1 firing matched high count=1 distinct=1",
                          "10 smoke[B1] #2 firing escalated critical count=2 distinct=1",
                          "600020 smoke[B1] #3 resolved quiet critical count=3 distinct=1"));
}

TEST(Updates, TheOpeningIsAlreadyEscalatedWhereItsConditionHolds) {
  Rule rule = count_rule("two", {{kSmoke}}, 2, kMin);
  rule.alert.escalate.push_back({compile("count >= 2"), Severity::critical});
  Session run(rule);
  run.apply_all({{.arr = 0}, {.arr = 1}});
  EXPECT_THAT(run.lines(), ElementsAre("1 two[B1] #1 firing matched critical count=2 distinct=1"));
}

TEST(Updates, AResolveCarriesTheFinalValuesInsteadOfTheWaitingUpdate) {
  Rule rule = smoke();
  rule.alert.update_on_count = true;
  resolve_on(rule, {{kPanel}});
  Session run(rule);
  run.apply_all({{.arr = 0}, {.arr = 10}, {.type = kPanel, .arr = 20}});
  run.run_out();
  EXPECT_THAT(run.lines(),
              ElementsAre("0 smoke[B1] #1 firing matched high count=1 distinct=1",
                          "20 smoke[B1] #2 resolved or_event high count=2 distinct=1"));
}

// --- rearm

TEST(Rearm, AfterADurationSuppressesOpeningsUntilThen) {
  Rule rule = smoke();
  rule.alert.rearm_after = std::chrono::minutes(30);
  resolve_on(rule, {{kPanel}});
  Session run(rule);
  run.apply_all({{.arr = 0}, {.type = kPanel, .arr = kMin}, {.arr = 31 * kMin - 1}});
  EXPECT_EQ(run.lines().size(), 2u);
  run.apply({.arr = 31 * kMin});
  EXPECT_EQ(run.lines().size(), 1u);
}

TEST(Rearm, IsPerIdentity) {
  Rule rule = smoke();
  rule.alert.rearm_after = std::chrono::minutes(30);
  resolve_on(rule, {{kPanel}});
  Session run(rule);
  run.apply_all({{.arr = 0}, {.type = kPanel, .arr = 1}, {.arr = 2, .building = "B2"}});
  EXPECT_EQ(run.lines().back(), "2 smoke[B2] #1 firing matched high count=1 distinct=1");
}

// --- what a revision says

TEST(Revision, SummaryShowsTheNewestContributingEvent) {
  Rule rule = smoke();
  rule.alert.update_on_count = true;
  rule.alert.summary.en = text("{{count}} in {{key.k0}}, level {{e.level}}, {{severity}}");
  rule.alert.summary.zh = text("{{e.building}} {{count}} 起");
  Session run(rule);
  run.apply_all({{.arr = 0, .level = 3}, {.arr = 5000, .level = 7}});
  EXPECT_EQ(run.said()[0].summary.en, "1 in B1, level 3, high");
  EXPECT_EQ(run.said()[1].summary.en, "2 in B1, level 7, high");
  EXPECT_EQ(run.said()[1].summary.zh, "B1 2 起");
}

TEST(Revision, AHoleThatCannotBeEvaluatedReadsAsAQuestionMarkAndIsCounted) {
  Rule rule = smoke();
  rule.alert.summary.en = text("level {{e.level}}, {{10 / e.divisor}}");
  Session run(rule);
  run.apply({.arr = 0, .divisor = 0});
  EXPECT_EQ(run.said().at(0).summary.en, "level 3, ?");
  EXPECT_EQ(run.counters().eval_errors, 1u);
}

TEST(Revision, AFieldThatIsUnsetIsShownAsMissingAndNotAsItsDefault) {
  Rule rule = smoke();
  rule.alert.summary.en = text("level {{e.level}}, {{e.op}}, {{e.level + 1}}");
  rule.alert.attach.push_back({"e.level", compile_number("e.level")});
  Session run(rule);
  run.apply({.arr = 0, .level = {}});
  EXPECT_EQ(run.said().at(0).summary.en, "level -, -, 1");
  EXPECT_FALSE(run.said().at(0).attached.at(0).second.view().is_set());
  EXPECT_EQ(run.counters().eval_errors, 0u);
}

TEST(Revision, StepsOfTheMatchAreNamesInTheSummary) {
  Rule rule = all_rule("both", {{{kSmoke}}, {{kFlame}}}, kMin);
  rule.alert.summary.en = text("{{a.device_id}} and {{b.device_id}}");
  Session run(rule);
  run.apply_all({{.type = kFlame, .arr = 0, .device = "C1"}, {.arr = 1, .device = "S1"}});
  EXPECT_EQ(run.said().at(0).summary.en, "S1 and C1");
}

TEST(Revision, PlaceIsWhereTheCompletingEventWas) {
  Session run(count_rule("two", {{kSmoke}}, 2, kMin));
  run.apply_all({{.arr = 0, .zone = "Z1"}, {.arr = 1, .zone = "Z2"}});
  EXPECT_EQ(run.said().at(0).place.building, "B1");
  EXPECT_EQ(run.said().at(0).place.zone, "Z2");
}

TEST(Revision, EvidenceIsTheNewestSixtyFourOldestFirst) {
  Rule rule = smoke();
  resolve_on(rule, {{kPanel}});
  Session run(rule);
  for (int i = 0; i < 70; ++i) run.apply({.arr = i, .id = std::to_string(i)});
  run.apply({.type = kPanel, .arr = 100});
  const AlertRevision& last = run.said().back();
  ASSERT_EQ(last.evidence.size(), 64u);
  EXPECT_EQ(last.evidence.front().id, "6");
  EXPECT_EQ(last.evidence.back().id, "69");
  EXPECT_EQ(last.evidence_dropped, 6u);
  EXPECT_EQ(last.evidence[0].type, "smoke.alarm");
  ASSERT_EQ(last.evidence[0].values.size(), 1u);
  EXPECT_EQ(last.evidence[0].values[0].first, "e.level");
}

TEST(Revision, HistoricalIsOverTenMinutesOldAtOpening) {
  Session fresh(smoke());
  fresh.apply({.arr = 10 * kMin, .ts = 0});
  EXPECT_FALSE(fresh.said().at(0).historical);
  Session old(smoke());
  old.apply({.arr = 10 * kMin + 1, .ts = 0});
  EXPECT_TRUE(old.said().at(0).historical);
}

TEST(Revision, AShadowRuleSaysTheSameInTheShadow) {
  Rule rule = smoke();
  rule.mode = Mode::shadow;
  Session run(rule);
  run.apply({.arr = 0});
  EXPECT_TRUE(run.said().at(0).shadow);
}

TEST(Revision, AlertIdsDifferByRuleIdentityTimeAndOpener) {
  Session run(bundle({event_rule("one", {{kSmoke}}), event_rule("two", {{kSmoke}})}));
  run.apply_all({{.arr = 0}, {.arr = 0, .building = "B2", .level = 9}, {.arr = 10 * kMin}});
  std::set<std::string> ids;
  for (const AlertRevision& r : run.said()) ids.insert(r.alert_id);
  EXPECT_EQ(ids.size(), 6u);
}

}  // namespace
}  // namespace tocsin::rules::test
