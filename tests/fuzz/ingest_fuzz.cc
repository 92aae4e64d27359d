#include <fmt/format.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "ingest/catalogue_builder.h"
#include "ingest/decoder.h"
#include "ingest/descriptor_set.h"
#include "tests/fuzz/campaign.h"
#include "tocsin/v1/event.pb.h"

/// Frames off the wire: whatever the bytes, each received event is one event or one refusal by
/// reason, whose sample is short.

namespace tocsin::fuzz {
namespace {

constexpr Timestamp kArrival = from_unix_ms(1'767'225'600'500);

class Checking final : public ingest::EventSink {
 public:
  explicit Checking(const Catalogue& catalogue) : catalogue_(catalogue) {}

  void on_event(Event& event) override {
    const EventType& type = catalogue_.type(event.type);
    for (const FieldSpec& field : type.fields) {
      const Value& value = event.slots[field.slot];
      EXPECT_TRUE(!value.is_set() || value.kind() == field.kind) << field.name;
    }
    ++calls;
  }
  void on_rejected(const ingest::Rejection& rejection) override {
    EXPECT_LT(rejection.reason, RejectReason::count_);
    EXPECT_LE(rejection.sample.size(), ingest::kMaxSampleBytes);
    ++calls;
  }

  std::size_t calls = 0;

 private:
  const Catalogue& catalogue_;
};

// Decodes with one decoder for the whole campaign, as the engine does.
class Frames {
 public:
  void decode(std::string_view topic, std::string_view payload) {
    Checking sink(catalogue_);
    decoder_.decode_frame(topic, payload, kArrival, sink);
    EXPECT_LE(sink.calls, payload.size() + 1);
  }
  void decode_line(std::string_view line) {
    Checking sink(catalogue_);
    decoder_.decode_line(line, Timestamp{}, sink);
    EXPECT_EQ(sink.calls, 1U);
  }

