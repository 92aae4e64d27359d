#pragma once
/// PublisherRig: an alert log in memory, a publisher and its pump against some Kafka, as a test
/// drives them. restart() is a new process on the same alert log.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "alerts/alert_pump.h"
#include "alerts/kafka_publisher.h"
#include "core/clock.h"
#include "tests/alerts/sample_alert.h"
#include "tests/support/kafka_reader.h"
#include "tests/support/memory_log.h"

namespace tocsin::testing {

inline constexpr std::chrono::seconds kRigPatience{30};

class PublisherRig {
 public:
  explicit PublisherRig(std::string brokers) {
    options.brokers = std::move(brokers);
    options.retry = Duration{50};
    // One heartbeat per session, so that an injected error meets an alert.
    options.heartbeat_interval = Duration{3'600'000};
    open_log();
  }

  void open_log() { alerts = alerts::AlertLog::open(log).value(); }

  /// `count` revisions of `count` alerts in the log, durable.
  void append(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) append(smoke_alert(id_of(++appended_)));
  }
  void append(const AlertRevision& revision) {
    const std::uint64_t record = alerts->last() ? alerts->last()->record + 1 : 1;
    const LogPosition position = alerts->append(record, 0, revision).value();
    ASSERT_TRUE(alerts->commit(position));
  }

  void start() {
    publisher = std::make_unique<alerts::KafkaPublisher>(*alerts, options, clock());
    pump = std::make_unique<alerts::AlertPump>(*alerts, *publisher, clock());
  }
  /// The process is gone, whatever was on its way.
  void kill() {
    pump.reset();
    publisher.reset();
  }
  void restart() {
    kill();
    open_log();
    start();
  }

  /// Works until `done`; false: not within the patience of the rig.
  bool work_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + kRigPatience;
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      if (pump->do_work() != alerts::AlertPump::Work::moved) pause();
    }
    return true;
  }
  bool work_until_published() {
    return work_until(
        [this] { return publisher->status().published_position == alerts->last_position(); });
  }

  /// What a failed expectation shows of it.
  std::string state() const {
    const alerts::SinkStatus now = publisher->status();
    return fmt::format(
        "published {} of {}, in all {}; {} heartbeats, {} refused, {} fatal, {} cut, {} queued; "
        "connected: {}; last error: {}",
        now.published_position, alerts->last_position(), now.published_total, now.heartbeats_total,
        now.delivery_errors, now.fatal_recoveries, now.evidence_cut, now.queue_depth, now.connected,
        now.last_error);
  }

  /// Positions on the topic, in its order (partition by partition).
  std::vector<LogPosition> positions(const std::string& topic) const {
    std::vector<LogPosition> out;
    for (const ReadRecord& record : read_topic(options.brokers, topic)) {
      out.push_back(std::stoull(record.headers.at("tocsin-position")));
    }
    return out;
  }
  /// 1..n: what a topic must hold.
  static std::vector<LogPosition> up_to(LogPosition n) {
    std::vector<LogPosition> out(n);
    for (LogPosition i = 0; i < n; ++i) out[i] = i + 1;
    return out;
  }
  static std::string id_of(std::uint64_t number) {
    std::string digits = std::to_string(number);
    return std::string(32 - digits.size(), '0') + digits;
  }
  ClockFn clock() const {
    return [this] { return clock_.now(); };
  }

  MemoryLog log;
  std::unique_ptr<alerts::AlertLog> alerts;
  alerts::KafkaOptions options;
  std::unique_ptr<alerts::KafkaPublisher> publisher;
  std::unique_ptr<alerts::AlertPump> pump;

 private:
  // Lets the producer's threads have the processor.
  static void pause() {
    std::mutex mutex;
    std::condition_variable nobody;
    std::unique_lock lock(mutex);
    nobody.wait_for(lock, std::chrono::milliseconds(1));
  }

  SystemClock clock_;
  std::uint64_t appended_ = 0;
};

inline std::vector<LogPosition> sorted(std::vector<LogPosition> positions) {
  std::sort(positions.begin(), positions.end());
  return positions;
}

}  // namespace tocsin::testing
