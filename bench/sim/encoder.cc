#include "bench/sim/encoder.h"

#include <fmt/format.h>

#include <iterator>

#include "bench/sim/wire.h"

namespace tocsin::sim {
namespace {

/// Appends `,"name":value` pairs.
struct JsonFields {
  std::string& out;
  void operator()(int, std::string_view name, double value) const {
    fmt::format_to(std::back_inserter(out), ",\"{}\":{}", name, value);
  }
  void operator()(int, std::string_view name, bool value) const {
    fmt::format_to(std::back_inserter(out), ",\"{}\":{}", name, value);
  }
  void operator()(int, std::string_view name, std::string_view value) const {
    fmt::format_to(std::back_inserter(out), ",\"{}\":\"{}\"", name, value);
  }
  void operator()(int number, std::string_view name, Credential value) const {
    (*this)(number, name, std::string_view(credential_text(value)));
  }
};

struct WireFields {
  std::string& out;
  void operator()(int number, std::string_view, double value) const {
    wire::put_double(out, number, value);
  }
  void operator()(int number, std::string_view, bool value) const {
    wire::put_varint_field(out, number, value ? 1 : 0);
  }
  void operator()(int number, std::string_view, std::string_view value) const {
    wire::put_bytes(out, number, value);
  }
  void operator()(int number, std::string_view, Credential value) const {
    wire::put_bytes(out, number, credential_text(value));
  }
};

// Field numbers of tocsin.v1.Event and EventBatch.
enum EventField : int { kId = 1, kType = 2, kDevice = 3, kTs = 4, kSeq = 5, kPayload = 7 };
enum BatchField : int { kGatewaySeq = 1, kEvents = 2 };

void append_event(const City& city, const SimEvent& event, std::int64_t epoch_ms,
                  std::string& out) {
  std::string payload;
  std::visit([&](const auto& p) { visit_fields(p, WireFields{payload}); }, event.payload);
  wire::put_bytes(out, kId, event_id(city, event));
  wire::put_bytes(out, kType, type_of(event.payload));
  wire::put_bytes(out, kDevice, city.device(event.device).id);
  wire::put_varint_field(out, kTs, static_cast<std::uint64_t>(epoch_ms + event.ts));
  wire::put_varint_field(out, kSeq, event.seq);
  wire::put_bytes(out, kPayload, payload);
}

void append_json_event(const City& city, const SimEvent& event, std::int64_t epoch_ms,
                       std::string& out) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"id":"{}","type":"{}","device_id":"{}","ts":{},"seq":{})",
                 event_id(city, event), type_of(event.payload), city.device(event.device).id,
                 epoch_ms + event.ts, event.seq);
  std::visit([&](const auto& p) { visit_fields(p, JsonFields{out}); }, event.payload);
}

void append_places(const City& city, const SimEvent& event, std::string& out) {
  const CityDevice& device = city.device(event.device);
  for (std::uint32_t at = device.place; at != kNoIndex; at = city.place(at).parent) {
    fmt::format_to(std::back_inserter(out), R"(,"loc.{}":"{}")", to_string(city.place(at).kind),
                   city.place(at).id);
  }
  fmt::format_to(std::back_inserter(out), R"(,"device.kind":"{}")", to_string(device.kind));
}

}  // namespace

std::string_view type_of(const Payload& payload) {
  return std::visit([](const auto& p) { return p.kType; }, payload);
}

std::string event_id(const City& city, const SimEvent& event) {
  return fmt::format("{}-{:x}", city.device(event.device).id, event.seq);
}

std::string credential_text(Credential credential) {
  std::string text(16, 'a');
  for (char& c : text) {
    c = static_cast<char>('a' + (credential.token & 0xf));
    credential.token >>= 4;
  }
  return text;
}

void encode_protobuf(const City& city, const Frame& frame, std::int64_t epoch_ms,
                     std::string& out) {
  out.clear();
  std::string event_bytes;
  wire::put_varint_field(out, kGatewaySeq, frame.gateway_seq);
  for (const SimEvent& event : frame.events) {
    event_bytes.clear();
    append_event(city, event, epoch_ms, event_bytes);
    wire::put_bytes(out, kEvents, event_bytes);
  }
}

void encode_json(const City& city, const Frame& frame, std::int64_t epoch_ms, std::string& out) {
  out.clear();
  fmt::format_to(std::back_inserter(out), R"({{"gateway_seq":{},"events":[)", frame.gateway_seq);
  for (const SimEvent& event : frame.events) {
    if (out.back() != '[') out += ',';
    append_json_event(city, event, epoch_ms, out);
    out += '}';
  }
  out += "]}";
}

void append_replay_line(const City& city, const SimEvent& event, SimTime arr, std::int64_t epoch_ms,
                        bool inline_places, std::string& out) {
  append_json_event(city, event, epoch_ms, out);
  fmt::format_to(std::back_inserter(out), R"(,"arr":{},"gateway":"{}")", epoch_ms + arr,
                 city.gateways()[event.gateway]);
  if (inline_places) append_places(city, event, out);
  out += '}';
}

}  // namespace tocsin::sim
