#include "alerts/delivery_state.h"

#include <algorithm>

namespace tocsin::alerts {
namespace {

constexpr std::size_t kSmallestBatch = 16 * 1024;

}  // namespace

void DeliveryState::delivered(DeliveryTag tag) {
  connected_ = true;
  if (tag != kHeartbeat) {
    if (window_.settle(tag)) ++published_total_;
    return;
  }
  ++heartbeats_total_;
  heartbeat_pending_ = false;
  const std::lock_guard lock(mutex_);
  ready_ = true;
  ready_changed_.notify_all();
}

// A broker's limit is on batches, and every record of a refused one is reported. So the records go
// again one by one, in smaller batches from then on, and only one refused alone is cut. The
// producer is given up with what is behind it on its way, so that the order holds.
void DeliveryState::too_large(DeliveryTag tag, std::size_t value_size) {
  if (!broken_) batch_bytes_ = std::max(kSmallestBatch, batch_bytes_ / 2);
  if (tag != kHeartbeat && window_.outstanding() == 1) {
    const std::lock_guard lock(mutex_);
    limits_[tag] = value_size / 2;
  }
  alone_until_ = std::max<LogPosition>(alone_until_, tag);
  broken("kafka: a record is too large for the broker", ProducerFault::failed);
}

void DeliveryState::broken(const std::string& why, ProducerFault fault) {
  if (fault == ProducerFault::fenced) fenced_ = true;
  if (broken_.exchange(true)) return;  // the rest of the same trouble
  if (fault == ProducerFault::failed) {
    ++delivery_errors_;
  } else {
    ++fatal_recoveries_;
  }
  trouble(why);
}

void DeliveryState::unreachable(const std::string& why) { trouble(why); }

void DeliveryState::trouble(const std::string& why) {
  connected_ = false;
  const std::lock_guard lock(mutex_);
  last_error_ = why;
}

void DeliveryState::start_session(LogPosition settled) {
  window_.reset(settled);
  {
    const std::lock_guard lock(mutex_);
    limits_.erase(limits_.begin(), limits_.upper_bound(settled));
  }
  broken_ = false;
  heartbeat_pending_ = false;
}

void DeliveryState::end_session() {
  connected_ = false;
  window_.reset(window_.settled());
}

std::size_t DeliveryState::value_limit(LogPosition position, std::size_t otherwise) const {
  const std::lock_guard lock(mutex_);
  const auto found = limits_.find(position);
  return found == limits_.end() ? otherwise : found->second;
}

SinkStatus DeliveryState::status() const {
  SinkStatus status;
  status.connected = connected_;
  status.fenced = fenced_;
  status.published_position = window_.settled();
  status.published_total = published_total_;
  status.heartbeats_total = heartbeats_total_;
  status.delivery_errors = delivery_errors_;
  status.fatal_recoveries = fatal_recoveries_;
  status.evidence_cut = evidence_cut_;
  status.queue_depth = window_.outstanding();
  const std::lock_guard lock(mutex_);
  status.last_error = last_error_;
  return status;
}

bool DeliveryState::wait_ready(Duration at_most) {
  std::unique_lock lock(mutex_);
  return ready_changed_.wait_for(lock, at_most, [this] { return ready_; });
}

}  // namespace tocsin::alerts
