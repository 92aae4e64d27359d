// `inhibits`: which alerts are suppressed by which, and when that is decided.
#include <gmock/gmock.h>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using ::testing::ElementsAre;

TestEvent seen(Type type, std::int64_t ts, std::string building = "B1", std::string zone = "Z1") {
  return {.type = type,
          .arr = ts,
          .device = "D" + building + zone,
          .building = building,
          .zone = std::move(zone)};
}

/// Of a zone.
Rule zone_flame() {
  Rule rule = base_rule("b-flame", {kBuilding, kZone});
  rule.form = EventForm{pattern({{kFlame}}, {kBuilding, kZone})};
  return rule;
}
/// Of a building; suppresses b-flame.
Rule power_cut() { return event_rule("a-power", {{kPanel}}); }

std::shared_ptr<RuleSet> inhibiting(Rule power = power_cut()) {
  std::vector<Rule> rules{std::move(power), zone_flame()};
  inhibit(rules[1], rules, 0);
  return levels(std::move(rules));
}

TEST(Inhibit, AnAlertWithinThePlaceIsWrittenAndSuppressed) {
  Session session(inhibiting());
  session.apply_all({seen(kPanel, 0), seen(kFlame, kS, "B1", "Z1"), seen(kFlame, kS, "B2", "Z1")});
  session.run_out();
  EXPECT_THAT(
      session.lines(),
      ElementsAre("0 a-power[B1] #1 firing matched high count=1 distinct=1",
                  "1000 b-flame[B1,Z1] #1 firing matched high count=1 distinct=1 suppressed",
                  "1000 b-flame[B2,Z1] #1 firing matched high count=1 distinct=1",
                  "600000 a-power[B1] #2 resolved quiet high count=1 distinct=1",
                  "601000 b-flame[B1,Z1] #2 resolved quiet high count=1 distinct=1 suppressed",
                  "601000 b-flame[B2,Z1] #2 resolved quiet high count=1 distinct=1"));
  EXPECT_EQ(session.said()[1].suppressed_by, session.said()[0].alert_id);
}

TEST(Inhibit, ItIsDecidedAtTheOpening) {
  Session session(inhibiting());
  session.apply_all({seen(kFlame, 0), seen(kPanel, kS)});
  session.run_out();
  for (const AlertRevision& revision : session.said()) EXPECT_EQ(revision.suppressed_by, "");
}

TEST(Inhibit, WhatOpensAtTheSameMomentIsSuppressed) {
  Rule power = event_rule("a-power", {{kFlame}});
  Session session(inhibiting(power));
  session.apply(seen(kFlame, 0));
  EXPECT_THAT(session.lines(),
              ElementsAre("0 a-power[B1] #1 firing matched high count=1 distinct=1",
                          "0 b-flame[B1,Z1] #1 firing matched high count=1 distinct=1 suppressed"));
}

TEST(Inhibit, AResolvedAlertSuppressesNothing) {
  Session session(inhibiting());
  session.apply_all({seen(kPanel, 0), seen(kFlame, 10 * kMin)});
  EXPECT_THAT(session.lines(),
              ElementsAre("0 a-power[B1] #1 firing matched high count=1 distinct=1",
                          "600000 a-power[B1] #2 resolved quiet high count=1 distinct=1",
                          "600000 b-flame[B1,Z1] #1 firing matched high count=1 distinct=1"));
}

TEST(Inhibit, AnUnknownPlaceIsNotWithinAnother) {
  std::vector<Rule> rules{power_cut(), base_rule("b-flame", {kDevice})};
  rules[1].form = EventForm{pattern({{kFlame}}, {kDevice})};
  inhibit(rules[1], rules, 0);
  Session session(levels(std::move(rules)));
  session.apply_all({seen(kPanel, 0), seen(kFlame, kS, "")});
  EXPECT_THAT(session.lines(),
              ElementsAre("0 a-power[B1] #1 firing matched high count=1 distinct=1",
                          "1000 b-flame[DZ1] #1 firing matched high count=1 distinct=1"));
}

TEST(Inhibit, AnAlertOfTheWholeCitySuppressesEverywhere) {
  Rule power = power_cut();
  power.for_each.clear();
  power.alert.identity.clear();
  power.form = EventForm{pattern({{kPanel}}, {})};
  Session session(inhibiting(power));
  session.apply_all({seen(kPanel, 0), seen(kFlame, kS, "B7", "Z9")});
  EXPECT_THAT(
      session.lines(),
      ElementsAre("0 a-power[] #1 firing matched high count=1 distinct=1",
                  "1000 b-flame[B7,Z9] #1 firing matched high count=1 distinct=1 suppressed"));
}

TEST(Inhibit, AShadowAlertSuppressesShadowAlertsOnly) {
  Rule power = power_cut();
  power.mode = Mode::shadow;
  Session session(inhibiting(power));
  session.apply_all({seen(kPanel, 0), seen(kFlame, kS)});
  EXPECT_EQ(session.said()[1].suppressed_by, "");
}

TEST(Inhibit, ASuppressedAlertIsAnEventLikeAnyOther) {
  std::vector<Rule> rules{power_cut(), zone_flame(),
                          event_rule("c-above", {{alerts_of(1)}, "e.state == 'firing'"})};
  inhibit(rules[1], rules, 0);
  Session session(levels(std::move(rules)));
  session.apply_all({seen(kPanel, 0), seen(kFlame, kS)});
  EXPECT_EQ(session.lines().back(), "1000 c-above[B1] #1 firing matched high count=1 distinct=0");
}

}  // namespace
}  // namespace tocsin::rules::test
