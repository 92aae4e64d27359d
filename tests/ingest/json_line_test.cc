#include <fmt/format.h>

#include "tests/ingest/decode.h"

namespace tocsin::ingest::testing {
namespace {

using JsonLine = DecoderTest;

TEST_F(JsonLine, InlinePlacesStandInForARegistry) {
  const KeptEvent e =
      only(line(R"({"type":"smoke.alarm","device_id":"D1","loc.building":"B7","ts":0,"level":3,)"
                R"("device.kind":"smoke","device.tags":["kitchen","old"],)"
                R"("device.heartbeat_interval_s":60,"device.state":"test","gateway":"g1"})"));
  EXPECT_EQ(e.text("loc.building"), "B7");
  EXPECT_EQ(e.text("device.kind"), "smoke");
  EXPECT_EQ(e.text("device.tags"), "[kitchen, old]");
  EXPECT_EQ(e.text("device.heartbeat_interval_s"), "60");
  EXPECT_EQ(e.slots.at("device.heartbeat_interval_s").view().kind(), ValueKind::int64);
  EXPECT_EQ(e.text("device.state"), "test");
  EXPECT_EQ(e.text("gateway"), "g1");
  EXPECT_EQ(decoder_.remarks().unregistered, 0u);
  EXPECT_EQ(decoder_.remarks().unknown_fields, 0u);
}

TEST_F(JsonLine, InlinePlacesMayBeNested) {
  const KeptEvent e =
      only(line(R"({"type":"smoke.clear","device_id":"D1","ts":0,)"
                R"("loc":{"building":"B7","zone":"Z1"},"device":{"kind":"smoke","nope":1}})"));
  EXPECT_EQ(e.text("loc.building"), "B7");
  EXPECT_EQ(e.text("loc.zone"), "Z1");
  EXPECT_EQ(e.text("device.kind"), "smoke");
  EXPECT_EQ(decoder_.remarks().unknown_fields, 1u);
}

TEST_F(JsonLine, InlinePlacesOfOneLineAreGoneInTheNext) {
  line(R"({"type":"smoke.clear","device_id":"D1","loc.building":"B7","device.kind":"k","ts":0})");
  const KeptEvent e =
      only(line(R"({"type":"smoke.clear","device_id":"D1","loc.zone":"Z","ts":0})"));
  EXPECT_EQ(e.text("loc.building"), "-");
  EXPECT_EQ(e.text("device.kind"), "-");
  EXPECT_EQ(e.text("loc.zone"), "Z");
}

TEST_F(JsonLine, ArrivalIsArrElseTsAndNeverBelowTheLineBefore) {
  const auto arr = [&](const char* times, std::int64_t floor) {
    const std::string text = fmt::format(R"({{"type":"smoke.clear","device_id":"D1",{}}})", times);
    return unix_ms(only(line(text, from_unix_ms(floor))).event.arr);
  };
  EXPECT_EQ(arr(R"("ts":5000)", 0), 5000);
  EXPECT_EQ(arr(R"("ts":5000,"arr":7000)", 0), 7000);
  EXPECT_EQ(arr(R"("arr":7000)", 0), 7000);
  EXPECT_EQ(arr(R"("arr":"1970-01-01T00:00:07Z")", 0), 7000);
  EXPECT_EQ(arr(R"("ts":5000)", 6000), 6000);
  EXPECT_EQ(arr(R"("ts":5000,"arr":7000)", 9000), 9000);
  EXPECT_EQ(arr(R"("ts":-5000)", -9000), -5000);
}

TEST_F(JsonLine, WithoutArrAndTsItIsRefused) {
  EXPECT_EQ(reason(line(R"({"type":"smoke.clear","device_id":"D1"})")), RejectReason::missing_ts);
}

TEST_F(JsonLine, AnAbsurdArrivalIsRefused) {
  EXPECT_EQ(reason(line(R"({"type":"smoke.clear","device_id":"D1","arr":1e18})")),
            RejectReason::out_of_range);
}

TEST_F(JsonLine, AnInlinePlaceOfTheWrongTypeIsRefused) {
  EXPECT_EQ(reason(line(R"({"type":"smoke.clear","device_id":"D1","ts":0,"loc.building":7})")),
            RejectReason::wrong_type);
  EXPECT_EQ(reason(line(R"({"type":"smoke.clear","device_id":"D1","ts":0,"loc":"B7"})")),
            RejectReason::wrong_type);
  EXPECT_EQ(reason(line(R"({"type":"smoke.clear","device_id":"D1","ts":0,"device.tags":"x"})")),
            RejectReason::wrong_type);
}

TEST_F(JsonLine, ALineIsOneEventNeverABatch) {
  EXPECT_EQ(reason(line(R"([{"type":"smoke.clear","device_id":"D1","ts":0}])")),
            RejectReason::wrong_type);
  EXPECT_EQ(reason(line(R"({"events":[{"type":"smoke.clear","device_id":"D1","ts":0}]})")),
            RejectReason::missing_ts);
}

TEST_F(JsonLine, ACarriageReturnAtItsEndIsNothing) {
  only(line("{\"type\":\"smoke.clear\",\"device_id\":\"D1\",\"ts\":0}\r"));
}

}  // namespace
}  // namespace tocsin::ingest::testing
