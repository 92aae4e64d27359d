#pragma once
/// DeliveryState: what the publisher knows about its records, written by the producer's poll thread and
/// by the pump's, read by whoever asks for the status. The one place of the publisher with a lock.
/// Thread: any.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "alerts/delivery_window.h"
#include "alerts/kafka_producer.h"
#include "alerts/sink.h"

namespace tocsin::alerts {

/// A record that a broker refused as too large.
struct Oversize {
  LogPosition position = 0;
  std::size_t value_size = 0;
};

class DeliveryState : public DeliveryListener {
 public:
  // On the poll thread.
  void delivered(DeliveryTag tag) override;
  void too_large(DeliveryTag tag, std::size_t value_size) override;
  void broken(const std::string& why, bool fatal) override;
  void unreachable(const std::string& why) override;

  // On the pump's thread.
  void start_session(LogPosition settled);
  void end_session();
  bool is_broken() const { return broken_; }
  void count_cut() { ++evidence_cut_; }
  std::vector<Oversize> take_refused();
  void put_back(const Oversize& refused);
  bool heartbeat_pending() const { return heartbeat_pending_; }
  void heartbeat_sent() { heartbeat_pending_ = true; }
  void heartbeat_refused() { heartbeat_pending_ = false; }
  DeliveryWindow& window() { return window_; }

  // From any thread.
  SinkStatus status() const;
  bool wait_ready(Duration at_most);

 private:
  void trouble(const std::string& why);

  DeliveryWindow window_;
  std::atomic<bool> broken_{false};
  std::atomic<bool> connected_{false};
  std::atomic<bool> heartbeat_pending_{false};
  std::atomic<std::uint64_t> published_total_{0};
  std::atomic<std::uint64_t> heartbeats_total_{0};
  std::atomic<std::uint64_t> delivery_errors_{0};
  std::atomic<std::uint64_t> fatal_recoveries_{0};
  std::atomic<std::uint64_t> evidence_cut_{0};

  mutable std::mutex mutex_;
  std::condition_variable ready_changed_;
  bool ready_ = false;  // a heartbeat was acknowledged
  std::string last_error_;
  std::vector<Oversize> refused_;
};

}  // namespace tocsin::alerts
