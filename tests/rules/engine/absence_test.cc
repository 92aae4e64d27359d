// `absent` of a sequence: deadlines, what cancels and what takes back, gateways, outages, edits.
#include <gmock/gmock.h>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using SourceDown = Absence::SourceDown;

constexpr std::int64_t kLate = 2 * kS;  // the default lateness of every type

/// A smoke alarm that nobody answers at the panel within a minute.
Rule unanswered(std::int64_t look_back = 0) {
  Rule rule = sequence_rule("unanswered", {{{kSmoke}}}, -1);
  then_absent(rule, {{kPanel}}, 60 * kS, look_back);
  return rule;
}

TestEvent at(Type type, std::int64_t ts) { return {.type = type, .arr = ts}; }
TestEvent late(Type type, std::int64_t ts, std::int64_t arr) {
  return {.type = type, .arr = arr, .ts = ts};
}
TestEvent behind(const std::string& gateway, std::int64_t ts) {
  return {.type = kSmoke, .arr = ts, .gateway = gateway};
}

std::vector<std::string> said(const Rule& rule, const std::vector<TestEvent>& events) {
  Session session(rule);
  session.apply_all(events);
  session.run_out();
  return session.lines();
}

std::string fired(std::int64_t at, int rev = 1) {
  return std::to_string(at) + " unanswered[B1] #" + std::to_string(rev) +
         " firing matched high count=1 distinct=1";
}
std::string quiet(std::int64_t at, int count = 1) {
  return std::to_string(at) +
         " unanswered[B1] #2 resolved quiet high count=" + std::to_string(count) + " distinct=1";
}
std::string retracted(std::int64_t at) {
  return std::to_string(at) + " unanswered[B1] #2 resolved retracted_late high count=1 distinct=1";
}

TEST(Absence, FiresAtItsDeadlineWhateverTheTicks) {
  EXPECT_THAT(said(unanswered(), {at(kSmoke, 0)}), ElementsAre(fired(62 * kS), quiet(662 * kS)));
  Session session(unanswered());
  session.apply(at(kSmoke, 0));
  EXPECT_EQ(session.engine().next_deadline(), from_unix_ms(62 * kS));
  session.advance(62 * kS - 1);
  EXPECT_THAT(session.said(), IsEmpty());
  session.advance(90 * kS);
  EXPECT_THAT(session.lines(), ElementsAre(fired(62 * kS)));
}

TEST(Absence, IsCancelledUpToTheEndOfItsWindowAndNotAMillisecondLater) {
  EXPECT_THAT(said(unanswered(), {at(kSmoke, 0), at(kPanel, 60 * kS)}), IsEmpty());
  EXPECT_THAT(said(unanswered(), {at(kSmoke, 0), at(kPanel, 60 * kS + 1)}), SizeIs(2));
  EXPECT_THAT(said(unanswered(), {at(kSmoke, 0), late(kPanel, 60 * kS, 62 * kS - 1)}), IsEmpty());
}

TEST(Absence, TheDeadlineComesBeforeAnEventOfTheSameMillisecond) {
  EXPECT_THAT(said(unanswered(), {at(kSmoke, 0), late(kPanel, 60 * kS, 62 * kS)}),
              ElementsAre(fired(62 * kS), retracted(62 * kS)));
}

TEST(Absence, AnEventAtTheSameTimeAsTheStepCancelsInEitherOrder) {
  EXPECT_THAT(said(unanswered(), {at(kSmoke, 0), at(kPanel, 0)}), IsEmpty());
  EXPECT_THAT(said(unanswered(), {at(kPanel, 0), at(kSmoke, 0)}), IsEmpty());
  EXPECT_THAT(said(unanswered(), {at(kPanel, 0), at(kSmoke, 1)}), SizeIs(2)) << "look_back of zero";
}

