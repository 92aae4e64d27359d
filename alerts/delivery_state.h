#pragma once
/// DeliveryState: what the publisher knows about its records, written by the producer's poll thread
/// and by the pump's, read by whoever asks for the status. The one place of the publisher with a
/// lock. Thread: any.
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

#include "alerts/delivery_window.h"
#include "alerts/kafka_producer.h"
#include "alerts/sink.h"

namespace tocsin::alerts {

class DeliveryState : public DeliveryListener {
 public:
  // On the poll thread.
  void delivered(DeliveryTag tag) override;
  void too_large(DeliveryTag tag, std::size_t value_size) override;
  void broken(const std::string& why, ProducerFault fault) override;
  void unreachable(const std::string& why) override;

  // On the pump's thread.
  void start_session(LogPosition settled);
  void end_session();
  bool is_broken() const { return broken_; }
  bool is_fenced() const { return fenced_; }
  /// It was our own transaction that the broker ended.
  void not_fenced() { fenced_ = false; }
  void count_cut() { ++evidence_cut_; }
  /// Bytes of value a record may have: less than the options say if a broker refused it before.
  std::size_t value_limit(LogPosition position, std::size_t otherwise) const;
  /// Records up to here travel one by one: their batch was refused as too large.
  LogPosition alone_until() const { return alone_until_; }
  std::size_t batch_bytes() const { return batch_bytes_; }
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
  std::atomic<bool> fenced_{false};
  std::atomic<bool> connected_{false};
  std::atomic<bool> heartbeat_pending_{false};
  std::atomic<std::uint64_t> published_total_{0};
  std::atomic<std::uint64_t> heartbeats_total_{0};
  std::atomic<std::uint64_t> delivery_errors_{0};
  std::atomic<std::uint64_t> fatal_recoveries_{0};
  std::atomic<std::uint64_t> evidence_cut_{0};
  std::atomic<LogPosition> alone_until_{0};
  std::atomic<std::size_t> batch_bytes_{1'000'000};

  mutable std::mutex mutex_;
  std::condition_variable ready_changed_;
  bool ready_ = false;  // a heartbeat was acknowledged
  std::string last_error_;
  std::map<LogPosition, std::size_t> limits_;  // of records found too large and not yet out
};

}  // namespace tocsin::alerts
