#include "bench/sim/encoder.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "tocsin/v1/event.pb.h"

namespace tocsin::sim {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

/// The payload messages of the contract, by event type.
std::map<std::string, const Descriptor*> payload_messages() {
  std::map<std::string, const Descriptor*> found;
  const auto* file = v1::Event::descriptor()->file();
  for (int i = 0; i < file->message_type_count(); ++i) {
    const Descriptor* message = file->message_type(i);
    const std::string& type = message->options().GetExtension(v1::event_type);
    if (!type.empty()) found[type] = message;
  }
  return found;
}

struct FieldCheck {
  const Descriptor& message;
  void check(int number, std::string_view name, FieldDescriptor::CppType type) const {
    const FieldDescriptor* field = message.FindFieldByNumber(number);
    ASSERT_NE(field, nullptr) << message.full_name() << " " << number;
    EXPECT_EQ(field->name(), name);
    EXPECT_EQ(field->cpp_type(), type);
  }
  void operator()(int n, std::string_view name, double) const {
    check(n, name, FieldDescriptor::CPPTYPE_DOUBLE);
  }
  void operator()(int n, std::string_view name, bool) const {
    check(n, name, FieldDescriptor::CPPTYPE_BOOL);
  }
  void operator()(int n, std::string_view name, std::string_view) const {
    check(n, name, FieldDescriptor::CPPTYPE_STRING);
  }
  void operator()(int n, std::string_view name, Credential) const {
    check(n, name, FieldDescriptor::CPPTYPE_STRING);
  }
};

template <std::size_t I = 0>
void check_every_payload() {
  if constexpr (I < std::variant_size_v<Payload>) {
    using P = std::variant_alternative_t<I, Payload>;
    const auto messages = payload_messages();
    ASSERT_TRUE(messages.contains(std::string(P::kType))) << P::kType;
    visit_fields(P{}, FieldCheck{*messages.at(std::string(P::kType))});
    check_every_payload<I + 1>();
  }
}

TEST(Encoder, NamesAndNumbersAreThoseOfTheContract) { check_every_payload(); }

Frame sample(const City& city) {
  Frame frame;
  frame.gateway_seq = 12;
  SimEvent alarm;
  alarm.ts = 250;
  alarm.seq = 0x4f;
  alarm.device = 3;
  alarm.payload = SmokeAlarm{3.5, 41, false};
  SimEvent access;
  access.ts = -9;
  access.seq = 300;
  access.device = 2;
  access.payload = GateAccess{"denied", Credential{0xfedcba9876543210}, "in"};
  frame.events = {alarm, access};
  EXPECT_GT(city.devices().size(), 3U);
  return frame;
}

TEST(Encoder, GeneratedCodeReadsWhatIsWritten) {
  const City city(100, 1);
  std::string bytes;
  encode_protobuf(city, sample(city), 1'000'000, bytes);
  v1::EventBatch batch;
  ASSERT_TRUE(batch.ParseFromString(bytes));
  EXPECT_EQ(batch.gateway_seq(), 12U);
  ASSERT_EQ(batch.events_size(), 2);
  EXPECT_EQ(batch.events(0).type(), "smoke.alarm");
  EXPECT_EQ(batch.events(0).device_id(), city.device(3).id);
  EXPECT_EQ(batch.events(0).ts(), 1'000'250);
  EXPECT_EQ(batch.events(0).seq(), 0x4fU);
  v1::SmokeAlarm alarm;
  ASSERT_TRUE(alarm.ParseFromString(batch.events(0).payload()));
  EXPECT_EQ(alarm.level(), 3.5);
  EXPECT_TRUE(alarm.has_test_mode());
  EXPECT_FALSE(alarm.test_mode());
  v1::GateAccess access;
  ASSERT_TRUE(access.ParseFromString(batch.events(1).payload()));
  EXPECT_EQ(access.result(), "denied");
  EXPECT_EQ(access.credential(), "abcdefghijklmnop");
}

TEST(Encoder, JsonIsABatchOfTheSameEvents) {
  const City city(100, 1);
  Frame frame = sample(city);
  frame.events.resize(1);
  std::string text;
  encode_json(city, frame, 1'000'000, text);
  const std::string& id = city.device(3).id;
  EXPECT_EQ(text,
            R"({"gateway_seq":12,"events":[{"id":")" + id +
                R"(-4f","type":"smoke.alarm","device_id":")" + id +
                R"(","ts":1000250,"seq":79,"level":3.5,"temperature":41,"test_mode":false}]})");
}

TEST(Encoder, AReplayLineCanCarryItsPlaces) {
  const City city(100, 1);
  std::string line;
  append_replay_line(city, sample(city).events[0], 300, 1'000'000, true, line);
  EXPECT_NE(line.find(R"("arr":1000300,"gateway":"g00001")"), std::string::npos) << line;
  EXPECT_NE(line.find(R"("loc.city":"C1")"), std::string::npos) << line;
  EXPECT_EQ(line.back(), '}');
}

}  // namespace
}  // namespace tocsin::sim
