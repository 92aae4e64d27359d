#include "ingest/frame_intake.h"

#include "ingest/decoder.h"
#include "tocsin/v1/log.pb.h"

namespace tocsin::ingest {

bool FrameIntake::take(const ReceivedFrame& frame) {
  const auto topic = parse_topic(frame.topic);
  const bool known_status = frame.payload == "online" || frame.payload == "offline";
  const bool taken = topic && topic->status && known_status
                         ? take_status(topic->gateway, frame.payload == "online")
                         : take_frame(frame);
  if (!taken) ++status_.log_refusals;
  return taken;
}

bool FrameIntake::take_status(std::string_view gateway, bool up) {
  std::string name(gateway);
  const auto known = gateway_up_.find(name);
  if (known != gateway_up_.end() && known->second == up) return true;
  v1::LogGateway record;
  record.set_gateway(name);
  record.set_up(up);
  record.SerializeToString(&body_);
  if (!put(RecordKind::gateway, body_)) return false;
  if (known != gateway_up_.end()) {
    known->second = up;
  } else if (gateway_up_.size() < kMaxGateways) {
    gateway_up_.emplace(std::move(name), up);
  }
  return true;
}

bool FrameIntake::take_frame(const ReceivedFrame& frame) {
  v1::LogFrame record;
  record.set_topic(frame.topic.data(), frame.topic.size());
  const std::string_view payload = frame.payload.substr(0, kMaxFrameBytes + 1);
  record.set_payload(payload.data(), payload.size());
  record.set_retained(frame.retained);
  record.set_dup(frame.dup);
  record.set_qos(static_cast<std::uint32_t>(frame.qos));
  record.SerializeToString(&body_);
  if (!put(RecordKind::frame, body_)) return false;
  ++status_.frames;
  status_.bytes += frame.payload.size();
  if (frame.retained) ++status_.retained;
  return true;
}

bool FrameIntake::put(RecordKind kind, std::string_view body) {
  const auto position = log_.append(kind, body);
  return position && log_.commit(*position);
}

}  // namespace tocsin::ingest
