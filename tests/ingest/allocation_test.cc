// Once warm, decoding allocates nothing: neither frames of both encodings nor replay lines.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ctime>
#include <iostream>

#include "ingest/catalogue_builder.h"
#include "ingest/decoder.h"
#include "tests/support/allocations.h"
#include "tocsin/v1/event.pb.h"

namespace tocsin::ingest {
namespace {

class CountingSink : public EventSink {
 public:
  void on_event(Event& event) override {
    ++events;
    last = event.arr;
  }
  void on_rejected(const Rejection&) override { ++rejections; }
  std::size_t events = 0;
  std::size_t rejections = 0;
  Timestamp last{};
};

std::string json_event(int i) {
  return fmt::format(
      R"({{"id":"SD-{0:06}-1","type":"smoke.alarm","device_id":"SD-{0:06}","ts":1767225600123,)"
      R"("seq":{0},"level":3.25,"test_mode":false,"unknown":"x"}})",
      i);
}

std::string json_batch() {
  std::string text = R"({"gateway_seq":1,"events":[)";
  for (int i = 0; i < 100; ++i) {
    if (i > 0) text += ',';
    text += json_event(i);
  }
  return text.append("]}");
}

std::string protobuf_batch() {
  v1::EventBatch batch;
  for (int i = 0; i < 100; ++i) {
    v1::Event& event = *batch.add_events();
    event.set_id(fmt::format("SD-{:06}-1", i));
    event.set_type("device.low_battery");
    event.set_device_id(fmt::format("SD-{:06}", i));
    event.set_ts(1'767'225'600'123);
    v1::DeviceLowBattery low;
    low.set_battery(3);
    event.set_payload(low.SerializeAsString());
  }
  return batch.SerializeAsString();
}

template <class Decode>
std::size_t allocations_once_warm(Decode decode) {
  decode();
  const std::size_t before = testing::allocations();
  for (int i = 0; i < 10; ++i) decode();
  return testing::allocations() - before;
}

std::shared_ptr<const Registry> registry_of_100() {
  auto registry = std::make_shared<Registry>();
  for (int i = 0; i < 100; ++i) {
    Device device;
    device.device_id = fmt::format("SD-{:06}", i);
    device.tags = {"t"};
    registry->add_device(std::move(device));
  }
  return registry;
}

class Allocation : public ::testing::Test {
 protected:
  Catalogue catalogue_ = builtin_catalogue();
  Decoder decoder_{catalogue_, registry_of_100()};
  CountingSink sink_;
};

TEST_F(Allocation, NoneForJsonFrames) {
  const std::string frame = json_batch();
  const auto decode = [&] {
    decoder_.decode_frame("tocsin/v1/g1/json", frame, Timestamp{}, sink_);
  };
  EXPECT_EQ(allocations_once_warm(decode), 0u);
  EXPECT_EQ(sink_.events, 1100u);
}

TEST_F(Allocation, NoneForProtobufFrames) {
  const std::string frame = protobuf_batch();
  const auto decode = [&] { decoder_.decode_frame("tocsin/v1/g1/pb", frame, Timestamp{}, sink_); };
  EXPECT_EQ(allocations_once_warm(decode), 0u);
  EXPECT_EQ(sink_.events, 1100u);
}

TEST_F(Allocation, NoneForReplayLines) {
  std::string line = json_event(7);
  line.insert(line.size() - 1,
              R"(,"loc.building":"B7","loc":{"zone":"Z1"},"device.tags":["a","b"])");
  const auto decode = [&] { decoder_.decode_line(line, Timestamp{}, sink_); };
  EXPECT_EQ(allocations_once_warm(decode), 0u);
  EXPECT_EQ(sink_.events, 11u);
}

// Prints what this machine does now; nothing is asserted.
TEST_F(Allocation, ThroughputIsPrinted) {
  const auto rate = [&](const char* what, std::size_t rounds, auto decode) {
    const std::size_t before = sink_.events;
    const std::clock_t begin = std::clock();  // the processor's time: others' work does not count
    for (std::size_t i = 0; i < rounds; ++i) decode();
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    std::cout << fmt::format("{}: {:.2f} M events/s of one core\n", what,
                             static_cast<double>(sink_.events - before) / seconds / 1e6);
  };
  const std::string json = json_batch();
  const std::string protobuf = protobuf_batch();
  const std::string line = json_event(7);
  rate("replay lines", 200'000, [&] { decoder_.decode_line(line, Timestamp{}, sink_); });
  rate("json frames of 100", 2'000,
       [&] { decoder_.decode_frame("tocsin/v1/g1/json", json, Timestamp{}, sink_); });
  rate("protobuf frames of 100", 5'000,
       [&] { decoder_.decode_frame("tocsin/v1/g1/pb", protobuf, Timestamp{}, sink_); });
  EXPECT_EQ(sink_.rejections, 0u);
}

}  // namespace
}  // namespace tocsin::ingest
