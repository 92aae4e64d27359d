// The form `silence`: deadlines by arrival, gateways, outages, registries, several devices in one
// alert.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Row {
  std::string id;
  std::string building = "B1";
  std::string gateway = {};
  std::int64_t interval_s = 10;
  std::string kind = "smoke";
  DeviceState state = DeviceState::commissioned;
};

std::shared_ptr<const Registry> registry(const std::vector<Row>& rows) {
  auto made = std::make_shared<Registry>();
  for (const Row& row : rows) {
    Device device;
    device.device_id = row.id;
    device.kind = row.kind;
    device.gateway_id = row.gateway;
    device.heartbeat_interval_s = row.interval_s;
    device.state = row.state;
    if (!row.building.empty()) {
      device.place = made->find_place(row.building);
      if (device.place == kNoIndex) {
        Place place;
        place.place_id = row.building;
        place.kind = PlaceKind::building;
        device.place = made->add_place(std::move(place));
      }
    }
    made->add_device(std::move(device));
  }
  return made;
}

// Silent after three intervals of 10 s; a device never heard has 5 s more.
Rule silence_rule(std::vector<std::uint16_t> keys = {kDevice}) {
  Rule rule = base_rule("lost", keys);
  SilenceForm form;
  form.kinds = {"smoke"};
  form.signs = pattern({.types = {kSmoke, kGate}}, keys);
  form.sign_names = {"smoke.alarm", "gate.state"};
  form.interval = std::chrono::seconds(10);
  form.missed = 3;
  form.startup_grace = std::chrono::seconds(5);
  rule.form = std::move(form);
  rule.alert.resolve = {};
  rule.alert.resolve.on_first_event = true;
  return rule;
}
SilenceForm& silence_of(Rule& rule) { return std::get<SilenceForm>(rule.form); }

TestEvent sign(std::int64_t at, const std::string& device = "D1") {
  return {.type = kGate, .arr = at, .device = device};
}

TEST(Silence, ThreeMissedIntervalsAreAMatchAndTheNextSignEndsIt) {
  Session session(bundle({silence_rule()}), registry({{.id = "D1"}}));
  session.apply(sign(1 * kS));
  session.apply(sign(20 * kS));
  session.advance(50 * kS - 1);
  EXPECT_THAT(session.said(), IsEmpty());
  session.advance(70 * kS);
  session.apply(sign(80 * kS));
  EXPECT_THAT(session.lines(),
              ElementsAre("50000 lost[D1] #1 firing matched high count=1 distinct=1",
                          "80000 lost[D1] #2 resolved on_first_event high count=1 distinct=1"));
  const AlertRevision& opened = session.said().front();
  ASSERT_EQ(opened.evidence.size(), 1U);
  EXPECT_EQ(unix_ms(opened.evidence[0].ts), 20 * kS);
  EXPECT_EQ(opened.evidence[0].type, "gate.state");
  EXPECT_EQ(opened.place.building, "B1");
  EXPECT_FALSE(opened.historical);
}

TEST(Silence, ArrivalCountsNotTheDevicesOwnTime) {
  Session session(bundle({silence_rule()}), registry({{.id = "D1"}}));
  session.apply({.type = kGate, .arr = 20 * kS, .ts = 1 * kS, .device = "D1"});
  session.advance(60 * kS);
  EXPECT_THAT(session.lines(),
              ElementsAre("50000 lost[D1] #1 firing matched high count=1 distinct=1"));
}

TEST(Silence, ADeviceNeverHeardCountsFromTheStartPlusGraceWithoutEvidence) {
  Session session(bundle({silence_rule()}), registry({{.id = "D1"}}));
  session.advance(100 * kS);  // the first record
  session.advance(200 * kS);
  EXPECT_THAT(session.lines(),
              ElementsAre("135000 lost[D1] #1 firing matched high count=1 distinct=1"));
  EXPECT_THAT(session.said().front().evidence, IsEmpty());
}

