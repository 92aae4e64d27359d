#include "tests/ingest/decode.h"

namespace tocsin::ingest::testing {
namespace {

std::shared_ptr<const Registry> sample_registry() {
  auto registry = std::make_shared<Registry>();
  PlaceIndex parent = kNoIndex;
  for (const auto& [id, kind] :
       {std::pair("C1", PlaceKind::city), std::pair("S1", PlaceKind::site),
        std::pair("B7", PlaceKind::building), std::pair("Z2", PlaceKind::zone)}) {
    Place place;
    place.place_id = id;
    place.kind = kind;
    place.parent = parent;
    parent = registry->add_place(std::move(place));
  }
  Device detector;
  detector.device_id = "SD-1";
  detector.kind = "smoke_detector";
  detector.place = parent;
  detector.gateway_id = "g1";
  detector.heartbeat_interval_s = 30;
  detector.state = DeviceState::test;
  detector.tags = {"kitchen"};
  registry->add_device(std::move(detector));
  Device loose;
  loose.device_id = "SD-2";
  registry->add_device(std::move(loose));
  return registry;
}

class EnrichmentTest : public DecoderTest {
 protected:
  EnrichmentTest() { decoder_.set_registry(sample_registry()); }
};

TEST_F(EnrichmentTest, PlacesAndDeviceComeFromTheRegistry) {
  const KeptEvent e = only(json(R"({"type":"smoke.clear","device_id":"SD-1"})"));
  EXPECT_EQ(e.text("loc.city"), "C1");
  EXPECT_EQ(e.text("loc.town"), "-");
  EXPECT_EQ(e.text("loc.building"), "B7");
  EXPECT_EQ(e.text("loc.zone"), "Z2");
  EXPECT_EQ(e.text("device.kind"), "smoke_detector");
  EXPECT_EQ(e.text("device.place_id"), "Z2");
  EXPECT_EQ(e.text("device.gateway_id"), "g1");
  EXPECT_EQ(e.text("device.heartbeat_interval_s"), "30");
  EXPECT_EQ(e.text("device.state"), "test");
  EXPECT_EQ(e.text("device.tags"), "[kitchen]");
  EXPECT_EQ(decoder_.remarks().unregistered, 0u);
}

TEST_F(EnrichmentTest, ADeviceWithoutAPlaceHasNoneAndAnUnknownOneNothing) {
  const Collector out =
      json(R"([{"type":"smoke.clear","device_id":"SD-1"},{"type":"smoke.clear","device_id":"SD-2"},
                                 {"type":"smoke.clear","device_id":"SD-3"}])");
  ASSERT_EQ(out.order, "eee");
  EXPECT_EQ(out.events[1].text("loc.building"), "-");
  EXPECT_EQ(out.events[1].text("device.state"), "commissioned");
  EXPECT_EQ(out.events[1].text("device.tags"), "[]");
  EXPECT_EQ(out.events[2].text("device.state"), "-");
  EXPECT_EQ(out.events[2].text("loc.building"), "-");
  EXPECT_EQ(decoder_.remarks().unregistered, 1u);
}

TEST_F(EnrichmentTest, WhatALineSaysInlineWinsOverTheRegistry) {
  const KeptEvent e =
      only(line(R"({"type":"smoke.clear","device_id":"SD-1","ts":0,"loc.building":"B9"})"));
  EXPECT_EQ(e.text("loc.building"), "B9");
  EXPECT_EQ(e.text("loc.zone"), "Z2");
}

TEST_F(EnrichmentTest, ANewRegistryIsInForceFromTheNextEvent) {
  decoder_.set_registry(nullptr);
  EXPECT_EQ(only(json(R"({"type":"smoke.clear","device_id":"SD-1"})")).text("loc.building"), "-");
  decoder_.set_registry(sample_registry());
  EXPECT_EQ(only(json(R"({"type":"smoke.clear","device_id":"SD-1"})")).text("loc.building"), "B7");
}

}  // namespace
}  // namespace tocsin::ingest::testing
