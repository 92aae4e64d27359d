#include "bench/e2e/e2e.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>

namespace tocsin::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kStopCheck{100};

/// What the simulator's thread and the consumer's share.
class Meeting {
 public:
  explicit Meeting(CheckOptions options) : check_(std::move(options)) {}

  void expect(const sim::ExpectedAlert& alert) {
    const std::lock_guard lock(mutex_);
    check_.expect(alert);
  }
  void see(SeenAlert alert) {
    const std::lock_guard lock(mutex_);
    check_.see(std::move(alert));
    came_.notify_all();
  }
  /// Until every expected alert came, `at_most` passed or `stop` is set.
  void wait_all(Duration at_most, const std::atomic<bool>& stop) {
    const auto give_up = Steady::now() + at_most;
    std::unique_lock lock(mutex_);
    while (!check_.all_came() && !stop && Steady::now() < give_up) {
      came_.wait_until(lock, std::min(give_up, Steady::now() + kStopCheck));
    }
  }
  /// Only time can tell that nothing more comes.
  void settle(Duration time, const std::atomic<bool>& stop) {
    const auto end = Steady::now() + time;
    std::unique_lock lock(mutex_);
    while (!stop && Steady::now() < end)
      came_.wait_until(lock, std::min(end, Steady::now() + kStopCheck));
  }
  CheckReport report() {
    const std::lock_guard lock(mutex_);
    return check_.report();
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  TruthCheck check_;
};

/// SimTime 0 on both clocks.
struct Start {
  Steady::time_point moment;
  std::int64_t epoch_ms = 0;
};

// From the moment an alert could open at the earliest: its last event was sent, or its rule had
// waited as long as it must.
LatencySummary latencies(const CheckReport& check, const Start& start) {
  std::vector<double> samples;
  const auto base = start.moment.time_since_epoch() / std::chrono::nanoseconds(1);
  for (const Answered& pair : check.answered) {
    const std::int64_t opens_ns = base + (pair.expected.opens - start.epoch_ms) * 1'000'000;
    samples.push_back(static_cast<double>(pair.alert.received_ns - opens_ns) / 1e6);
  }
  return summarize(std::move(samples));
}

}  // namespace

std::variant<E2eReport, E2eFailure> run_e2e(
    const E2eOptions& options, const std::atomic<bool>& stop,
    const std::function<void(const sim::SimProgress&)>& progress) {
  CheckOptions check;
  check.rules = check.watched = options.rules;
  Meeting meeting(std::move(check));
  AlertConsumer consumer(options.kafka, options.topic,
                         [&](SeenAlert alert) { meeting.see(std::move(alert)); });
  if (const auto started = consumer.start(); !started) {
    return E2eFailure{E2eError::no_consumer, std::string(to_string(started.error()))};
  }
  Start start;
  sim::SimHooks hooks;
  hooks.on_progress = progress;
  hooks.on_expected = [&](const sim::ExpectedAlert& alert) { meeting.expect(alert); };
  hooks.on_start = [&](Steady::time_point moment, std::int64_t epoch_ms) {
    start = {moment, epoch_ms};
  };
  const auto sent = sim::run_sim(options.sim, stop, hooks);
  if (!sent) return E2eFailure{E2eError::no_publisher, std::string(to_string(sent.error()))};

  meeting.wait_all(options.drain, stop);
  meeting.settle(options.settle, stop);
  consumer.stop();
  E2eReport report;
  report.sim = *sent;
  report.check = meeting.report();
  report.latency = latencies(report.check, start);
  report.unreadable = consumer.unreadable();
  return report;
}

std::string to_json(const E2eOptions& options, const E2eReport& report) {
  nlohmann::ordered_json line;
  line["schema"] = "tocsin.bench/1";
  line["bench"] = "e2e";
  line["ok"] = report.ok();
  line["latency_ms"] = {{"samples", report.latency.samples}, {"p50", report.latency.p50_ms},
                        {"p90", report.latency.p90_ms},      {"p99", report.latency.p99_ms},
                        {"p99.9", report.latency.p999_ms},   {"max", report.latency.max_ms}};
  line["truth"] = nlohmann::ordered_json::parse(to_json(report.check));
  line["sim"] = nlohmann::ordered_json::parse(to_json(report.sim));
  line["sim"].erase("schema");
  line["unreadable"] = report.unreadable;
  line["settings"] = {
      {"devices", options.sim.devices},
      {"seed", options.sim.seed},
      {"rate", options.sim.rate},
      {"scenario", options.scenario},
      {"seconds", std::chrono::duration<double>(options.sim.run_for.value_or(Duration{0})).count()},
      {"linger_ms", options.sim.linger.count()},
      {"max_in_flight", options.sim.max_in_flight},
      {"idle", options.sim.alarm_every.has_value()}};
  line["machine"] = machine_line();
  line["commit"] = options.commit;
  return line.dump();
}

}  // namespace tocsin::bench
