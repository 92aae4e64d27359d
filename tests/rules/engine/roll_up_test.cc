// `roll_up`: one alert for many, and what it does to them.
#include <gmock/gmock.h>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TestEvent silent(std::int64_t ts, int device, std::string building = "B1") {
  return {.type = kSmoke, .arr = ts, .device = name("D", device), .building = std::move(building)};
}
TestEvent back(std::int64_t ts, int device) {
  return {.type = kPanel, .arr = ts, .device = name("D", device)};
}

/// Each device that is silent, until it is back.
Rule device_silent() {
  Rule rule = base_rule("a-silent", {kBuilding, kDevice});
  rule.form = EventForm{pattern({{kSmoke}}, {kBuilding, kDevice})};
  rule.alert.resolve = {};
  rule.alert.resolve.or_event = OrEvent{pattern({{kPanel}}, {kBuilding, kDevice})};
  return rule;
}
std::vector<Rule> outage_rules(std::uint32_t at_least = 3) {
  std::vector<Rule> rules{device_silent()};
  roll_up(rules, 0, "b-outage", at_least, kMin);
  return rules;
}
std::shared_ptr<RuleSet> outage(std::uint32_t at_least = 3) {
  return levels(outage_rules(at_least));
}
std::string line(std::int64_t at, int device, const std::string& rest) {
  return std::to_string(at) + " a-silent[B1,D" + std::to_string(device) + "] " + rest;
}

TEST(RollUp, OpensWhenEnoughChildrenOpenedWithinAndSuppressesThem) {
  Session session(outage());
  session.apply_all({silent(0, 1), silent(1, 2), silent(kMin, 3)});
  EXPECT_THAT(session.lines(),
              ElementsAre(line(0, 1, "#1 firing matched high count=1 distinct=1"),
                          line(1, 2, "#1 firing matched high count=1 distinct=1"),
                          line(kMin, 1, "#2 firing updated high count=1 distinct=1 suppressed"),
                          line(kMin, 2, "#2 firing updated high count=1 distinct=1 suppressed"),
                          line(kMin, 3, "#1 firing matched high count=1 distinct=1"),
                          line(kMin, 3, "#2 firing updated high count=1 distinct=1 suppressed"),
                          "60000 b-outage[B1] #1 firing matched high count=3 distinct=3"));
  EXPECT_EQ(session.said()[3].suppressed_by, session.said().back().alert_id);
  ASSERT_THAT(session.said().back().evidence, SizeIs(3));
  EXPECT_EQ(session.said().back().evidence[0].id, session.said()[0].alert_id);
}

TEST(RollUp, ChildrenThatOpenedEarlierThanWithinDoNotMakeItOpen) {
  Session session(outage());
  session.apply_all({silent(0, 1), silent(1, 2), silent(kMin + 1, 3)});
  EXPECT_THAT(session.lines(), SizeIs(3));
  session.apply(silent(kMin + 1, 4));  // 2, 3 and 4 opened within a minute; 1 is a child as well
  EXPECT_EQ(session.lines().back(), "60001 b-outage[B1] #1 firing matched high count=3 distinct=3");
  EXPECT_THAT(session.said(), SizeIs(9));
}

TEST(RollUp, AChildThatHasResolvedDoesNotCount) {
  Session session(outage());
  session.apply_all({silent(0, 1), silent(1, 2), back(2, 1), silent(3, 3)});
  EXPECT_THAT(session.lines(), SizeIs(4));
}

TEST(RollUp, EachPlaceHasItsOwn) {
  Session session(outage());
  session.apply_all({silent(0, 1), silent(1, 2), silent(2, 3, "B2")});
  EXPECT_THAT(session.lines(), SizeIs(3));
}

TEST(RollUp, ALaterChildIsSuppressedAsItOpens) {
  Session session(outage(2));
  session.apply_all({silent(0, 1), silent(1, 2)});
  session.lines();
  session.apply(silent(10 * kMin, 3));
  EXPECT_THAT(
      session.lines(),
      ElementsAre(line(10 * kMin, 3, "#1 firing matched high count=1 distinct=1 suppressed")));
}

TEST(RollUp, ResolvesBelowItsThresholdAndLetsTheRestSpeak) {
  Session session(outage(2));
  session.apply_all({silent(0, 1), silent(1, 2), silent(2, 3)});
  session.lines();
  session.apply(back(10 * kMin, 1));
  EXPECT_THAT(session.lines(), ElementsAre(line(10 * kMin, 1,
                                                "#3 resolved or_event high count=1 distinct=1 "
                                                "suppressed")));
  session.apply(back(11 * kMin, 2));
  EXPECT_THAT(
      session.lines(),
      ElementsAre(line(11 * kMin, 2, "#3 resolved or_event high count=1 distinct=1 suppressed"),
                  line(11 * kMin, 3, "#2 firing updated high count=1 distinct=1"),
                  "660000 b-outage[B1] #2 resolved below_threshold high count=3 distinct=3"));
}