TEST(Silence, AnEarlyFirstSignDoesNotKeepTheGrace) {
  Session session(bundle({silence_rule()}), registry({{.id = "D1"}, {.id = "D2"}}));
  session.apply(sign(0));
  session.advance(31 * kS);
  EXPECT_THAT(session.lines(),
              ElementsAre("30000 lost[D1] #1 firing matched high count=1 distinct=1"));
}

TEST(Silence, TheNextDeadlineIsThatOfTheFirstDeviceDue) {
  Session session(bundle({silence_rule()}), registry({{.id = "D1"}, {.id = "D2"}}));
  session.apply(sign(1 * kS, "D1"));
  session.apply(sign(2 * kS, "D2"));
  session.apply(sign(9 * kS, "D1"));
  EXPECT_EQ(session.engine().next_deadline(), from_unix_ms(32 * kS));
}

TEST(Silence, IntervalsOfTheRegistryAndJitter) {
  Rule rule = silence_rule();
  silence_of(rule).by_registry = true;
  silence_of(rule).jitter = 0.1;
  Session session(bundle({rule}),
                  registry({{.id = "D1", .interval_s = 20}, {.id = "D2", .interval_s = 0}}));
  session.apply(sign(0));
  session.advance(300 * kS);
  EXPECT_THAT(session.lines(),
              ElementsAre("66000 lost[D1] #1 firing matched high count=1 distinct=1"));
  EXPECT_EQ(session.counters().unkeyed, 1U);
  EXPECT_EQ(session.counters().keys, 1U);
}

TEST(Silence, OtherKindsAndDecommissionedDevicesAreNotWatched) {
  Session session(bundle({silence_rule()}),
                  registry({{.id = "D1", .kind = "camera"},
                            {.id = "D2", .state = DeviceState::decommissioned}}));
  session.advance(0);
  session.advance(900 * kS);
  EXPECT_THAT(session.said(), IsEmpty());
  EXPECT_EQ(session.counters().keys, 0U);
}

TEST(Silence, WithoutARegistryNothingHappens) {
  Session session(silence_rule());
  session.apply(sign(0));
  session.advance(900 * kS);
  EXPECT_THAT(session.said(), IsEmpty());
}

TEST(Silence, AnOutageShiftsDeadlines) {
  Session session(bundle({silence_rule()}), registry({{.id = "D1"}}));
  session.apply(sign(0));
  session.outage(20 * kS, 100 * kS);
  session.advance(109 * kS);
  EXPECT_THAT(session.said(), IsEmpty());
  session.advance(111 * kS);
  EXPECT_THAT(session.lines(),
              ElementsAre("110000 lost[D1] #1 firing matched high count=1 distinct=1"));
}

TEST(Silence, BehindAGatewayThatIsDownNobodyIsSilentAndAfterItTheyCountAnew) {
  Session session(bundle({silence_rule()}),
                  registry({{.id = "D1", .gateway = "G1"}, {.id = "D2", .gateway = "G2"}}));
  session.apply(sign(0, "D1"));
  session.apply(sign(0, "D2"));
  session.gateway("G1", false, 29 * kS);
  session.advance(40 * kS);
  session.gateway("G1", true, 50 * kS);
  session.advance(100 * kS);
  EXPECT_THAT(session.lines(),
              ElementsAre("30000 lost[D2] #1 firing matched high count=1 distinct=1",
                          "80000 lost[D1] #1 firing matched high count=1 distinct=1"));
}

TEST(Silence, AShortGatewayOutageGivesAFreshChanceAsWell) {
  Session session(bundle({silence_rule()}), registry({{.id = "D1", .gateway = "G1"}}));
  session.apply(sign(0));
  session.gateway("G1", false, 10 * kS);
  session.gateway("G1", true, 11 * kS);
  session.advance(100 * kS);
  EXPECT_THAT(session.lines(),
              ElementsAre("41000 lost[D1] #1 firing matched high count=1 distinct=1"));
}