TEST(Absence, LooksBackAsFarAsItSays) {
  EXPECT_THAT(said(unanswered(15 * kS), {at(kPanel, 0), at(kSmoke, 15 * kS)}), IsEmpty());
  EXPECT_THAT(said(unanswered(15 * kS), {at(kPanel, 0), at(kSmoke, 15 * kS + 1)}), SizeIs(2));
}

TEST(Absence, ALateStepIsCancelledByWhatCameBeforeIt) {
  EXPECT_THAT(said(unanswered(), {at(kPanel, 30 * kS), late(kSmoke, 0, 40 * kS)}), IsEmpty());
}

TEST(Absence, WhatWouldCancelIsKeptSoLongWhateverElseArrives) {
  const std::int64_t kept = 30 * kS + 60 * kS + kLate;  // after its arrival
  EXPECT_THAT(said(unanswered(), {late(kPanel, 30 * kS, 30 * kS), late(kSmoke, 0, kept)}),
              IsEmpty());
  EXPECT_THAT(said(unanswered(), {late(kPanel, 30 * kS, 30 * kS), late(kSmoke, 0, kept + 1)}),
              SizeIs(2));
  // An older one that is kept longer does not make the younger last.
  EXPECT_THAT(said(unanswered(), {late(kPanel, 30 * kS, 30 * kS), late(kPanel, -40 * kS, kept),
                                  late(kSmoke, 0, kept + 1)}),
              SizeIs(2));
}

TEST(Absence, AnExpiredCancellingEventTakesNoPlaceOfALivingOne) {
  Rule rule = unanswered();
  rule.limits.max_events_per_window = 2;
  EXPECT_THAT(said(rule, {at(kPanel, 40 * kS), late(kPanel, 30 * kS, 100 * kS),
                          late(kPanel, 45 * kS, 103 * kS), late(kSmoke, 25 * kS, 104 * kS)}),
              IsEmpty());
}

TEST(Absence, ALateStepMovesTheDeadlineToItsArrival) {
  EXPECT_THAT(said(unanswered(), {late(kSmoke, 0, 90 * kS)}),
              ElementsAre(fired(92 * kS), quiet(692 * kS)));
}

TEST(Absence, ALateFirstStepWhoseDeadlineIsOverIsDecidedAtOnce) {
  Rule rule = sequence_rule("unanswered", {{{kSmoke}}, {{kFlame}}}, 60 * kS);
  then_absent(rule, {{kPanel}}, 5 * kS);
  Session session(rule);
  session.apply_all({at(kFlame, 10 * kS), late(kSmoke, 0, 40 * kS)});
  session.run_out();
  EXPECT_EQ(unix_ms(session.said()[0].at), 40 * kS);
}

TEST(Absence, ARepeatedFirstStepNeitherRestartsNorHidesAnEarlierOne) {
  Rule rule = unanswered();
  rule.alert.update_on_count = true;
  Session session(rule);
  session.apply_all({at(kSmoke, 0), at(kSmoke, 30 * kS)});
  session.run_out();
  EXPECT_THAT(session.lines(), ElementsAre(fired(62 * kS), quiet(692 * kS)))
      << "the second is a match of the same alert and keeps it open";
  EXPECT_EQ(session.counters().matches, 2U);
  EXPECT_THAT(said(rule, {at(kSmoke, 0), at(kSmoke, 30 * kS), late(kPanel, 61 * kS, 61 * kS)}),
              ElementsAre(fired(62 * kS), quiet(662 * kS)));
}

TEST(Absence, AnEventOfItsOwnKindIsNotItsOwnAbsence) {
  Rule rule = sequence_rule("unanswered", {{{kSmoke}}}, -1);
  then_absent(rule, {{kSmoke}}, 60 * kS);
  EXPECT_THAT(said(rule, {at(kSmoke, 0), at(kSmoke, 30 * kS)}),
              ElementsAre(fired(92 * kS), quiet(692 * kS)));
}

