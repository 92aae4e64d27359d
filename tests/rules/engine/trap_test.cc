// Situations that engines of this kind are known to get wrong, where no other test here names them:
// what comes again, what is missing, what is zero.
#include <gmock/gmock.h>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TestEvent report(std::uint64_t seq, std::int64_t ts) {
  return {.type = kPanel, .arr = ts, .device = "P1", .seq = seq};
}

TEST(Trap, APanelThatRestartsItsSerialNumbersLosesNothing) {
  Session session(event_rule("panel", {{kPanel}}));
  for (std::uint64_t seq = 0; seq < 5; ++seq) {
    EXPECT_EQ(session.apply(report(seq, static_cast<std::int64_t>(seq) * kS)), Verdict::accepted);
  }
  for (std::uint64_t seq = 0; seq < 5; ++seq) {  // it starts again, a minute later
    const auto ts = kMin + static_cast<std::int64_t>(seq) * kS;
    EXPECT_EQ(session.apply(report(seq, ts)), Verdict::accepted);
  }
  session.run_out();
  EXPECT_EQ(session.counters().matches, 10U);
  EXPECT_EQ(session.said().back().count, 10U);
}

TEST(Trap, WhatAPanelSendsAgainAfterItsRestartIsStillADuplicate) {
  Session session(event_rule("panel", {{kPanel}}));
  session.apply(report(3, 0));
  session.apply(report(0, kMin));
  TestEvent again = report(3, 0);
  again.ts = 0;
  again.arr = 2 * kMin;
  EXPECT_EQ(session.apply(again), Verdict::duplicate);
}

TEST(Trap, AfterAnOrEventTheNextFireIsANewAlert) {
  Rule rule = count_rule("fire", {{kSmoke}}, 2, 60 * kS);
  resolve_on(rule, {{kPanel}});
  Session session(rule);
  const auto at = [](Type type, std::int64_t s) { return TestEvent{.type = type, .arr = s * kS}; };
  session.apply_all({at(kSmoke, 0), at(kSmoke, 1), at(kPanel, 2)});
  const std::string first = session.said().at(0).alert_id;
  EXPECT_THAT(session.lines(),
              ElementsAre("1000 fire[B1] #1 firing matched high count=2 distinct=1",
                          "2000 fire[B1] #2 resolved or_event high count=2 distinct=1"));
  session.apply_all({at(kSmoke, 3), at(kSmoke, 4), at(kPanel, 5)});
  EXPECT_THAT(session.lines(),
              ElementsAre("4000 fire[B1] #1 firing matched high count=2 distinct=1",
                          "5000 fire[B1] #2 resolved or_event high count=2 distinct=1"));
  EXPECT_NE(session.said().at(2).alert_id, first);
}

Rule unasked(std::int64_t look_back) {
  Rule rule = sequence_rule("unasked", {{{kSmoke}}}, -1);
  then_absent(rule, {{kPanel}}, 60 * kS, look_back);
  return rule;
}

TEST(Trap, ALookBackOfZeroSeesTheSameMillisecondAndNothingBefore) {
  const auto alerts = [](std::int64_t panel) {
    Session session(unasked(0));
    session.apply({.type = kPanel, .arr = panel});
    session.apply({.type = kSmoke, .arr = 10 * kS});
    session.run_out();
    return session.said().size();
  };
  EXPECT_EQ(alerts(10 * kS), 0U);
  EXPECT_EQ(alerts(10 * kS - 1), 2U);
}

TEST(Trap, AnEventWithoutABuildingIsCountedAndNeitherOpensNorCancelsNorCompletes) {
  std::vector<Rule> rules{
      all_rule("all", {{{kSmoke}}, {{kGate}}}, 60 * kS), count_rule("count", {{kGate}}, 1, 60 * kS),
      event_rule("event", {{kGate}}), sequence_rule("sequence", {{{kSmoke}}, {{kGate}}}, 60 * kS),
      unasked(60 * kS)};
  sequence_of(rules[4]).absent->pattern = pattern({{kGate}}, {kBuilding});
  Session session(bundle(rules));
  session.apply({.type = kSmoke, .arr = 0});
  session.apply({.type = kGate, .arr = 1 * kS, .building = ""});
  for (std::size_t rule = 0; rule < rules.size(); ++rule) {
    EXPECT_EQ(session.counters(rule).unkeyed, 1U) << rules[rule].name;
  }
  session.run_out();
  EXPECT_THAT(session.said(), SizeIs(2));
  EXPECT_EQ(session.lines()[0], "62000 unasked[B1] #1 firing matched high count=1 distinct=1");
}

}  // namespace
}  // namespace tocsin::rules::test
