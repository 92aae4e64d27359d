#pragma once
/// FrameIntake: one received MQTT message -> one log record, durable when take() returns.
///
///     tocsin/v1/<gateway>/pb|json    RecordKind::frame, the bytes as they came
///     tocsin/v1/<gateway>/status     RecordKind::gateway for "online" and "offline", if that is
///     news anything else                  RecordKind::frame: the decoder refuses it by reason,
///     with a sample
///
/// A retained frame is what a broker remembers, not something that happened: it is logged with its
/// flag and makes no event; a retained status is the gateway's present state. A payload over
/// kMaxFrameBytes is cut to one byte more, so that the log can take it and the decoder says why it
/// is refused.
///
/// Thread: one. Limits: kMaxGateways states remembered; the status of further ones is logged each
/// time.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/log.h"
#include "ingest/source.h"

namespace tocsin::ingest {

inline constexpr std::size_t kMaxGateways = 100'000;

struct ReceivedFrame {
  std::string_view topic;
  std::string_view payload;
  bool retained = false;
  bool dup = false;
  int qos = 0;
};

class FrameIntake {
 public:
  /// Both must outlive this.
  FrameIntake(Log& log, SourceStatus& status) : log_(log), status_(status) {}

  /// False: the log did not take it, and nobody may acknowledge it. Counted in the status.
  bool take(const ReceivedFrame& frame);

 private:
  bool take_status(std::string_view gateway, bool up);
  bool take_frame(const ReceivedFrame& frame);
  bool put(RecordKind kind, std::string_view body);

  Log& log_;
  SourceStatus& status_;
  std::string body_;
  boost::unordered_flat_map<std::string, bool> gateway_up_;
};

}  // namespace tocsin::ingest
