#pragma once
/// The simulated city as one call: `tocsin sim`, and the sensors of `tocsin demo` and `tocsin bench
/// e2e`.
///
/// Live, it publishes over MQTT (QoS 1) on an open loop: every frame has an intended send time,
/// taken from the scenario alone; a slow broker makes frames late, never fewer. An event's `ts` is
/// its intended time. To a file, it writes the same stream as replay lines in virtual time, as fast
/// as it can. Thread: runs in the caller's until done; `stop` may be set from any.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "bench/sim/encoder.h"
#include "bench/sim/scenario.h"
#include "bench/sim/truth.h"
#include "core/result.h"
#include "core/time.h"

namespace tocsin::sim {

struct SimOptions {
  std::uint32_t devices = 1000;  ///< kMinDevices..kMaxDevices (bench/sim/city.h)
  std::uint64_t seed = 1;
  Scenario scenario;
  double rate = 0;  ///< events a second of noise; 0: what the devices' own intervals make
  std::optional<Duration> run_for;      ///< empty: until `stop` (not with `out`)
  double incidents_per_minute = 0;      ///< 0: by the size of the city
  std::optional<Duration> alarm_every;  ///< idle mode: no noise, one smoke alarm each time

  // Where to: a broker or a file.
  std::string broker = "tcp://127.0.0.1:1883";
  std::string client_id;  ///< empty: "tocsin-sim-" and the process id
  Encoding encoding = Encoding::pb;
  Duration linger{50};               ///< how long a gateway gathers what is not urgent
  std::size_t max_in_flight = 1000;  ///< unacknowledged publishes; more wait, and are late
  std::filesystem::path out;  ///< not empty: replay lines to this file ("-": stdout), no broker
  bool inline_places =
      false;  ///< with `out`: loc.* on each line, so that a replay needs no registry
  std::int64_t start_ms = 1'767'225'600'000;  ///< with `out`: Unix time of the start (2026-01-01)

  std::filesystem::path truth;           ///< not empty: expected alerts, NDJSON (bench/sim/truth.h)
  std::filesystem::path write_registry;  ///< not empty: places.csv and devices.csv into this folder
  /// Only writes the registry and returns.
  bool registry_only = false;
};

enum class SimError : std::uint8_t {
  bad_devices = 1,  ///< devices outside the limits
  endless_file,     ///< `out` without `run_for`
  broker_unreachable,
  broker_lost,  ///< the connection went away and did not come back within kReconnectLimit
  cannot_write_registry,
  cannot_write_truth,
  cannot_write_out,
};
std::string_view to_string(SimError error);
TOCSIN_RESULT_ERROR(SimError)

struct SimProgress {
  Duration elapsed{};
  std::uint64_t events = 0;
  std::uint64_t frames = 0;
  std::uint64_t acknowledged = 0;     ///< frames
  std::uint64_t expected_alerts = 0;  ///< whose last event has been sent
};

struct SimReport {
  std::uint64_t events = 0;  ///< copies included
  std::uint64_t copies = 0;  ///< events that were sent before, echoes of other gateways too
  std::uint64_t frames = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t failed = 0;  ///< frames the client gave up
  std::uint64_t incidents = 0;
  std::uint64_t expected_alerts = 0;
  double seconds = 0;
  double events_per_s = 0;  ///< achieved
  double lag_mean_ms = 0;   ///< behind the schedule, per frame
  double lag_max_ms = 0;
  std::uint64_t stalls = 0;  ///< times the in-flight limit held a frame back
  bool stopped = false;      ///< by `stop`, before its time
};
/// One JSON object, schema tocsin.sim/1.
std::string to_json(const SimReport& report);

struct SimHooks {
  /// Live only: the moment that is the start of the schedule, on both clocks (steady; Unix ms).
  std::function<void(std::chrono::steady_clock::time_point, std::int64_t)> on_start;
  /// About once a second, from the caller's thread.
  std::function<void(const SimProgress&)> on_progress;
  /// Each expected alert, once its last event has been sent; in order of `sent`.
  std::function<void(const ExpectedAlert&)> on_expected;
};

Result<SimReport, SimError> run_sim(const SimOptions& options, const std::atomic<bool>& stop,
                                    const SimHooks& hooks = {});

}  // namespace tocsin::sim
