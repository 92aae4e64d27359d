// Every kind of bad input: refused by its reason, a sample kept, neighbours processed.
#include <fmt/format.h>

#include <limits>

#include "core/digest.h"
#include "tests/ingest/decode.h"

namespace tocsin::ingest::testing {
namespace {

class BadInput : public DecoderTest {
 protected:
  /// `bad` between two good events: its reason, if it cost nothing else.
  RejectReason in_batch(std::string_view bad) {
    const Collector out = json(fmt::format("[{},{},{}]", kGood, bad, kGood));
    EXPECT_EQ(out.order, "ere") << bad.substr(0, 200);
    if (out.rejected.size() != 1) return RejectReason::count_;
    EXPECT_TRUE(out.rejected[0].detail.starts_with("/1")) << out.rejected[0].detail;
    EXPECT_EQ(out.rejected[0].sample.empty(), bad.empty());
    return out.rejected[0].reason;
  }
  /// A smoke alarm with these further members.
  RejectReason with(std::string_view members) {
    return in_batch(fmt::format(R"({{"type":"smoke.alarm","device_id":"D1",{}}})", members));
  }
  /// The same in protobuf.
  RejectReason in_batch(const v1::Event& bad) {
    v1::EventBatch batch;
    *batch.add_events() = smoke_event("D1");
    *batch.add_events() = bad;
    *batch.add_events() = smoke_event("D2");
    const Collector out = protobuf(batch);
    EXPECT_EQ(out.order, "ere");
    return out.rejected.size() == 1 ? out.rejected[0].reason : RejectReason::count_;
  }