TEST(Absence, ALateCancelTakesTheAlertBack) {
  EXPECT_THAT(said(unanswered(), {at(kSmoke, 0), late(kPanel, 10 * kS, 100 * kS)}),
              ElementsAre(fired(62 * kS), retracted(100 * kS)));
  EXPECT_THAT(said(unanswered(), {at(kSmoke, 0), late(kPanel, 60 * kS + 1, 100 * kS)}),
              ElementsAre(fired(62 * kS), quiet(662 * kS)));
}

TEST(Absence, AnAlertWithAMatchLeftStays) {
  const std::vector<TestEvent> both{at(kSmoke, 0), at(kSmoke, 30 * kS)};
  std::vector<TestEvent> events = both;
  events.push_back(late(kPanel, 10 * kS, 100 * kS));
  EXPECT_THAT(said(unanswered(), events), ElementsAre(fired(62 * kS), quiet(692 * kS)));
  events = both;
  events.push_back(late(kPanel, 40 * kS, 100 * kS));
  EXPECT_THAT(said(unanswered(), events), ElementsAre(fired(62 * kS), retracted(100 * kS)));
}

TEST(Absence, ACancellingEventContributesNothing) {
  Rule rule = unanswered();
  rule.alert.update_on_every = true;
  EXPECT_THAT(said(rule, {at(kSmoke, 0), at(kPanel, 5 * kMin)}),
              ElementsAre(fired(62 * kS), quiet(662 * kS)));
}

TEST(Absence, AnEventThatResolvesStillCancels) {
  Rule rule = unanswered();
  resolve_on(rule, {{kPanel}});
  const auto lines = said(rule, {at(kSmoke, 0), at(kSmoke, 65 * kS), at(kPanel, 70 * kS)});
  EXPECT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[1], ::testing::HasSubstr("70000 unanswered[B1] #2 resolved or_event"));
}

TEST(Absence, WhatWaitsSurvivesAResolve) {
  Rule rule = unanswered();
  resolve_on(rule, {{kGate}});
  EXPECT_THAT(said(rule, {at(kSmoke, 0), at(kSmoke, 60 * kS), at(kGate, 63 * kS)}), SizeIs(4));
}

TEST(Absence, LookBackEventsSurviveAResolve) {
  Rule rule = unanswered(60 * kS);
  resolve_on(rule, {{kGate}});
  EXPECT_THAT(
      said(rule, {at(kSmoke, 0), at(kPanel, 61 * kS), at(kGate, 63 * kS), at(kSmoke, 64 * kS)}),
      SizeIs(2));
}

TEST(Absence, AbsenceAndQuietTimerAtTheSameMillisecondResolveFirst) {
  Rule rule = unanswered();
  rule.alert.resolve.quiet_for = Duration(62 * kS);
  Session session(rule);
  session.apply_all({at(kSmoke, 0), at(kSmoke, 62 * kS)});
  session.run_out();
  ASSERT_THAT(session.said(), SizeIs(4));
  EXPECT_EQ(session.said()[1].reason, Reason::quiet);
  EXPECT_EQ(unix_ms(session.said()[1].at), 124 * kS);
  EXPECT_EQ(session.said()[2].reason, Reason::matched);
  EXPECT_EQ(unix_ms(session.said()[2].at), 124 * kS);
}

TEST(Absence, PendingOnesAreBoundedAndTheOldestGoesFirst) {
  Rule rule = unanswered();
  sequence_of(rule).keep = 2;
  Session session(rule);
  session.apply_all({at(kSmoke, 0), at(kSmoke, 1 * kS), at(kSmoke, 2 * kS)});
  session.run_out();
  EXPECT_EQ(session.counters().matches, 2U);
  EXPECT_EQ(session.counters().evicted_candidates, 1U);
  EXPECT_EQ(unix_ms(session.said()[1].at), 63 * kS) << "after rule.limit";
  EXPECT_THAT(session.said()[0].summary.en, testing::EndsWith("pending absences per key"));
}

