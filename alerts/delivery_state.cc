#include "alerts/delivery_state.h"

namespace tocsin::alerts {

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

void DeliveryState::too_large(DeliveryTag tag, std::size_t value_size) {
  ++delivery_errors_;
  if (tag == kHeartbeat) {
    broken("kafka: a heartbeat is too large for the broker", false);
    return;
  }
  put_back({tag, value_size});
}

void DeliveryState::broken(const std::string& why, bool fatal) {
  if (broken_.exchange(true)) return;  // the rest of the same trouble
  if (fatal) {
    ++fatal_recoveries_;
  } else {
    ++delivery_errors_;
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
  broken_ = false;
  heartbeat_pending_ = false;
}

void DeliveryState::end_session() {
  connected_ = false;
  window_.reset(window_.settled());
  const std::lock_guard lock(mutex_);
  refused_.clear();
}

std::vector<Oversize> DeliveryState::take_refused() {
  const std::lock_guard lock(mutex_);
  return std::exchange(refused_, {});
}

void DeliveryState::put_back(const Oversize& refused) {
  const std::lock_guard lock(mutex_);
  refused_.push_back(refused);
}

SinkStatus DeliveryState::status() const {
  SinkStatus status;
  status.connected = connected_;
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
