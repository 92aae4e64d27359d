#include "bench/sim/outlet.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

namespace tocsin::sim {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kStopCheck{100};  // how soon `stop` is noticed while waiting
constexpr Duration kLastAcks{10'000};

std::string client_id(const SimOptions& options) {
  return options.client_id.empty() ? fmt::format("tocsin-sim-{}", ::getpid()) : options.client_id;
}

}  // namespace

FileOutlet::FileOutlet(const City& city, const SimOptions& options)
    : city_(city), options_(options), file_(options.out) {}

bool FileOutlet::wait_for(SimTime, const std::atomic<bool>& stop) { return !stop; }

Result<void, SimError> FileOutlet::send(const Frame& frame) {
  for (const SimEvent& event : frame.events) {
    line_.clear();
    append_replay_line(city_, event, frame.due, options_.start_ms, options_.inline_places, line_);
    file_.write(line_);
  }
  ++frames_;
  if (!file_.ok()) return SimError::cannot_write_out;
  return {};
}

Result<void, SimError> FileOutlet::finish(SimReport& report) {
  file_.flush();
  if (!file_.ok()) return SimError::cannot_write_out;
  report.acknowledged = frames_;
  return {};
}

BrokerOutlet::BrokerOutlet(const City& city, const SimOptions& options)
    : city_(city),
      options_(options),
      publisher_(options.broker, client_id(options), options.max_in_flight) {}

Result<void, SimError> BrokerOutlet::connect() { return publisher_.connect(); }

void BrokerOutlet::start(Steady::time_point moment, std::int64_t epoch_ms) {
  start_ = moment;
  epoch_ms_ = epoch_ms;
}

bool BrokerOutlet::wait_for(SimTime due, const std::atomic<bool>& stop) {
  const Steady::time_point moment = start_ + milliseconds(due);
  while (!stop && Steady::now() < moment) {
    std::this_thread::sleep_until(std::min(moment, Steady::now() + kStopCheck));
  }
  const double late = std::chrono::duration<double, std::milli>(Steady::now() - moment).count();
  lag_sum_ms_ += late;
  lag_max_ms_ = std::max(lag_max_ms_, late);
  ++waits_;
  return !stop;
}

Result<void, SimError> BrokerOutlet::send(const Frame& frame) {
  const bool json = options_.encoding == Encoding::json ||
                    (options_.encoding == Encoding::mixed && frame.gateway % 2 == 1);
  if (json) {
    encode_json(city_, frame, epoch_ms_, bytes_);
  } else {
    encode_protobuf(city_, frame, epoch_ms_, bytes_);
  }
  return publisher_.publish(
      fmt::format("tocsin/v1/{}/{}", city_.gateways()[frame.gateway], json ? "json" : "pb"),
      bytes_);
}

Result<void, SimError> BrokerOutlet::finish(SimReport& report) {
  publisher_.wait_acknowledged(kLastAcks);
  const PublisherCounts counts = publisher_.counts();
  report.acknowledged = counts.acknowledged;
  report.failed = counts.failed;
  report.stalls = counts.stalls;
  report.lag_max_ms = lag_max_ms_;
  report.lag_mean_ms = waits_ == 0 ? 0 : lag_sum_ms_ / static_cast<double>(waits_);
  publisher_.disconnect();
  return {};
}

}  // namespace tocsin::sim