 private:
  Catalogue catalogue_ = ingest::builtin_catalogue();
  ingest::Decoder decoder_{catalogue_, nullptr};
};

std::vector<std::string> json_frames() {
  return {
      R"({"type":"smoke.alarm","device_id":"D1","id":"a","ts":1767225600123,"level":3.5})",
      R"([{"type":"smoke.alarm","device_id":"D1","level":1},{"type":"smoke.clear","deviceId":"D2"}])",
      R"({"gateway_seq":1,"events":[{"type":"gate.state","device_id":"G1","state":"held_open"}]})",
      R"({"type":"camera.detection","device_id":"C1","ts":"2026-01-01T00:00:00Z","label":"flame"})",
      R"({"type":"smoke.alarm","device_id":"D1","payload":"CQAAAAAAAAhA"})",
      R"({"type":"device.heartbeat","device_id":"D1","seq":"18446744073709551615"})",
      R"({"type":"fume.reading","device_id":"F","mg_m3":1e3,"fan_on":null,"flag":"\u70df"})",
  };
}

Target json_target(Frames& frames) {
  return {.name = "JSON frames",
          .run = [&](std::string_view text) { frames.decode("tocsin/v1/g7/json", text); },
          .corpus = json_frames(),
          .dictionary = {"\"type\":",
                         "\"device_id\":",
                         "\"ts\":",
                         "\"arr\":",
                         "\"payload\":",
                         "\"events\":[",
                         "{",
                         "}",
                         "[",
                         "]",
                         "null",
                         "true",
                         "1e999",
                         "-0",
                         "\"\\ud800\"",
                         "\"\\u0000\"",
                         "9223372036854775808",
                         ",",
                         ":",
                         "\"loc.building\":\"B\"",
                         "\"loc\":{",
                         "\"device\":{\"tags\":["},
          .max_bytes = 20'000,
          .rounds = 60'000};
}

TEST(Fuzz, JsonFrames) {
  Frames frames;
  run_campaign(json_target(frames));
}

TEST(Fuzz, JsonLines) {
  Frames frames;
  Target target = json_target(frames);
  target.name = "replay lines";
  target.run = [&](std::string_view text) { frames.decode_line(text); };
  run_campaign(target);
}

TEST(Fuzz, LargeJsonFrames) {
  Frames frames;
  const Target target = json_target(frames);
  for (const std::string_view piece :
       {"[", "{", "{\"a\":", "[{},", "{},", "\"", "\\", "1", ",", "[]", "\"\",", "\n", "null,",
        "{\"type\":\"smoke.alarm\",\"device_id\":\"D\"},"}) {
    run_once(target, fmt::format("{} again and again", piece),
             repeated(piece, ingest::kMaxFrameBytes));
    run_once(target, fmt::format("a list of {}", piece),
             fmt::format("[{}", repeated(piece, ingest::kMaxFrameBytes - 10)));
  }
}

v1::Event smoke(std::string_view device) {
  v1::SmokeAlarm alarm;
  alarm.set_level(3.5);
  v1::Event event;
  event.set_id(std::string(device) + "-1");
  event.set_type("smoke.alarm");
  event.set_device_id(std::string(device));
  event.set_ts(1'767'225'600'123);
  event.set_payload(alarm.SerializeAsString());
  return event;
}

std::vector<std::string> protobuf_frames() {
  v1::EventBatch one;
  *one.add_events() = smoke("D1");
  v1::EventBatch several;
  for (const char* device : {"D1", "D2", "D3"}) *several.add_events() = smoke(device);
  v1::EventBatch unknown;
  *unknown.add_events() = smoke("D1");
  unknown.mutable_events(0)->set_type("nothing.known");
  return {one.SerializeAsString(), several.SerializeAsString(), unknown.SerializeAsString()};
}

Target protobuf_target(Frames& frames) {
  using namespace std::string_literals;
  return {.name = "protobuf frames",
          .run = [&](std::string_view bytes) { frames.decode("tocsin/v1/g7/pb", bytes); },
          .corpus = protobuf_frames(),
          .dictionary = {"\x0a"s, "\x12"s, "\x1a"s, "\xff\xff\xff\xff\x0f"s,
                         "\x80\x80\x80\x80\x80"s, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s,
                         "\x00"s, "\x0b"s, "\x0c"s, "smoke.alarm"s, "\xed\xa0\x80"s},
          .max_bytes = 20'000,
          .rounds = 20'000};
}

TEST(Fuzz, ProtobufFrames) {
  Frames frames;
  run_campaign(protobuf_target(frames));
}

TEST(Fuzz, LargeProtobufFrames) {
  Frames frames;
  const Target target = protobuf_target(frames);
  using namespace std::string_literals;
  for (const std::string& piece : {"\x0a\x00"s, "\x12\x00"s, "\x08\x01"s, "\x0b"s, "\x0b\x0c"s,
                                   "\xff"s, "\x80"s, "\x00"s, "\x0a\x02\x0a\x00"s}) {
    run_once(target, fmt::format("{} again and again", piece.size()),
             repeated(piece, ingest::kMaxFrameBytes));
  }
}

TEST(Fuzz, Topics) {
  Frames frames;
  Target target;
  target.name = "topics";
  target.run = [&](std::string_view topic) { frames.decode(topic, "{}"); };
  target.corpus = {"tocsin/v1/g7/json", "tocsin/v1/g7/pb", "tocsin/v1/g7/status", "a/b"};
  target.dictionary = {"/", "+", "#", "tocsin", "v1", "json", "pb", "status"};
  target.max_bytes = 300;
  target.rounds = 5000;
  run_campaign(target);
}

std::string descriptor_set() {
  google::protobuf::FileDescriptorSet set;
  v1::Event::descriptor()->file()->CopyTo(set.add_file());
  google::protobuf::FileDescriptorProto& file = *set.add_file();
  file.set_name("pump.proto");
  file.set_syntax("proto3");
  file.add_dependency(set.file(0).name());
  google::protobuf::DescriptorProto& message = *file.add_message_type();
  message.set_name("Pump");
  message.mutable_options()->SetExtension(v1::event_type, "pump.status");
  google::protobuf::FieldDescriptorProto& field = *message.add_field();
  field.set_name("pressure");
  field.set_number(1);
  field.set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
  field.set_type(google::protobuf::FieldDescriptorProto::TYPE_DOUBLE);
  return set.SerializeAsString();
}

void load_set(std::string_view bytes) {
  const Catalogue builtin = ingest::builtin_catalogue();
  const ingest::LoadedTypes loaded = ingest::load_event_types({{"a.desc", std::string(bytes)}});
  EXPECT_TRUE(loaded.catalogue.types().size() > builtin.types().size() ||
              has_errors(loaded.diagnostics));
  for (const Diagnostic& d : loaded.diagnostics)
    EXPECT_FALSE(d.code.empty() || d.message_en.empty() || d.message_zh.empty());
}

TEST(Fuzz, DescriptorSets) {
  run_campaign({.name = "descriptor sets",
                .run = load_set,
                .corpus = {descriptor_set(), ""},
                .dictionary = {"tocsin.v1", "event_type", "optional", "pump.status", ".proto",
                               std::string("\x9a\xe7\x18", 3), std::string("\x0a\x00", 2)},
                .max_bytes = 20'000,
                .rounds = 10'000,
                .memory = 64 << 20});
}

}  // namespace
}  // namespace tocsin::fuzz