  static constexpr std::string_view kGood = R"({"type":"smoke.alarm","device_id":"D0","level":1})";
};

TEST_F(BadInput, MalformedJson) {
  for (const char* text :
       {"{not json", "{", "[", "{\"type\":", "\"open", "{\"type\":\"smoke.alarm\"}}",
        "{\"type\" \"smoke.alarm\"}", "{'type':'smoke.alarm'}", "\x01\x02"}) {
    EXPECT_EQ(reason(json(text)), RejectReason::malformed) << text;
    EXPECT_EQ(reason(line(text)), RejectReason::malformed) << text;
  }
  EXPECT_EQ(in_batch(R"({"type":"smoke.alarm" "device_id":"D1"})"), RejectReason::malformed);
  EXPECT_EQ(in_batch(R"({"type":"smoke.alarm","device_id":"D1","level":01})"),
            RejectReason::malformed);
  EXPECT_EQ(in_batch(""), RejectReason::malformed);
}

TEST_F(BadInput, ATruncatedJsonBatchKeepsTheEventsBeforeTheCut) {
  const std::string whole = fmt::format(R"({{"gateway_seq":1,"events":[{0},{0},{0}]}})", kGood);
  const Collector out = json(std::string_view(whole).substr(0, whole.size() - 10));
  EXPECT_EQ(out.order, "eer");
  EXPECT_EQ(out.rejected[0].reason, RejectReason::malformed);
}

TEST_F(BadInput, MalformedProtobuf) {
  EXPECT_EQ(reason(protobuf("\x12")), RejectReason::malformed);
  EXPECT_EQ(reason(protobuf("\xff\xff\xff\xff\xff\xff")), RejectReason::malformed);
  EXPECT_EQ(reason(protobuf(std::string(11, '\x80'))), RejectReason::malformed);
  EXPECT_EQ(reason(protobuf(std::string_view("\0\0", 2))), RejectReason::malformed);
  EXPECT_EQ(reason(protobuf("\x0c")), RejectReason::malformed);  // the end of a group
  EXPECT_EQ(reason(protobuf("\x0e")), RejectReason::malformed);  // wire type 6
  v1::Event event = smoke_event("D9");
  event.set_payload("\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");  // a varint of 11 bytes
  EXPECT_EQ(in_batch(event), RejectReason::malformed);
}

TEST_F(BadInput, TruncatedProtobufAtEveryByteNeverCostsMoreThanTheRest) {
  v1::EventBatch batch;
  for (const char* device : {"D1", "D2", "D3"}) *batch.add_events() = smoke_event(device);
  const std::string whole = batch.SerializeAsString();
  const std::size_t one = whole.size() / 3;
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    const Collector out = protobuf(std::string_view(whole).substr(0, cut));
    const std::string complete(cut / one, 'e');
    EXPECT_EQ(out.order, cut % one == 0 ? complete : complete + "r") << cut;
  }
}

TEST_F(BadInput, UnknownType) {
  EXPECT_EQ(in_batch(R"({"type":"smoke.alarmm","device_id":"D1"})"), RejectReason::unknown_type);
  v1::Event event = smoke_event("D1");
  event.set_type("nope");
  EXPECT_EQ(in_batch(event), RejectReason::unknown_type);
}

TEST_F(BadInput, MissingField) {
  EXPECT_EQ(in_batch(R"({"device_id":"D1"})"), RejectReason::missing_field);
  EXPECT_EQ(in_batch(R"({"type":"smoke.alarm"})"), RejectReason::missing_field);
  EXPECT_EQ(in_batch(R"({"type":"smoke.alarm","device_id":""})"), RejectReason::missing_field);
  EXPECT_EQ(in_batch(R"({"type":null,"device_id":"D1"})"), RejectReason::missing_field);
  EXPECT_EQ(in_batch("{}"), RejectReason::missing_field);
  EXPECT_EQ(in_batch(v1::Event()), RejectReason::missing_field);
}

TEST_F(BadInput, WrongType) {
  for (const char* members :
       {R"("level":"3.1")", R"("level":true)", R"("level":[])", R"("level":{})", R"("test_mode":1)",
        R"("test_mode":"true")", R"("id":7)", R"("ts":true)", R"("ts":"yesterday")", R"("ts":1.5)",
        R"("ts":"2026-02-30T00:00:00Z")", R"("seq":"x")", R"("seq":1.5)", R"("gateway":1)",
        R"("payload":7)"}) {
    EXPECT_EQ(with(members), RejectReason::wrong_type) << members;
  }
  EXPECT_EQ(in_batch(R"({"type":7,"device_id":"D1"})"), RejectReason::wrong_type);
  EXPECT_EQ(in_batch(R"({"type":"smoke.alarm","device_id":13})"), RejectReason::wrong_type);
  EXPECT_EQ(in_batch("7"), RejectReason::wrong_type);
  EXPECT_EQ(in_batch("[]"), RejectReason::wrong_type);
  EXPECT_EQ(in_batch("null"), RejectReason::wrong_type);
  EXPECT_EQ(reason(json("7")), RejectReason::wrong_type);
  EXPECT_EQ(reason(json(R"({"events":{}})")), RejectReason::wrong_type);
}

TEST_F(BadInput, WrongTypeOfEveryKindOfField) {
  for (const char* members :
       {R"("a_bool":0)", R"("a_int32":"1")", R"("a_int64":"1.5")", R"("a_int64":1.5)",
        R"("a_uint64":"-1")", R"("a_float":"x")", R"("a_string":1)", R"("a_colour":true)",
        R"("a_time":"x")", R"("a_duration":5)", R"("a_duration":"5")", R"("strings":"x")",
        R"("strings":[1])", R"("strings":[null])", R"("int32s":[[1]])", R"("doubles":["1"])"}) {
    EXPECT_EQ(
        in_batch(fmt::format(R"({{"type":"probe.everything","device_id":"D1",{}}})", members)),
        RejectReason::wrong_type)
        << members;
  }
}

TEST_F(BadInput, NotANumber) {
  for (const char* level : {"NaN", "Infinity", "-Infinity", "\"NaN\"", "\"-Infinity\""}) {
    EXPECT_EQ(with(fmt::format("\"level\":{}", level)), RejectReason::not_finite) << level;
  }
  EXPECT_EQ(reason(json(R"({"type":"smoke.alarm","device_id":"D1","level":NaN})")),
            RejectReason::not_finite);
  for (const double level :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(in_batch(smoke_event("D1", level)), RejectReason::not_finite);
  }
  probe::Everything all;
  all.add_doubles(std::numeric_limits<double>::infinity());
  v1::Event event = smoke_event("D1");
  event.set_type("probe.everything");
  event.set_payload(all.SerializeAsString());
  EXPECT_EQ(in_batch(event), RejectReason::not_finite);
}

TEST_F(BadInput, NumbersThatDoNotFit) {
  for (const char* members : {R"("level":1e999)", R"("level":-1e999)", R"("seq":-1)",
                              R"("seq":1e30)", R"("seq":123456789012345678901234567890)"}) {
    EXPECT_EQ(with(members), RejectReason::out_of_range) << members;
  }
  for (const char* members :
       {R"("a_int32":2147483648)", R"("a_uint32":4294967296)", R"("a_uint32":-1)",
        R"("a_int64":9223372036854775808)", R"("a_float":1e39)"}) {
    EXPECT_EQ(
        in_batch(fmt::format(R"({{"type":"probe.everything","device_id":"D1",{}}})", members)),
        RejectReason::out_of_range)
        << members;
  }
}

TEST_F(BadInput, AbsurdTimestamps) {
  for (const char* ts : {"253402300800000", "-62135596800001", "9223372036854775807",
                         "-9223372036854775808", "1e17"}) {
    EXPECT_EQ(with(fmt::format("\"ts\":{}", ts)), RejectReason::out_of_range) << ts;
  }
  v1::Event event = smoke_event("D1");
  event.set_ts(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(in_batch(event), RejectReason::out_of_range);
  event.set_ts(std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(in_batch(event), RejectReason::out_of_range);
}

TEST_F(BadInput, AbsurdTimesInFields) {
  const auto with_time = [](std::int64_t seconds, std::int32_t nanos) {
    probe::Everything all;
    all.mutable_a_time()->set_seconds(seconds);
    all.mutable_a_time()->set_nanos(nanos);
    v1::Event event = smoke_event("D1");
    event.set_type("probe.everything");
    event.set_payload(all.SerializeAsString());
    return event;
  };
  EXPECT_EQ(in_batch(with_time(253'402'300'800, 0)), RejectReason::out_of_range);
  EXPECT_EQ(in_batch(with_time(0, -1)), RejectReason::out_of_range);
  EXPECT_EQ(in_batch(with_time(0, 1'000'000'000)), RejectReason::out_of_range);
}

TEST_F(BadInput, ADeviceClockOf1970OrTenYearsAheadIsNotRefused) {
  for (const char* ts : {"0", "2082844800000", "-62135596800000", "253402300799999"}) {
    only(json(fmt::format(R"({{"type":"smoke.alarm","device_id":"D1","ts":{}}})", ts)));
  }
}

TEST_F(BadInput, TenThousandDeepJson) {
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  EXPECT_EQ(reason(json(R"({"type":"smoke.alarm","device_id":"D1","x":)" + deep + "}")),
            RejectReason::too_deep);
  EXPECT_EQ(reason(line(R"({"type":"smoke.alarm","device_id":"D1","x":)" + deep + "}")),
            RejectReason::too_deep);
  EXPECT_EQ(with("\"x\":" + deep), RejectReason::too_deep);
  const std::string shallow = std::string(50, '[') + std::string(50, ']');
  EXPECT_EQ(json(R"({"type":"smoke.alarm","device_id":"D1","x":)" + shallow + "}").order, "e");
}

TEST_F(BadInput, InvalidUtf8) {
  for (const char* text : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe7\x83"}) {
    EXPECT_EQ(with(fmt::format("\"id\":\"{}\"", text)), RejectReason::invalid_utf8);
    EXPECT_EQ(with(fmt::format("\"unknown\":\"{}\"", text)), RejectReason::invalid_utf8);
    // What set_id would refuse to serialise, as bytes.
    v1::EventBatch batch;
    *batch.add_events() = smoke_event("D1");
    batch.mutable_events(0)->set_gateway("@@@@");
    std::string bytes = batch.SerializeAsString();
    bytes.replace(bytes.find("@@@@"), 4, (std::string(text) + "    ").substr(0, 4));
    EXPECT_EQ(reason(protobuf(bytes)), RejectReason::invalid_utf8);
  }
}

TEST_F(BadInput, OversizeFrame) {
  const std::string big(kMaxFrameBytes + 1, ' ');
  EXPECT_EQ(reason(json(big)), RejectReason::frame_too_large);
  EXPECT_EQ(reason(protobuf(big)), RejectReason::frame_too_large);
  EXPECT_EQ(reason(line(big)), RejectReason::frame_too_large);
  const Collector out = json(big);
  EXPECT_EQ(out.rejected[0].sample.size(), kMaxSampleBytes);
}

TEST_F(BadInput, AFrameOfExactlyTheLimitIsRead) {
  std::string text(kGood);
  text.resize(kMaxFrameBytes, ' ');
  EXPECT_EQ(json(text).order, "e");
}

TEST_F(BadInput, OversizeBatch) {
  const auto batch = [](std::size_t size) {
    std::string text = "[";
    for (std::size_t i = 0; i < size; ++i) text += fmt::format("{}{}", i == 0 ? "" : ",", kGood);
    return text + "]";
  };
  EXPECT_EQ(json(batch(kMaxBatchEvents)).events.size(), kMaxBatchEvents);
  EXPECT_EQ(reason(json(batch(kMaxBatchEvents + 1))), RejectReason::batch_too_large);
  EXPECT_EQ(reason(json(batch(kMaxBatchEvents + 1) + "]")), RejectReason::batch_too_large);
  v1::EventBatch events;
  for (std::size_t i = 0; i < kMaxBatchEvents; ++i) *events.add_events() = smoke_event("D1");
  EXPECT_EQ(protobuf(events).events.size(), kMaxBatchEvents);
  *events.add_events() = smoke_event("D1");
  EXPECT_EQ(reason(protobuf(events)), RejectReason::batch_too_large);
}

TEST_F(BadInput, EmptyFrame) {
  EXPECT_EQ(reason(json("")), RejectReason::empty_frame);
  EXPECT_EQ(reason(json(" \r\n\t")), RejectReason::empty_frame);
  EXPECT_EQ(reason(protobuf("")), RejectReason::empty_frame);
  EXPECT_EQ(reason(line("")), RejectReason::empty_frame);
  EXPECT_EQ(reason(line("  ")), RejectReason::empty_frame);
}

TEST_F(BadInput, OverlongText) {
  const std::string id(kMaxIdBytes, 'a');
  const std::string text(kMaxTextBytes, 'a');
  EXPECT_EQ(
      json(fmt::format(R"({{"type":"smoke.fault","device_id":"{}","code":"{}"}})", id, text)).order,
      "e");
  EXPECT_EQ(with(fmt::format("\"id\":\"{}a\"", id)), RejectReason::out_of_range);
  EXPECT_EQ(with(fmt::format("\"gateway\":\"{}a\"", id)), RejectReason::out_of_range);
  EXPECT_EQ(in_batch(fmt::format(R"({{"type":"smoke.alarm","device_id":"{}a"}})", id)),
            RejectReason::out_of_range);
  EXPECT_EQ(
      in_batch(fmt::format(R"({{"type":"smoke.fault","device_id":"D1","code":"{}a"}})", text)),
      RejectReason::out_of_range);
}

TEST_F(BadInput, ListsWithTooManyItems) {
  probe::Everything all;
  for (std::size_t i = 0; i < kMaxListItems; ++i) all.add_int32s(1);
  v1::Event event = smoke_event("D1");
  event.set_type("probe.everything");
  event.set_payload(all.SerializeAsString());
  v1::EventBatch batch;
  *batch.add_events() = event;
  EXPECT_EQ(protobuf(batch).order, "e");
  all.add_int32s(1);
  event.set_payload(all.SerializeAsString());
  EXPECT_EQ(in_batch(event), RejectReason::out_of_range);
}

TEST_F(BadInput, BadBase64Payload) {
  for (const char* payload : {"a", "!!!!", "ab=c", "abc"}) {
    EXPECT_EQ(with(fmt::format("\"payload\":\"{}\"", payload)), RejectReason::malformed) << payload;
  }
}

TEST_F(BadInput, BadTopics) {
  for (const char* topic : {"", "tocsin/v1/g7", "tocsin/v1//json", "tocsin/v2/g7/json",
                            "tocsin/v1/g7/xml", "tocsin/v1/g7/json/more", "other/v1/g7/json",
                            "tocsin/v1/\xff/json", "tocsin/v1/g7/status"}) {
    const Collector out = frame(topic, kGood);
    EXPECT_EQ(reason(out), RejectReason::bad_topic) << topic;
    EXPECT_EQ(out.rejected[0].sample, topic);
  }
}

TEST_F(BadInput, ADuplicateAThousandTimesIsDecodedEachTimeAlike) {
  std::string text = "[";
  for (int i = 0; i < 1000; ++i) text += fmt::format("{}{}", i == 0 ? "" : ",", kGood);
  const Collector out = json(text + "]");
  ASSERT_EQ(out.events.size(), 1000u);
  for (const KeptEvent& e : out.events)
    EXPECT_EQ(e.event.content_hash, out.events[0].event.content_hash);
}

TEST_F(BadInput, SamplesAreCutToTheirLimitBetweenCharacters) {
  const std::string text = "{\"烟\":\"" + std::string(1014, 'a') + "烟烟";
  const Collector out = json(text);
  EXPECT_EQ(reason(out), RejectReason::malformed);
  EXPECT_EQ(out.rejected[0].sample, text.substr(0, out.rejected[0].sample.size()));
  EXPECT_LE(out.rejected[0].sample.size(), kMaxSampleBytes);
  EXPECT_GT(out.rejected[0].sample.size(), kMaxSampleBytes - 3);
  EXPECT_EQ(static_cast<unsigned char>(text[out.rejected[0].sample.size()]) & 0xc0, 0xc0);
}

TEST_F(BadInput, DetailsSayWhereAndWhat) {
  const Collector out = json(R"({"events":[{"type":"smoke.alarm","device_id":"D1","level":"x"}]})");
  ASSERT_EQ(out.rejected.size(), 1u);
  EXPECT_EQ(out.rejected[0].detail, "/events/0/level: expected a number");
  EXPECT_EQ(out.rejected[0].sample, R"({"type":"smoke.alarm","device_id":"D1","level":"x"})");
}

TEST_F(BadInput, PrivateTextIsRefusedAndOnlyItsDigestKept) {
  const std::string phone =
      R"({"type":"report.manual","device_id":"D1","category":"call 13800138000"})";
  const Collector out = json(phone);
  EXPECT_EQ(reason(out), RejectReason::privacy);
  EXPECT_EQ(out.rejected[0].sample, sha256(phone));
  EXPECT_EQ(out.rejected[0].detail,
            "/category: text that looks like an ID number, phone number or plate");
  EXPECT_EQ(with(R"("id":"11010519491231002X")"), RejectReason::privacy);
  EXPECT_EQ(with("\"gateway\":\"京A12345\""), RejectReason::privacy);
  v1::Event event = smoke_event("D1");
  event.set_device_id("13800138000");
  EXPECT_EQ(in_batch(event), RejectReason::privacy);
  EXPECT_EQ(
      reason(line(R"({"type":"smoke.clear","device_id":"D1","ts":0,"loc.unit":"13800138000"})")),
      RejectReason::privacy);
  probe::Everything all;
  all.add_strings("ok");
  all.add_strings("+86 138 0013 8000");
  event = smoke_event("D1");
  event.set_type("probe.everything");
  event.set_payload(all.SerializeAsString());
  EXPECT_EQ(in_batch(event), RejectReason::privacy);
}

TEST_F(BadInput, PrivateTextIsNotKeptInTheSampleOfAnotherRefusalEither) {
  const std::string text = R"({"type":"nope","device_id":"D1","owner":"13800138000"})";
  const Collector out = json(text);
  EXPECT_EQ(reason(out), RejectReason::unknown_type);
  EXPECT_EQ(out.rejected[0].sample, sha256(text));
}

TEST_F(BadInput, PrivateTextInAnUnknownFieldIsDroppedWithIt) {
  const KeptEvent e =
      only(json(R"({"type":"smoke.alarm","device_id":"D1","owner":"13800138000"})"));
  EXPECT_EQ(decoder_.remarks().unknown_fields, 1u);
  EXPECT_EQ(e.slots.count("owner"), 0u);
}

}  // namespace
}  // namespace tocsin::ingest::testing
