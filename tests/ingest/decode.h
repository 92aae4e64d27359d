#pragma once
/// A decoder with the built-in types and those of probe.proto, and what it makes of one input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "probe.pb.h"
#include "tests/ingest/collector.h"
#include "tocsin/v1/event.pb.h"

namespace tocsin::ingest::testing {

inline Catalogue probe_catalogue() {
  Catalogue catalogue = builtin_catalogue();
  TypeCollector collector(catalogue);
  collector.add(*probe::Everything::descriptor()->file());
  EXPECT_TRUE(collector.problems().empty());
  for (auto& type : collector.take()) catalogue.add(std::move(type.name), std::move(type.fields));
  return catalogue;
}

class DecoderTest : public ::testing::Test {
 protected:
  Collector json(std::string_view text, std::string_view topic = "tocsin/v1/g7/json") {
    return frame(topic, text);
  }
  Collector protobuf(std::string_view bytes) { return frame("tocsin/v1/g7/pb", bytes); }
  Collector protobuf(const v1::EventBatch& batch) { return protobuf(batch.SerializeAsString()); }
  Collector frame(std::string_view topic, std::string_view payload) {
    Collector out(catalogue_);
    decoder_.decode_frame(topic, payload, kArr, out);
    return out;
  }
  Collector line(std::string_view text, Timestamp floor = Timestamp{}) {
    Collector out(catalogue_);
    decoder_.decode_line(text, floor, out);
    return out;
  }
  /// The only event; reports anything else.
  static KeptEvent only(const Collector& out) {
    EXPECT_EQ(out.order, "e") << (out.rejected.empty() ? "" : out.rejected[0].detail);
    return out.events.empty() ? KeptEvent{} : out.events[0];
  }
  /// The reason of the only rejection.
  static RejectReason reason(const Collector& out) {
    EXPECT_EQ(out.order, "r");
    return out.rejected.empty() ? RejectReason::count_ : out.rejected[0].reason;
  }

  Catalogue catalogue_ = probe_catalogue();
  Decoder decoder_{catalogue_, nullptr};
};

inline v1::Event smoke_event(std::string_view device, double level = 3.0) {
  v1::Event event;
  event.set_id(std::string(device) + "-1");
  event.set_type("smoke.alarm");
  event.set_device_id(std::string(device));
  event.set_ts(1'767'225'600'123);
  v1::SmokeAlarm alarm;
  alarm.set_level(level);
  event.set_payload(alarm.SerializeAsString());
  return event;
}

}  // namespace tocsin::ingest::testing