TEST(Absence, AfterSeveralStepsItsWindowBeginsAtTheLast) {
  Rule rule = sequence_rule("unanswered", {{{kSmoke}}, {{kFlame}}}, 60 * kS);
  then_absent(rule, {{kPanel}}, 60 * kS);
  Session session(rule);
  session.apply_all({at(kSmoke, 0), at(kFlame, 30 * kS)});
  session.run_out();
  ASSERT_THAT(session.said(), SizeIs(2));
  EXPECT_EQ(unix_ms(session.said()[0].at), 92 * kS);
  EXPECT_EQ(session.said()[0].count, 2U);
  EXPECT_THAT(session.said()[0].evidence, SizeIs(2));
  EXPECT_FALSE(session.said()[0].degraded);
}

TEST(Absence, ALongWaitIsNotHistorical) {
  Rule rule = unanswered();
  sequence_of(rule).absent->within = Duration(30 * kMin);
  Session session(rule);
  session.apply(at(kSmoke, 0));
  session.run_out();
  EXPECT_FALSE(session.said()[0].historical);
}

TEST(Absence, AnEngineMayGoWhileAlertsAreOpenAndAbsencesWait) {
  auto session = std::make_unique<Session>(unanswered());
  for (int i = 0; i < 40; ++i) {
    session->apply({.type = kSmoke, .arr = i * 10 * kS, .building = name("B", i)});
  }
  EXPECT_THAT(session->said(), ::testing::Not(IsEmpty()));
  session.reset();  // the sanitizers notice what it touches
}

TEST(Absence, UsesTheLatenessOfTheAbsentType) {
  auto rules = bundle({unanswered()});
  rules->type_settings[kPanel].lateness = Duration(20 * kS);
  Session session(rules);
  session.apply(at(kSmoke, 0));
  session.run_out();
  EXPECT_THAT(session.lines()[0], fired(80 * kS));
}

TEST(Absence, ADisabledRuleDoesNotSpeakOfWhatItNoLongerHears) {
  Session session(unanswered());
  session.apply(at(kSmoke, 0));
  Rule disabled = unanswered();
  disabled.mode = Mode::disabled;
  session.reload(bundle({disabled}), 10 * kS);
  session.run_out();
  EXPECT_THAT(session.said(), IsEmpty());
}

TEST(Absence, ARemovedRuleWaitsForNothing) {
  Session session(bundle({unanswered(), event_rule("z", {{kFlame}})}));
  session.apply(at(kSmoke, 0));
  session.reload(bundle({event_rule("z", {{kFlame}})}), 62 * kS - 1);
  session.run_out();
  EXPECT_THAT(session.said(), IsEmpty());
}

TEST(Absence, AnEditSetsDeadlinesAgainFromTheirAnchors) {
  Rule longer = unanswered();
  longer.version = "longer";
  sequence_of(longer).absent->within = Duration(120 * kS);
  Session session(unanswered());
  session.apply(at(kSmoke, 0));
  session.reload(bundle({longer}), 30 * kS);
  session.run_out();
  EXPECT_EQ(session.lines()[0], fired(122 * kS));

  Session shorter(longer);
  shorter.apply(at(kSmoke, 0));
  shorter.reload(bundle({unanswered()}), 90 * kS);
  EXPECT_EQ(shorter.lines()[0], fired(90 * kS)) << "already past: at the swap";
}

TEST(Absence, AnEditToALongerWindowSeesWhatWasKept) {
  Rule back = unanswered(30 * kS);
  back.version = "back";
  Session session(unanswered());
  session.apply_all({at(kPanel, 0), at(kSmoke, 20 * kS)});
  session.reload(bundle({back}), 30 * kS);
  session.run_out();
  EXPECT_THAT(session.said(), IsEmpty());
}

