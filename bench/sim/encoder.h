#pragma once
/// Frames -> bytes: protobuf `tocsin.v1.EventBatch` or JSON, as gateways send them. Writes the wire
/// format itself (a handful of tags) so that a load generator costs little; a test reads it back
/// with the generated code.
///
/// Thread: stateless; any.
#include <cstdint>
#include <string>
#include <vector>

#include "bench/sim/city.h"
#include "bench/sim/event.h"

namespace tocsin::sim {

enum class Encoding : std::uint8_t { pb, json, mixed };

/// What a gateway publishes in one message.
struct Frame {
  SimTime due = 0;
  std::uint32_t gateway = 0;
  std::uint64_t gateway_seq = 0;
  std::vector<SimEvent> events;
};

/// `epoch_ms`: Unix time of SimTime 0.
void encode_protobuf(const City& city, const Frame& frame, std::int64_t epoch_ms, std::string& out);
void encode_json(const City& city, const Frame& frame, std::int64_t epoch_ms, std::string& out);

/// One replay line (without its end of line): the event with `arr` and `gateway`.
/// `inline_places`: adds loc.* and device.kind, so that a replay needs no registry.
void append_replay_line(const City& city, const SimEvent& event, SimTime arr, std::int64_t epoch_ms,
                        bool inline_places, std::string& out);

std::string event_id(const City& city, const SimEvent& event);
std::string credential_text(Credential credential);

}  // namespace tocsin::sim
