#pragma once
/// Sink: where alert revisions go. A sink pulls: it says at which position of the alert log it
/// wants to continue, so the alert log is its spool and a sink that lost its connection simply asks
/// again. AlertPump (alert_pump.h) carries records from the log to one sink.
///
/// Thread: one thread calls poll, next, publish and flush; status from any.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "alerts/alert_log.h"

namespace tocsin::alerts {

struct SinkStatus {
  bool connected = false;  ///< false: degraded; `last_error` says why
  bool fenced = false;     ///< another engine took this one's name: nothing goes out any more
  LogPosition published_position = 0;  ///< every alert up to here is out
  std::uint64_t published_total = 0;   ///< by this process
  std::uint64_t heartbeats_total = 0;
  std::uint64_t delivery_errors = 0;   ///< records refused after they were sent; each is sent again
  std::uint64_t fatal_recoveries = 0;  ///< producers given up and made again
  std::uint64_t evidence_cut = 0;      ///< records made smaller to fit
  std::uint64_t queue_depth = 0;       ///< taken, not yet out
  std::string last_error;              ///< newest trouble; kept after it is over
};

class Sink {
 public:
  virtual ~Sink() = default;
  /// Keeps the sink going: connects, repairs, sends heartbeats. Never waits for long unless
  /// connecting.
  virtual void poll() = 0;
  /// The position to continue at: one after the last record taken. nullopt: takes nothing now.
  virtual std::optional<LogPosition> next() const = 0;
  /// Takes records from the front, in log order; returns how many. Fewer: full, offer the rest
  /// later.
  virtual std::size_t publish(std::span<const AlertRecord> batch) = 0;
  /// Waits until all that was taken is out; false: not within `at_most`.
  virtual bool flush(Duration at_most) = 0;
  virtual SinkStatus status() const = 0;
};

}  // namespace tocsin::alerts
