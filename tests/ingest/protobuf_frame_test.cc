#include <google/protobuf/descriptor.h>

#include <limits>

#include "ingest/wire_reader.h"
#include "tests/ingest/decode.h"

namespace tocsin::ingest::testing {
namespace {

using ProtobufFrame = DecoderTest;

v1::EventBatch batch_of(std::initializer_list<v1::Event> events) {
  v1::EventBatch batch;
  for (const v1::Event& event : events) *batch.add_events() = event;
  return batch;
}

v1::Event everything(const probe::Everything& all) {
  v1::Event event;
  event.set_type("probe.everything");
  event.set_device_id("D1");
  event.set_payload(all.SerializeAsString());
  return event;
}

// A field of length-delimited bytes.
std::string field(std::uint32_t number, std::string_view bytes) {
  std::string out(1, static_cast<char>(number << 3 | 2));
  out += static_cast<char>(bytes.size());
  out += bytes;
  return out;
}

TEST_F(ProtobufFrame, FieldNumbersAreThoseOfTheMessages) {
  const auto number = [](const google::protobuf::Descriptor& message, const char* name) {
    return message.FindFieldByName(name)->number();
  };
  const auto& event = *v1::Event::descriptor();
  EXPECT_EQ(number(*v1::EventBatch::descriptor(), "gateway_seq"), 1);
  EXPECT_EQ(number(*v1::EventBatch::descriptor(), "events"), 2);
  int expected = 0;
  for (const char* name : {"id", "type", "device_id", "ts", "seq", "gateway", "payload"}) {
    EXPECT_EQ(number(event, name), ++expected) << name;
  }
}

TEST_F(ProtobufFrame, AnEventIsReadFieldByField) {
  v1::Event event = smoke_event("D1", 2.25);
  event.set_seq(42);
  const KeptEvent e = only(protobuf(batch_of({event})));
  EXPECT_EQ(e.type, "smoke.alarm");
  EXPECT_EQ(e.text("id"), "D1-1");
  EXPECT_EQ(e.text("device_id"), "D1");
  EXPECT_EQ(e.text("seq"), "42");
  EXPECT_EQ(e.text("gateway"), "g7");
  EXPECT_EQ(e.text("level"), "2.25");
  EXPECT_EQ(e.text("test_mode"), "-");
  EXPECT_EQ(unix_ms(e.event.raw_ts), 1'767'225'600'123);
}

TEST_F(ProtobufFrame, ZeroIsNotUnset) {
  v1::Event event = smoke_event("D1", 0);
  event.set_seq(0);
  event.set_ts(0);
  const KeptEvent e = only(protobuf(batch_of({event})));
  EXPECT_EQ(e.text("level"), "0");
  EXPECT_EQ(e.text("seq"), "0");
  EXPECT_TRUE(e.event.has_ts);
  EXPECT_EQ(e.text("temperature"), "-");
}

TEST_F(ProtobufFrame, EveryKindOfFieldIsRead) {
  probe::Everything all;
  all.set_a_bool(true);
  all.set_a_int32(-1);
  all.set_a_int64(std::numeric_limits<std::int64_t>::min());
  all.set_a_uint32(4'294'967'295u);
  all.set_a_uint64(std::numeric_limits<std::uint64_t>::max());
  all.set_a_sint32(std::numeric_limits<std::int32_t>::min());
  all.set_a_sint64(std::numeric_limits<std::int64_t>::min());
  all.set_a_fixed32(7);
  all.set_a_fixed64(8);
  all.set_a_sfixed32(-9);
  all.set_a_sfixed64(-10);
  all.set_a_float(0.5f);
  all.set_a_string("烟雾");
  all.set_a_colour(probe::COLOUR_LIGHT_BLUE);
  all.mutable_a_time()->set_seconds(1);
  all.mutable_a_time()->set_nanos(500'000'000);
  all.mutable_a_duration()->set_seconds(-3);
  all.mutable_a_duration()->set_nanos(-500'000'000);
  all.add_int32s(-5);
  all.add_sint64s(-6);
  all.add_doubles(1.5);
  all.add_fixed32s(3);
  all.add_bools(false);
  all.add_strings("x");
  all.add_colours(probe::COLOUR_RED);
  all.add_loose(11);
  all.add_loose(12);
  all.set_far_away(2.5);
  const KeptEvent e = only(protobuf(batch_of({everything(all)})));
  EXPECT_EQ(e.text("a_int32"), "-1");
  EXPECT_EQ(e.text("a_int64"), "-9223372036854775808");
  EXPECT_EQ(e.text("a_uint32"), "4294967295");
  EXPECT_EQ(e.text("a_uint64"), "18446744073709551615");
  EXPECT_EQ(e.text("a_sint32"), "-2147483648");
  EXPECT_EQ(e.text("a_sint64"), "-9223372036854775808");
  EXPECT_EQ(e.text("a_sfixed32"), "-9");
  EXPECT_EQ(e.text("a_sfixed64"), "-10");
  EXPECT_EQ(e.text("a_float"), "0.5");
  EXPECT_EQ(e.text("a_colour"), "light_blue");
  EXPECT_EQ(e.text("a_time"), "1970-01-01T00:00:01.5Z");
  EXPECT_EQ(e.text("a_duration"), "-3.5s");
  EXPECT_EQ(e.text("loose"), "[11, 12]");
  EXPECT_EQ(e.text("far_away"), "2.5");
  EXPECT_EQ(e.slots.size(), 26u + 6u - 1u);  // all but a_double; type device_id ts arr gateway late
}

TEST_F(ProtobufFrame, TheLastOccurrenceWins) {
  const std::string payload("\x18\x00\x18\x01", 4);  // test_mode false, then true
  std::string event = field(2, "smoke.clear") + field(3, "D1") + field(2, "smoke.alarm") +
                      field(7, "junk") + field(7, payload);
  const KeptEvent e = only(protobuf(field(2, event)));
  EXPECT_EQ(e.type, "smoke.alarm");
  EXPECT_EQ(e.text("test_mode"), "true");
}

TEST_F(ProtobufFrame, PartsOfATimeMerge) {
  // a_time twice: seconds 5, then nanos 7.
  const std::string payload =
      std::string("\x82\x01\x02\x08\x05", 5) + std::string("\x82\x01\x02\x10\x07", 5);
  const std::string event = field(2, "probe.everything") + field(3, "D1") + field(7, payload);
  EXPECT_EQ(only(protobuf(field(2, event))).text("a_time"), "1970-01-01T00:00:05.000000007Z");
}

TEST_F(ProtobufFrame, ListsArePackedOrNot) {
  const std::string packed = std::string("\x92\x01\x02\x01\x02", 5);    // int32s [1, 2]
  const std::string loose = std::string("\x90\x01\x03", 3);             // int32s 3
  const std::string packed_loose = std::string("\xca\x01\x01\x04", 4);  // loose [4], packed
  const std::string event =
      field(2, "probe.everything") + field(3, "D1") + field(7, packed + loose + packed_loose);
  const KeptEvent e = only(protobuf(field(2, event)));
  EXPECT_EQ(e.text("int32s"), "[1, 2, 3]");
  EXPECT_EQ(e.text("loose"), "[4]");
}

TEST_F(ProtobufFrame, UnknownFieldsGroupsAndWrongWireTypesAreSkippedAndCounted) {
  const std::string group = std::string("\x7b\x08\x05\x7b\x7c\x7c", 6);  // 15 { 1: 5  15 {} }
  const std::string wrong = std::string("\x08\x05", 2);                  // level as a varint
  const std::string unknown = field(9, "abc");
  const std::string event =
      field(2, "smoke.alarm") + field(3, "D1") + unknown + field(7, group + wrong);
  const KeptEvent e = only(protobuf(field(2, event) + group));
  EXPECT_EQ(e.text("level"), "-");
  EXPECT_EQ(decoder_.remarks().unknown_fields, 4u);
}

TEST_F(ProtobufFrame, AnEnumNumberWithoutAWordIsAnUnknownField) {
  const std::string event = field(2, "probe.everything") + field(3, "D1") + field(7, "\x78\x02");
  EXPECT_EQ(only(protobuf(field(2, event))).text("a_colour"), "-");
  EXPECT_EQ(decoder_.remarks().unknown_fields, 1u);
}

TEST_F(ProtobufFrame, ABadEventCostsNoNeighbour) {
  v1::EventBatch batch = batch_of({smoke_event("D1"), smoke_event("D2"), smoke_event("D3")});
  batch.mutable_events(1)->set_payload("\x09\x01");  // a double of one byte
  const Collector out = protobuf(batch);
  ASSERT_EQ(out.order, "ere");
  EXPECT_EQ(out.rejected[0].reason, RejectReason::malformed);
  EXPECT_EQ(out.rejected[0].detail, "/events/1: the bytes end inside a field");
  EXPECT_EQ(out.rejected[0].sample, batch.events(1).SerializeAsString());
  EXPECT_EQ(out.events[1].text("device_id"), "D3");
}

TEST_F(ProtobufFrame, BrokenFramingIsOneRejectionAfterTheEventsBeforeIt) {
  const std::string whole =
      batch_of({smoke_event("D1"), smoke_event("D2"), smoke_event("D3")}).SerializeAsString();
  const Collector out = protobuf(std::string_view(whole).substr(0, whole.size() - 3));
  ASSERT_EQ(out.order, "eer");
  EXPECT_EQ(out.rejected[0].reason, RejectReason::malformed);
  EXPECT_EQ(out.rejected[0].detail, "/events/2: a length beyond the end");
}

TEST_F(ProtobufFrame, ABatchWithoutEventsIsNothing) {
  v1::EventBatch batch;
  batch.set_gateway_seq(5);
  EXPECT_EQ(protobuf(batch).order, "");
  EXPECT_EQ(protobuf(batch).gateway_seq, 5U);
}

TEST_F(ProtobufFrame, GroupsMayNestAHundredDeepAndNoDeeper) {
  for (const int depth : {kMaxWireDepth, kMaxWireDepth + 1}) {
    std::string groups(static_cast<std::size_t>(depth), '\x7b');
    groups += std::string(static_cast<std::size_t>(depth), '\x7c');
    const bool fits = depth == kMaxWireDepth;
    EXPECT_EQ(v1::EventBatch().ParseFromString(groups), fits) << depth;
    EXPECT_EQ(protobuf(groups).order, fits ? "" : "r") << depth;
  }
}

}  // namespace
}  // namespace tocsin::ingest::testing