TEST(RollUp, AThresholdRaisedOverWhatItHasEndsItAtTheSwap) {
  Session session(outage(2));
  session.apply_all({silent(0, 1), silent(1, 2), silent(2, 3)});
  session.lines();
  auto edited = outage_rules(5);
  edited.back().version = "other";
  session.reload(levels(edited), 10);
  EXPECT_THAT(session.lines(),
              ElementsAre(line(10, 1, "#3 firing updated high count=1 distinct=1"),
                          line(10, 2, "#3 firing updated high count=1 distinct=1"),
                          line(10, 3, "#2 firing updated high count=1 distinct=1"),
                          "10 b-outage[B1] #2 resolved below_threshold high count=3 distinct=3"));
}

/// A device is silent a second after its alarm, and for five seconds.
std::shared_ptr<RuleSet> timed_outage(std::uint32_t at_least, std::int64_t within) {
  const std::vector<std::uint16_t> keys{kBuilding, kDevice};
  Rule rule = base_rule("a-silent", keys);
  SequenceForm form;
  form.steps.push_back({"a", pattern({{kSmoke}}, keys)});
  form.absent.emplace();
  form.absent->pattern = pattern({{kGate}}, keys);
  form.absent->within = std::chrono::seconds(1);
  rule.form = std::move(form);
  rule.alert.resolve = {};
  rule.alert.resolve.after = std::chrono::seconds(5);
  std::vector<Rule> rules{std::move(rule)};
  roll_up(rules, 0, "b-outage", at_least, within);
  auto set = levels(std::move(rules));
  for (TypeSettings& type : set->type_settings) type.lateness = {};
  return set;
}

TEST(RollUp, ChildrenThatOpenAtOneMomentAreAllSuppressed) {
  Session session(timed_outage(1, kMin));
  session.apply_all({silent(0, 1), silent(0, 2)});
  session.advance(kS);
  EXPECT_THAT(session.lines(),
              ElementsAre(line(kS, 1, "#1 firing matched high count=1 distinct=1"),
                          line(kS, 1, "#2 firing updated high count=1 distinct=1 suppressed"),
                          line(kS, 2, "#1 firing matched high count=1 distinct=1"),
                          line(kS, 2, "#2 firing updated high count=1 distinct=1 suppressed"),
                          "1000 b-outage[B1] #1 firing matched high count=1 distinct=1"));
}

TEST(RollUp, AChildThatOpensAsItsParentResolvesSpeaksForItself) {
  Session session(timed_outage(2, kS));
  session.apply_all({silent(0, 1), silent(1 * kS, 2), silent(5 * kS, 3)});
  session.lines();
  session.advance(6 * kS);
  EXPECT_THAT(session.lines(),
              ElementsAre(line(6 * kS, 1, "#3 resolved after high count=1 distinct=1 suppressed"),
                          line(6 * kS, 2, "#3 firing updated high count=1 distinct=1"),
                          line(6 * kS, 3, "#1 firing matched high count=1 distinct=1 suppressed"),
                          line(6 * kS, 3, "#2 firing updated high count=1 distinct=1"),
                          "6000 b-outage[B1] #2 resolved below_threshold high count=2 distinct=2"));
}

TEST(RollUp, WhenAnotherParentOpensAtTheMomentOneResolvesTheChildrenNameTheNewOne) {
  Session session(timed_outage(2, kMin));
  session.apply_all({silent(0, 1), silent(1 * kS, 2), silent(5 * kS, 3)});
  session.advance(6 * kS);
  const AlertRevision& parent = session.said().back();
  EXPECT_EQ(line_of(parent), "6000 b-outage[B1] #1 firing matched high count=2 distinct=2");
  const AlertRevision& third = *(session.said().end() - 3);
  EXPECT_EQ(line_of(third),
            line(6 * kS, 3, "#2 firing updated high count=1 distinct=1 suppressed"));
  EXPECT_EQ(third.suppressed_by, parent.alert_id);
}

TEST(RollUp, ItsOwnOpeningAndResolveAreEvents) {
  std::vector<Rule> rules = outage_rules(2);
  rules.push_back(event_rule("c-above", {{alerts_of(1)}, ""}));
  std::get<EventForm>(rules[2].form).pattern = pattern({{alerts_of(1)}, ""}, {kBuilding});
  Session session(levels(rules));
  session.apply_all({silent(0, 1), silent(1, 2)});
  EXPECT_EQ(session.lines().back(), "1 c-above[B1] #1 firing matched high count=1 distinct=0");
}

