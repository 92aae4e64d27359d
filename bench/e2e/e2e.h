#pragma once
/// `tocsin bench e2e`: from a gateway's publish to the alert in the hands of a Kafka consumer,
/// against a system that is already running. Open loop: the latency of an alert counts from the
/// *intended* send time of the event that completes it, so a stalled system cannot hide behind a
/// publisher that waits for it.
///
/// The engine must know the same city: write_registry of the same devices and seed.
/// Thread: runs in the caller's; one more for the consumer.
#include <atomic>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "bench/check/truth_check.h"
#include "bench/e2e/alert_consumer.h"
#include "bench/e2e/latencies.h"
#include "bench/sim/sim.h"

namespace tocsin::bench {

struct E2eOptions {
  sim::SimOptions sim;   ///< broker, devices, rate, scenario, run_for...; `out` must be empty
  std::string scenario;  ///< the scenario's words, for the result
  std::string kafka;     ///< HOST:PORT[,...]
  std::string topic = "tocsin.alerts";
  std::set<std::string> rules;  ///< in force, by name; empty: every rule the truth names
  Duration drain{10'000};       ///< how long to wait for the last alerts
  Duration settle{1'000};       ///< and then for those that must not come
  std::string commit;           ///< of the build, for the result
};

/// One event every 3 s and nothing else: what a quiet night costs.
inline constexpr Duration kIdleAlarmEvery{3000};

enum class E2eError : std::uint8_t {
  no_consumer = 1,  ///< see E2eFailure::consumer
  no_publisher,     ///< see E2eFailure::sim
};
struct E2eFailure {
  E2eError error{};
  std::string detail;  ///< one line
};

struct E2eReport {
  sim::SimReport sim;
  CheckReport check;
  LatencySummary latency;
  std::uint64_t unreadable = 0;
  bool ok() const { return check.ok() && sim.failed == 0 && !sim.stopped; }
};

std::variant<E2eReport, E2eFailure> run_e2e(
    const E2eOptions& options, const std::atomic<bool>& stop,
    const std::function<void(const sim::SimProgress&)>& progress = {});

/// One JSON object, schema tocsin.bench/1: figures, checks, machine, commit, settings.
std::string to_json(const E2eOptions& options, const E2eReport& report);

/// "2 x Intel(R) Xeon(R) ..., 8 GB, Linux 6.1": what results are compared by.
std::string machine_line();

}  // namespace tocsin::bench
