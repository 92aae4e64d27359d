#pragma once
/// A reader of the alert topic that has nothing in common with the engine: librdkafka,
/// read_committed, every partition from its end at start, each message stamped the moment it is
/// handed over.
///
/// Thread: one of its own between start() and stop(); `on_alert` is called from it.
/// Limits: values must be JSON.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "bench/check/seen_alert.h"
#include "core/result.h"
#include "core/time.h"

namespace tocsin::bench {

enum class ConsumerError : std::uint8_t {
  bad_configuration = 1,
  unreachable,
  no_topic,  ///< not there within the time limit
};
std::string_view to_string(ConsumerError error);
TOCSIN_RESULT_ERROR(ConsumerError)

class AlertConsumer {
 public:
  /// `received_ns` of what it hands over is steady_clock time.
  using OnAlert = std::function<void(SeenAlert)>;

  AlertConsumer(std::string bootstrap, std::string topic, OnAlert on_alert);
  ~AlertConsumer();

  /// Returns once it knows where each partition ends: whatever is written afterwards is seen. Waits
  /// for Kafka and the topic as long as `patience`.
  Result<void, ConsumerError> start(Duration patience = Duration{10'000});
  void stop();
  std::uint64_t unreadable() const;  ///< messages that were no alert revisions

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::bench
