#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include "tests/ingest/decode.h"

namespace tocsin::ingest::testing {
namespace {

using JsonFrame = DecoderTest;

TEST_F(JsonFrame, TheContractsExampleIsAnEvent) {
  const KeptEvent e =
      only(json(R"({"id":"g17-000042","type":"smoke.alarm","device_id":"SD-004211",)"
                R"("ts":1767225600123,"seq":42,"level":3.1,"test_mode":false})"));
  EXPECT_EQ(e.type, "smoke.alarm");
  EXPECT_EQ(e.text("id"), "g17-000042");
  EXPECT_EQ(e.text("type"), "smoke.alarm");
  EXPECT_EQ(e.text("device_id"), "SD-004211");
  EXPECT_EQ(e.text("seq"), "42");
  EXPECT_EQ(e.text("gateway"), "g7");
  EXPECT_EQ(e.text("level"), "3.1");
  EXPECT_EQ(e.text("test_mode"), "false");
  EXPECT_EQ(e.text("temperature"), "-");
  EXPECT_EQ(e.text("ts"), "2026-01-01T00:00:00.123Z");
  EXPECT_TRUE(e.event.has_ts);
  EXPECT_EQ(unix_ms(e.event.raw_ts), 1'767'225'600'123);
  EXPECT_EQ(e.event.arr, kArr);
}

TEST_F(JsonFrame, WithoutTsTheArrivalStandsIn) {
  const KeptEvent e = only(json(R"({"type":"smoke.clear","device_id":"D1"})"));
  EXPECT_FALSE(e.event.has_ts);
  EXPECT_EQ(e.event.ts, kArr);
  EXPECT_EQ(e.text("ts"), e.text("arr"));
  EXPECT_EQ(e.text("id"), "-");
  EXPECT_EQ(e.text("seq"), "-");
}

TEST_F(JsonFrame, TimesAreMillisecondsTextOrRfc3339) {
  for (const char* ts :
       {"1767225600123", "\"1767225600123\"", "\"2026-01-01T00:00:00.123Z\"",
        "\"2026-01-01T08:00:00.123+08:00\"", "1767225600123.0", "1.767225600123e12"}) {
    const KeptEvent e =
        only(json(fmt::format(R"({{"type":"smoke.clear","device_id":"D1","ts":{}}})", ts)));
    EXPECT_EQ(unix_ms(e.event.raw_ts), 1'767'225'600'123) << ts;
  }
}

TEST_F(JsonFrame, AnArrayAndAWrappedListAreBatches) {
  const std::string two =
      R"([{"type":"smoke.clear","device_id":"D1"},{"type":"smoke.clear","device_id":"D2"}])";
  EXPECT_EQ(json(two).order, "ee");
  EXPECT_EQ(json(R"({"gateway_seq":7,"events":)" + two + "}").order, "ee");
  EXPECT_EQ(json(R"({"gatewaySeq":"7","events":)" + two + "}").order, "ee");
  EXPECT_EQ(json("[]").order, "");
  EXPECT_EQ(json(R"({"gateway_seq":7,"events":[]})").order, "");
}

TEST_F(JsonFrame, ABatchSaysWhichOfItsGatewayItIs) {
  EXPECT_EQ(json(R"({"gateway_seq":7,"events":[]})").gateway_seq, 7U);
  EXPECT_EQ(json(R"({"gatewaySeq":"18446744073709551615","events":[]})").gateway_seq, UINT64_MAX);
  EXPECT_EQ(json("[]").gateway_seq, std::nullopt);
  EXPECT_EQ(json(R"({"gateway_seq":-1,"events":[]})").gateway_seq, std::nullopt);
}

TEST_F(JsonFrame, TheEventsOwnGatewayWinsOverTheTopics) {
  EXPECT_EQ(only(json(R"({"type":"smoke.clear","device_id":"D1","gateway":"g9"})")).text("gateway"),
            "g9");
}

TEST_F(JsonFrame, TheLastOfRepeatedKeysWinsEvenIfAnEarlierOneIsWrong) {
  const KeptEvent e =
      only(json(R"({"type":"nonsense","level":"x","device_id":"D1","device_id":"D2",)"
                R"("level":2,"deviceId":"D3","type":"smoke.alarm"})"));
  EXPECT_EQ(e.text("device_id"), "D3");
  EXPECT_EQ(e.text("level"), "2");
}

TEST_F(JsonFrame, NullIsNotSet) {
  const KeptEvent e = only(json(
      R"({"type":"smoke.alarm","device_id":"D1","id":null,"ts":null,"level":2,"level":null})"));
  EXPECT_EQ(e.text("level"), "-");
  EXPECT_EQ(e.text("id"), "-");
  EXPECT_FALSE(e.event.has_ts);
}

TEST_F(JsonFrame, AnEmptyIdIsNoIdSoThatEventsDoNotPassForDuplicates) {
  EXPECT_EQ(only(json(R"({"type":"smoke.clear","device_id":"D1","id":""})")).text("id"), "-");
}

TEST_F(JsonFrame, AWholeNumberIsADoubleAndAWholeDoubleAnInteger) {
  const KeptEvent e =
      only(json(R"({"type":"probe.everything","device_id":"D1","a_double":3,"a_int64":4.0,)"
                R"("a_uint64":18446744073709551615,"a_int32":-5})"));
  EXPECT_EQ(e.slots.at("a_double").view().kind(), ValueKind::float64);
  EXPECT_EQ(e.text("a_int64"), "4");
  EXPECT_EQ(e.text("a_uint64"), "18446744073709551615");
  EXPECT_EQ(e.text("a_int32"), "-5");
}

TEST_F(JsonFrame, EnumsAreWordsNamesOrNumbers) {
  for (const char* colour : {"\"light_blue\"", "\"COLOUR_LIGHT_BLUE\"", "5"}) {
    const KeptEvent e = only(json(
        fmt::format(R"({{"type":"probe.everything","device_id":"D1","a_colour":{}}})", colour)));
    EXPECT_EQ(e.text("a_colour"), "light_blue") << colour;
  }
  for (const char* colour : {"\"blue\"", "2", "-1", "99999"}) {
    const KeptEvent e = only(json(
        fmt::format(R"({{"type":"probe.everything","device_id":"D1","a_colour":{}}})", colour)));
    EXPECT_EQ(e.text("a_colour"), "-") << colour;
  }
  EXPECT_EQ(decoder_.remarks().unknown_fields, 4u);
}

TEST_F(JsonFrame, TimesDurationsAndListsHaveTheirKinds) {
  const KeptEvent e = only(
      json(R"({"type":"probe.everything","device_id":"D1","a_time":"2026-01-01T00:00:00.5Z",)"
           R"("aDuration":"-1.5s","strings":["a","b"],"int32s":[1,2.0],"colours":["red",5]})"));
  EXPECT_EQ(e.text("a_time"), "2026-01-01T00:00:00.5Z");
  EXPECT_EQ(e.text("a_duration"), "-1.5s");
  EXPECT_EQ(e.text("strings"), "[a, b]");
  EXPECT_EQ(e.text("int32s"), "[1, 2]");
  EXPECT_EQ(e.text("colours"), "[red, light_blue]");
}

TEST_F(JsonFrame, NumbersOf64BitsMayBeStringsAsProto3JsonHasThem) {
  const KeptEvent e = only(json(
      R"({"type":"probe.everything","device_id":"D1","seq":"42","aUint64":"18446744073709551615",)"
      R"("a_int64":"-9223372036854775808"})"));
  EXPECT_EQ(e.text("seq"), "42");
  EXPECT_EQ(e.text("a_uint64"), "18446744073709551615");
  EXPECT_EQ(e.text("a_int64"), "-9223372036854775808");
}

TEST_F(JsonFrame, UnknownFieldsAreDroppedAndCounted) {
  only(json(R"({"type":"smoke.alarm","device_id":"D1","level":2,"colour":"red","nested":{"a":[1]},)"
            R"("loc.building":"B7","arr":5,"loc":{"building":"B7"}})"));
  EXPECT_EQ(decoder_.remarks().unknown_fields, 5u);
}

TEST_F(JsonFrame, UnknownFieldsOfARefusedEventAreNotCounted) {
  json(R"({"type":"smoke.alarm","colour":"red"})");
  EXPECT_EQ(decoder_.remarks().unknown_fields, 0u);
}

TEST_F(JsonFrame, NothingOfAnEventIsLeftForTheNext) {
  const Collector out =
      json(R"([{"type":"fume.reading","device_id":"D1","mg_m3":1,"pm":2,"nmhc":3,"flag":"x",)"
           R"("seq":1,"id":"a","gateway":"g1","ts":5},{"type":"smoke.alarm","device_id":"D2"},)"
           R"({"type":"fume.reading","device_id":"D3"}])");
  ASSERT_EQ(out.order, "eee");
  EXPECT_EQ(out.events[1].slots.size(), 6u);  // type device_id ts arr gateway late
  EXPECT_EQ(out.events[2].slots.size(), 6u);
  EXPECT_EQ(out.events[2].text("gateway"), "g7");
}

TEST_F(JsonFrame, TheProto3JsonOfTheSameMessagesIsAccepted) {
  v1::EventBatch batch;
  batch.set_gateway_seq(9);
  *batch.add_events() = smoke_event("D1", 2.5);
  *batch.add_events() = smoke_event("D2", 3.5);
  batch.mutable_events(1)->set_seq(17);
  std::string text;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(batch, &text).ok());
  const Collector out = json(text);
  ASSERT_EQ(out.order, "ee") << text;
  EXPECT_EQ(out.events[0].text("level"), "2.5");
  EXPECT_EQ(out.events[0].text("id"), "D1-1");
  EXPECT_EQ(out.events[1].text("seq"), "17");
  EXPECT_EQ(unix_ms(out.events[1].event.raw_ts), 1'767'225'600'123);
  EXPECT_EQ(decoder_.remarks().unknown_fields, 0u);
}

TEST_F(JsonFrame, ContentHashesAreEqualForJsonAndProtobufAndTellContentApart) {
  v1::EventBatch batch;
  v1::Event& event = *batch.add_events();
  event.set_type("probe.everything");
  event.set_device_id("D1");
  probe::Everything all;
  all.set_a_float(0.1f);
  all.set_a_double(3);
  all.set_a_int32(-4);
  all.set_a_uint64(5);
  all.set_a_string("烟");
  all.set_a_colour(probe::COLOUR_RED);
  all.mutable_a_duration()->set_seconds(-1);
  all.mutable_a_duration()->set_nanos(-500'000'000);
  all.add_strings("x");
  event.set_payload(all.SerializeAsString());
  const KeptEvent from_protobuf = only(protobuf(batch));
  const auto as_json = [&](double level) {
    return only(json(fmt::format(
        R"({{"strings":["x"],"a_duration":"-1.5s","a_colour":"red","a_string":"\u70df","a_uint64":5,)"
        R"("a_int32":-4,"a_double":{},"a_float":0.1,"device_id":"other","type":"probe.everything"}})",
        level)));
  };
  EXPECT_EQ(from_protobuf.event.content_hash, as_json(3).event.content_hash);
  EXPECT_NE(from_protobuf.event.content_hash, as_json(4).event.content_hash);
}

TEST_F(JsonFrame, SwappedValuesOfTwoFieldsHashDifferently) {
  const auto hash = [&](const char* fields) {
    return only(json(fmt::format(R"({{"type":"smoke.alarm","device_id":"D1",{}}})", fields)))
        .event.content_hash;
  };
  EXPECT_NE(hash(R"("level":1,"temperature":2)"), hash(R"("level":2,"temperature":1)"));
  EXPECT_NE(hash(R"("level":1)"), hash(R"("temperature":1)"));
}

TEST_F(JsonFrame, AByteOrderMarkIsSkipped) {
  only(json("\xef\xbb\xbf{\"type\":\"smoke.clear\",\"device_id\":\"D1\"}"));
}

TEST_F(JsonFrame, UnregisteredDevicesAreCounted) {
  json(R"([{"type":"smoke.clear","device_id":"D1"},{"type":"smoke.clear","device_id":"D1"}])");
  EXPECT_EQ(decoder_.remarks().unregistered, 2u);
}

}  // namespace
}  // namespace tocsin::ingest::testing