TEST(Absence, AddingOneIsAStructuralEdit) {
  Rule before = sequence_rule("unanswered", {{{kSmoke}}, {{kFlame}}}, 60 * kS);
  Session session(before);
  session.apply_all({at(kSmoke, 0), at(kFlame, 1 * kS)});
  Rule after = before;
  after.version = "after";
  then_absent(after, {{kPanel}}, 5 * kS);
  session.reload(bundle({after}), 2 * kS);
  EXPECT_EQ(session.said().back().reason, Reason::rule_changed);
}

// Gateways.

std::vector<std::string> held(SourceDown what, bool back_at_5m) {
  Rule rule = unanswered();
  sequence_of(rule).absent->if_source_down = what;
  Session session(rule);
  session.apply(behind("g1", 0));
  session.gateway("g1", false, 10 * kS);
  if (back_at_5m) session.gateway("g1", true, 5 * kMin);
  session.run_out();
  std::vector<std::string> lines;
  for (const AlertRevision& r : session.said()) {
    if (r.state == AlertState::firing) {
      lines.push_back(std::to_string(unix_ms(r.at)) + (r.degraded ? " degraded" : ""));
    }
  }
  return lines;
}

TEST(AbsenceBehindADownGateway, IsHeldUntilItIsBackAndAtMostHoldMax) {
  EXPECT_THAT(held(SourceDown::hold, true), ElementsAre("302000"));
  EXPECT_THAT(held(SourceDown::hold, false), ElementsAre("662000 degraded"));
}

TEST(AbsenceBehindADownGateway, FiresAtOnceIfTheRuleSaysSo) {
  EXPECT_THAT(held(SourceDown::fire, false), ElementsAre("62000"));
  EXPECT_THAT(held(SourceDown::fire_degraded, false), ElementsAre("62000 degraded"));
}

TEST(AbsenceBehindADownGateway, IsCancelledByWhatTheGatewayHadStored) {
  Session session(unanswered());
  session.apply(behind("g1", 0));
  session.gateway("g1", false, 10 * kS);
  session.gateway("g1", true, 5 * kMin);
  session.apply(late(kPanel, 20 * kS, 5 * kMin + 1 * kS));
  session.run_out();
  EXPECT_THAT(session.said(), IsEmpty());
}

TEST(AbsenceBehindADownGateway, IsDecidedAfterItsLastReturn) {
  Session session(unanswered());
  session.apply(behind("g1", 0));
  session.gateway("g1", false, 10 * kS);
  session.gateway("g1", true, 100 * kS);
  session.gateway("g1", false, 101 * kS);
  session.gateway("g1", true, 200 * kS);
  session.run_out();
  EXPECT_EQ(unix_ms(session.said()[0].at), 202 * kS);
}

TEST(AbsenceBehindADownGateway, WhatWasHeldIsDecidedInTheOrderOfItsCompletion) {
  Rule rule = unanswered();
  rule.alert.update_on_count = true;
  Session session(rule);
  TestEvent first = behind("g1", 50 * kS);
  TestEvent second{.type = kSmoke, .arr = 51 * kS, .ts = 0, .id = "older", .gateway = "g1"};
  first.id = "first";
  session.apply_all({first, second});  // due at 112 s and at 62 s
  session.gateway("g1", false, 60 * kS);
  session.gateway("g1", true, 200 * kS);
  session.run_out();
  ASSERT_THAT(session.said()[0].evidence, SizeIs(1));
  EXPECT_EQ(session.said()[0].evidence[0].id, "first");
}

TEST(AbsenceBehindADownGateway, AReturnTooNearToTheLimitIsDegraded) {
  Session session(unanswered());
  session.apply(behind("g1", 0));
  session.gateway("g1", false, 10 * kS);
  session.gateway("g1", true, 661 * kS);
  session.run_out();
  EXPECT_EQ(unix_ms(session.said()[0].at), 662 * kS);
  EXPECT_TRUE(session.said()[0].degraded);
}

