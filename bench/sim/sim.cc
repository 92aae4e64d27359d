#include "bench/sim/sim.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/sim/line_file.h"
#include "bench/sim/outlet.h"
#include "bench/sim/registry_files.h"
#include "bench/sim/stream.h"
#include "core/clock.h"

namespace tocsin::sim {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kProgressEvery{1000};
constexpr milliseconds kLead{300};  // between the decision to start and SimTime 0

/// Expected alerts to the file and the caller, as their last events go.
class TruthKeeper {
 public:
  TruthKeeper(const SimOptions& options, const SimHooks& hooks) : hooks_(hooks) {
    if (!options.truth.empty()) file_ = std::make_unique<LineFile>(options.truth);
  }
  bool ok() const { return !file_ || file_->ok(); }
  void tell(const std::vector<ExpectedAlert>& alerts) {
    for (const ExpectedAlert& alert : alerts) {
      if (file_) file_->write(to_json_line(alert));
      if (hooks_.on_expected) hooks_.on_expected(alert);
    }
    told_ += alerts.size();
    if (file_ && !alerts.empty()) file_->flush();
  }
  std::uint64_t told() const { return told_; }

 private:
  const SimHooks& hooks_;
  std::unique_ptr<LineFile> file_;
  std::uint64_t told_ = 0;
};

class Run {
 public:
  Run(Stream& stream, Outlet& outlet, TruthKeeper& truth, const SimHooks& hooks)
      : stream_(stream), outlet_(outlet), truth_(truth), hooks_(hooks) {}

  Result<SimReport, SimError> go(const std::atomic<bool>& stop) {
    const Steady::time_point start = Steady::now();
    next_progress_ = start + kProgressEvery;
    while (const std::optional<Frame> frame = stream_.next()) {
      if (!outlet_.wait_for(frame->due, stop)) {
        report_.stopped = true;
        break;
      }
      if (const auto sent = outlet_.send(*frame); !sent) return sent.error();
      ++report_.frames;
      report_.events += frame->events.size();
      truth_.tell(stream_.take_expected(frame->due));
      if (!truth_.ok()) return SimError::cannot_write_truth;
      show_progress(start);
    }
    return finish(start);
  }

 private:
  void show_progress(Steady::time_point start) {
    const Steady::time_point now = Steady::now();
    if (!hooks_.on_progress || now < next_progress_) return;
    next_progress_ = now + kProgressEvery;
    SimProgress progress;
    progress.elapsed = std::chrono::duration_cast<Duration>(now - start);
    progress.events = report_.events;
    progress.frames = report_.frames;
    progress.acknowledged = outlet_.acknowledged();
    progress.expected_alerts = truth_.told();
    hooks_.on_progress(progress);
  }

  Result<SimReport, SimError> finish(Steady::time_point start) {
    report_.seconds = std::chrono::duration<double>(Steady::now() - start).count();
    report_.events_per_s = static_cast<double>(report_.events) / std::max(report_.seconds, 1e-9);
    report_.incidents = stream_.incidents();
    report_.copies = stream_.copies();
    report_.expected_alerts = truth_.told();
    if (const auto done = outlet_.finish(report_); !done) return done.error();
    return report_;
  }

  Stream& stream_;
  Outlet& outlet_;
  TruthKeeper& truth_;
  const SimHooks& hooks_;
  SimReport report_;
  Steady::time_point next_progress_;
};

Result<SimReport, SimError> run_to_file(const City& city, const SimOptions& options,
                                        const std::atomic<bool>& stop, TruthKeeper& truth,
                                        const SimHooks& hooks) {
  if (!options.run_for) return SimError::endless_file;
  FileOutlet outlet(city, options);
  if (!outlet.ok()) return SimError::cannot_write_out;
  Stream stream(city, options, options.start_ms);
  return Run(stream, outlet, truth, hooks).go(stop);
}

Result<SimReport, SimError> run_to_broker(const City& city, const SimOptions& options,
                                          const std::atomic<bool>& stop, TruthKeeper& truth,
                                          const SimHooks& hooks) {
  BrokerOutlet outlet(city, options);
  if (const auto connected = outlet.connect(); !connected) return connected.error();
  const std::int64_t epoch_ms = unix_ms(SystemClock().now() + kLead);
  const Steady::time_point moment = Steady::now() + kLead;
  outlet.start(moment, epoch_ms);
  if (hooks.on_start) hooks.on_start(moment, epoch_ms);
  Stream stream(city, options, epoch_ms);
  return Run(stream, outlet, truth, hooks).go(stop);
}

}  // namespace

std::string_view to_string(SimError error) {
  switch (error) {
    case SimError::bad_devices: return "the number of devices is outside its limits";
    case SimError::endless_file: return "a file needs an end: say for how long";
    case SimError::broker_unreachable: return "the broker cannot be reached";
    case SimError::broker_lost: return "the connection to the broker was lost";
    case SimError::cannot_write_registry: return "the registry cannot be written";
    case SimError::cannot_write_truth: return "the truth file cannot be written";
    case SimError::cannot_write_out: return "the output file cannot be written";
  }
  return "";
}

std::string to_json(const SimReport& report) {
  nlohmann::ordered_json line;
  line["schema"] = "tocsin.sim/1";
  line["events"] = report.events;
  line["copies"] = report.copies;
  line["frames"] = report.frames;
  line["acknowledged"] = report.acknowledged;
  line["failed"] = report.failed;
  line["incidents"] = report.incidents;
  line["expected_alerts"] = report.expected_alerts;
  line["seconds"] = report.seconds;
  line["events_per_s"] = report.events_per_s;
  line["lag_mean_ms"] = report.lag_mean_ms;
  line["lag_max_ms"] = report.lag_max_ms;
  line["stalls"] = report.stalls;
  line["stopped"] = report.stopped;
  return line.dump();
}

Result<SimReport, SimError> run_sim(const SimOptions& options, const std::atomic<bool>& stop,
                                    const SimHooks& hooks) {
  if (options.devices < kMinDevices || options.devices > kMaxDevices) return SimError::bad_devices;
  const City city(options.devices, options.seed);
  if (!options.write_registry.empty() && write_registry(city, options.write_registry)) {
    return SimError::cannot_write_registry;
  }
  if (options.registry_only) return SimReport{};
  TruthKeeper truth(options, hooks);
  if (!truth.ok()) return SimError::cannot_write_truth;
  return options.out.empty() ? run_to_broker(city, options, stop, truth, hooks)
                             : run_to_file(city, options, stop, truth, hooks);
}

}  // namespace tocsin::sim
