#include "bench/sim/publisher.h"

#include <mqtt/async_client.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>

namespace tocsin::sim {
namespace {

constexpr std::chrono::seconds kConnectLimit{10};
constexpr std::chrono::seconds kDisconnectLimit{3};
constexpr std::chrono::milliseconds kHoldBack{20};
constexpr int kMaxPacketIds = 65'535;
constexpr int kQos = 1;

}  // namespace

/// What the publishing thread and Paho's threads share.
struct Publisher::State : public virtual mqtt::callback, public virtual mqtt::iaction_listener {
  State(const std::string& broker, const std::string& id, std::size_t limit)
      : client(broker, id), max_in_flight(limit) {}

  void connected(const std::string&) override { set_connected(true); }
  void connection_lost(const std::string&) override { set_connected(false); }
  void on_success(const mqtt::token&) override { finish(true); }
  void on_failure(const mqtt::token&) override { finish(false); }

  void set_connected(bool now) {
    const std::lock_guard lock(mutex);
    is_connected = now;
    changed.notify_all();
  }
  void finish(bool acknowledged) {
    const std::lock_guard lock(mutex);
    ++(acknowledged ? counts.acknowledged : counts.failed);
    --in_flight;
    changed.notify_all();
  }
  /// The client took nothing: the connection went in between, or its queue is full. Lets a moment
  /// pass.
  void hold_back() {
    const bool still = client.is_connected();
    std::unique_lock lock(mutex);
    --in_flight;
    is_connected = still;
    changed.wait_for(lock, kHoldBack);
  }
  bool may_send() const { return is_connected && in_flight < max_in_flight; }

  mqtt::async_client client;
  const std::size_t max_in_flight;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::size_t in_flight = 0;
  bool is_connected = false;
  PublisherCounts counts;
};

Publisher::Publisher(const std::string& broker, const std::string& client_id,
                     std::size_t max_in_flight)
    : state_(std::make_unique<State>(broker, client_id,
                                     std::clamp<std::size_t>(max_in_flight, 1, kMaxPacketIds))) {}

Publisher::~Publisher() { disconnect(); }

Result<void, SimError> Publisher::connect() {
  // Paho would send even loopback connections through a proxy named there.
  ::unsetenv("http_proxy");  // NOLINT(concurrency-mt-unsafe): no other thread of ours reads it
  mqtt::connect_options options;
  options.set_clean_session(false);  // what is in flight survives a reconnect
  options.set_automatic_reconnect(1, 2);
  options.set_max_inflight(static_cast<int>(state_->max_in_flight));
  try {
    state_->client.set_callback(*state_);
    if (!state_->client.connect(options)->wait_for(kConnectLimit)) {
      return SimError::broker_unreachable;
    }
  } catch (const mqtt::exception&) {
    return SimError::broker_unreachable;
  }
  state_->set_connected(true);
  return {};
}

Result<void, SimError> Publisher::publish(const std::string& topic, std::string_view payload) {
  const auto give_up = std::chrono::steady_clock::now() + kReconnectLimit;
  while (true) {
    {
      std::unique_lock lock(state_->mutex);
      if (!state_->may_send()) {
        ++state_->counts.stalls;
        const bool may =
            state_->changed.wait_until(lock, give_up, [&] { return state_->may_send(); });
        if (!may) return SimError::broker_lost;
      }
      ++state_->in_flight;
    }
    try {
      state_->client.publish(mqtt::make_message(topic, payload.data(), payload.size(), kQos, false),
                             nullptr, *state_);
      return {};
    } catch (const mqtt::exception&) {
      state_->hold_back();
      if (std::chrono::steady_clock::now() >= give_up) return SimError::broker_lost;
    }
  }
}

void Publisher::wait_acknowledged(Duration at_most) {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait_for(lock, at_most, [&] { return state_->in_flight == 0; });
}

void Publisher::disconnect() {
  try {
    if (state_->client.is_connected()) state_->client.disconnect()->wait_for(kDisconnectLimit);
  } catch (const mqtt::exception&) {
    return;  // there is nothing left to disconnect from
  }
}

PublisherCounts Publisher::counts() const {
  const std::lock_guard lock(state_->mutex);
  return state_->counts;
}

}  // namespace tocsin::sim