TEST(AbsenceBehindADownGateway, AnotherGatewayAndOneThatIsBackInTimeChangeNothing) {
  Session session(unanswered());
  session.gateway("g2", false, 0);
  session.gateway("g1", false, 0);
  session.gateway("g1", true, 61 * kS);
  session.apply(late(kSmoke, 61 * kS, 61 * kS));
  session.run_out();
  EXPECT_EQ(session.lines()[0], fired(123 * kS));
}

TEST(AbsenceBehindADownGateway, TheSourceMayBeNamed) {
  Rule rule = unanswered();
  sequence_of(rule).absent->gateway = "g9";
  Session session(rule);
  session.gateway("g9", false, 0);
  session.apply(behind("g1", 1 * kS));
  session.run_out();
  EXPECT_TRUE(session.said()[0].degraded);
}

TEST(AbsenceBehindADownGateway, TheSourceMayBeAnotherStep) {
  Rule rule = sequence_rule("unanswered", {{{kSmoke}}, {{kFlame}}}, 60 * kS);
  then_absent(rule, {{kPanel}}, 5 * kS).source_step = 0;
  Session session(rule);
  session.gateway("g1", false, 0);
  session.apply(behind("g1", 1 * kS));
  session.apply({.type = kFlame, .arr = 2 * kS, .gateway = "g2"});
  session.run_out();
  EXPECT_TRUE(session.said()[0].degraded);
}

// The engine itself was away.

TEST(AbsenceAndAnOutage, WhatBecameDueMeanwhileWaitsForTheBacklog) {
  Session session(unanswered());
  session.apply(at(kSmoke, 0));
  session.outage(10 * kS, 300 * kS);
  session.run_out();
  EXPECT_EQ(session.lines()[0], fired(310 * kS));

  Session answered(unanswered());
  answered.apply(at(kSmoke, 0));
  answered.outage(10 * kS, 300 * kS);
  answered.apply(late(kPanel, 20 * kS, 305 * kS));
  answered.run_out();
  EXPECT_THAT(answered.said(), IsEmpty());
}

TEST(AbsenceAndAnOutage, WhatIsDueBeforeOrAfterItIsNotMoved) {
  Session before(unanswered());
  before.apply(at(kSmoke, 0));
  before.outage(62 * kS, 300 * kS);
  EXPECT_EQ(before.lines()[0], fired(62 * kS));

  Session after(unanswered());
  after.apply(at(kSmoke, 0));
  after.outage(10 * kS, 61 * kS);
  after.run_out();
  EXPECT_EQ(after.lines()[0], fired(62 * kS));
}

TEST(AbsenceAndAnOutage, AGatewayThatComesBackAfterItDoesNotHurryWhatWaits) {
  Session session(unanswered());
  session.apply(behind("g1", 0));
  session.gateway("g1", false, 10 * kS);
  session.advance(62 * kS);
  session.outage(100 * kS, 700 * kS);  // hold_max ends in it, at 662 s
  session.gateway("g1", true, 701 * kS);
  EXPECT_THAT(session.said(), IsEmpty());
  session.run_out();
  EXPECT_EQ(unix_ms(session.said()[0].at), 710 * kS);
  EXPECT_FALSE(session.said()[0].degraded);
}

TEST(AbsenceAndAnOutage, AnEditRightAfterItStillWaitsForTheBacklog) {
  Rule edited = unanswered();
  edited.version = "edited";
  edited.alert.update_on_count = true;
  Session session(unanswered());
  session.apply(at(kSmoke, 0));
  session.outage(10 * kS, 300 * kS);
  session.reload(bundle({edited}), 301 * kS);
  EXPECT_THAT(session.said(), IsEmpty());
  session.run_out();
  EXPECT_EQ(session.lines()[0], fired(310 * kS));
}

}  // namespace
}  // namespace tocsin::rules::test