TEST(RollUp, AnInhibitedChildKeepsWhatSuppressedItFirst) {
  std::vector<Rule> rules{event_rule("a-power", {{kFlame}}), device_silent()};
  rules[1].name = "b-silent";
  roll_up(rules, 1, "c-outage", 2, kMin);
  inhibit(rules[1], rules, 0);
  Session session(levels(rules));
  session.apply_all({{.type = kFlame, .arr = 0}, silent(1, 1), silent(2, 2)});
  ASSERT_THAT(session.said(), SizeIs(4));
  EXPECT_EQ(session.said()[1].suppressed_by, session.said()[0].alert_id);
  EXPECT_EQ(session.said()[2].suppressed_by, session.said()[0].alert_id);
}

TEST(RollUp, GoesWithItsRuleAndItsChildrenSpeakAgain) {
  Session session(outage(2));
  session.apply_all({silent(0, 1), silent(1, 2)});
  session.lines();
  Rule alone = device_silent();
  alone.version += "-edited";
  session.reload(levels({alone}), kS);
  EXPECT_THAT(session.lines(),
              ElementsAre(line(kS, 1, "#3 firing updated high count=1 distinct=1"),
                          line(kS, 2, "#3 firing updated high count=1 distinct=1"),
                          "1000 b-outage[B1] #2 resolved rule_removed high count=2 distinct=2"));
}

TEST(RollUp, ResolvesWhenItsChildrenAreRemoved) {
  Session session(outage(2));
  session.apply_all({silent(0, 1), silent(1, 2)});
  session.lines();
  std::vector<Rule> rules = outage_rules(2);
  rules[0].match_hash += "-other";
  session.reload(levels(rules), kS);
  EXPECT_THAT(
      session.lines(),
      ElementsAre(line(kS, 1, "#3 resolved rule_changed high count=1 distinct=1 suppressed"),
                  line(kS, 2, "#3 resolved rule_changed high count=1 distinct=1 suppressed"),
                  "1000 b-outage[B1] #2 resolved below_threshold high count=2 distinct=2"));
}

TEST(RollUp, SurvivesAReloadThatNumbersTypesAnew) {
  Session session(outage(2));
  session.apply_all({silent(0, 1)});
  session.lines();
  std::vector<Rule> rules{event_rule("a-first", {{kFlame}}), device_silent()};
  roll_up(rules, 1, "b-outage", 2, kMin);
  session.reload(levels(rules), kS);
  session.apply(silent(kS, 2));
  EXPECT_THAT(session.lines(), SizeIs(4));
  EXPECT_EQ(session.said().back().evidence[0].type, "alert.a-silent");
}

/// Of four registered detectors of building B1, one decommissioned, and a camera.
std::shared_ptr<const Registry> four_detectors() {
  auto registry = std::make_shared<Registry>();
  Place building;
  building.place_id = "B1";
  building.kind = PlaceKind::building;
  const PlaceIndex place = registry->add_place(building);
  for (int i = 1; i <= 5; ++i) {
    Device device;
    device.device_id = name("D", i);
    device.kind = "smoke_detector";
    device.place = place;
    if (i == 5) device.state = DeviceState::decommissioned;
    registry->add_device(device);
  }
  Device camera;
  camera.device_id = "C1";
  camera.kind = "camera";
  camera.place = place;
  registry->add_device(camera);
  return registry;
}

std::shared_ptr<RuleSet> outage_of_share(double share) {
  std::vector<Rule> rules = outage_rules(0);
  std::get<RollUpForm>(rules[1].form).share = share;
  return levels(rules);
}

TEST(RollUp, AShareIsOfTheRegisteredDevicesOfTheChildrensKinds) {
  Session half(outage_of_share(0.5), four_detectors());
  half.apply(silent(0, 1));
  EXPECT_THAT(half.lines(), SizeIs(1));
  half.apply(silent(1, 2));
  EXPECT_EQ(half.lines().back(), "1 b-outage[B1] #1 firing matched high count=2 distinct=2");
  Session more(outage_of_share(0.51), four_detectors());
  more.apply_all({silent(0, 1), silent(1, 2)});
  EXPECT_THAT(more.lines(), SizeIs(2));
}

TEST(RollUp, AShareIsNeverReachedWithoutARegistry) {
  Session session(outage_of_share(0.1), std::shared_ptr<const Registry>());
  session.apply_all({silent(0, 1), silent(1, 2)});
  EXPECT_THAT(session.lines(), SizeIs(2));
}

}  // namespace
}  // namespace tocsin::rules::test