TEST(Silence, SeveralDevicesOfOneIdentityAreOneAlertUntilTheLastIsHeard) {
  Rule rule = silence_rule({kBuilding});
  rule.alert.update_on_count = true;
  Session session(bundle({rule}), registry({{.id = "D1"}, {.id = "D2"}, {.id = "D3"}}));
  session.apply(sign(0, "D1"));
  session.apply(sign(5 * kS, "D2"));
  for (std::int64_t at = 10; at <= 60; at += 10) session.apply(sign(at * kS, "D3"));
  session.apply(sign(61 * kS, "D1"));
  session.apply(sign(62 * kS, "D2"));
  EXPECT_THAT(session.lines(),
              ElementsAre("30000 lost[B1] #1 firing matched high count=1 distinct=1",
                          "35000 lost[B1] #2 firing updated high count=2 distinct=2",
                          "62000 lost[B1] #3 resolved on_first_event high count=2 distinct=2"));
}

TEST(Silence, AfterAnotherResolveItNeedsANewSignOfLife) {
  Rule rule = silence_rule();
  rule.alert.resolve.after = std::chrono::seconds(5);
  Session session(bundle({rule}), registry({{.id = "D1"}}));
  session.apply(sign(0));
  session.advance(300 * kS);
  session.apply(sign(301 * kS));
  session.advance(335 * kS);
  EXPECT_THAT(session.lines(),
              ElementsAre("30000 lost[D1] #1 firing matched high count=1 distinct=1",
                          "35000 lost[D1] #2 resolved after high count=1 distinct=1",
                          "331000 lost[D1] #1 firing matched high count=1 distinct=1"));
}

TEST(Silence, AtOneMomentByKey) {
  Session session(bundle({silence_rule()}), registry({{.id = "D2"}, {.id = "D1"}}));
  session.advance(0);
  session.advance(60 * kS);
  EXPECT_THAT(session.lines(),
              ElementsAre("35000 lost[D1] #1 firing matched high count=1 distinct=1",
                          "35000 lost[D2] #1 firing matched high count=1 distinct=1"));
}

TEST(Silence, ADeviceThatLeavesTheRegistryTakesItsAlertAlong) {
  Session session(bundle({silence_rule()}), registry({{.id = "D1"}, {.id = "D2"}}));
  session.advance(0);
  session.apply(sign(20 * kS, "D2"));
  session.set_registry(registry({{.id = "D2"}, {.id = "D3"}}), 40 * kS);
  session.advance(76 * kS);
  EXPECT_THAT(session.lines(),
              ElementsAre("35000 lost[D1] #1 firing matched high count=1 distinct=1",
                          "40000 lost[D1] #2 resolved decommissioned high count=1 distinct=1",
                          "50000 lost[D2] #1 firing matched high count=1 distinct=1",
                          "75000 lost[D3] #1 firing matched high count=1 distinct=1"));
}

TEST(Silence, AnEditedIntervalCountsFromTheSameAnchorAndFiresAtTheSwapIfPast) {
  Rule edited = silence_rule();
  silence_of(edited).missed = 1;
  edited.version = "other";
  Session session(bundle({silence_rule()}), registry({{.id = "D1"}, {.id = "D2"}}));
  session.apply(sign(0, "D1"));
  session.apply(sign(15 * kS, "D2"));
  session.reload(bundle({edited}), 20 * kS);
  session.advance(30 * kS);
  EXPECT_THAT(session.lines(),
              ElementsAre("20000 lost[D1] #1 firing matched high count=1 distinct=1",
                          "25000 lost[D2] #1 firing matched high count=1 distinct=1"));
}

TEST(Silence, AfterTheLastRecordNobodyIsSilent) {
  Session session(bundle({silence_rule()}), registry({{.id = "D1"}}));
  session.apply(sign(0));
  session.run_out();
  EXPECT_THAT(session.said(), IsEmpty());
  EXPECT_EQ(session.engine().next_deadline(), from_unix_ms(30 * kS));
}

TEST(Silence, TicksChangeNothing) {
  const auto run = [](std::int64_t step) {
    Session session(bundle({silence_rule()}), registry({{.id = "D1"}, {.id = "D2"}}));
    session.apply(sign(0));
    for (std::int64_t at = 0; at < 100 * kS; at += step) session.advance(at);
    session.apply(sign(100 * kS));
    return session.lines();
  };
  EXPECT_EQ(run(700), run(99'999));
}

}  // namespace
}  // namespace tocsin::rules::test
