#include "app/verbs/sim_flags.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>

#include "app/text.h"
#include "app/verbs/verb.h"
#include "bench/sim/city.h"

namespace tocsin::app {
namespace {

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // may be set in a signal handler

// "500", "500/s".
std::optional<double> parse_rate(std::string_view text) {
  if (text.ends_with("/s")) text.remove_suffix(2);
  double rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && rate >= 0 && rate <= 1e7 ? std::optional(rate) : std::nullopt;
}

bool shows_progress(const Common& common) { return !common.quiet && isatty(STDERR_FILENO) == 1; }

}  // namespace

const CLI::Validator kIsRate(
    [](const std::string& text) {
      return parse_rate(text) ? std::string{}
                              : fmt::format("'{}' is not a rate such as 500/s", text);
    },
    "N/s");

const CLI::Validator kIsScenario(
    [](const std::string& text) {
      std::string_view bad;
      if (sim::parse_scenario(text, &bad)) return std::string{};
      const std::string near =
          nearest(bad, {"steady", "storm", "duplicates", "reorder", "skew", "outage"});
      return fmt::format("unknown scenario '{}'{}", bad,
                         near.empty() ? "" : fmt::format(", did you mean '{}'?", near));
    },
    "NAME[,...]");

void SimFlags::bind(CLI::App& verb) {
  verb.add_option("--devices", options.devices, "Devices of the city")
      ->check(CLI::Range(sim::kMinDevices, sim::kMaxDevices))
      ->type_name("N")
      ->capture_default_str();
  verb.add_option("--seed", options.seed, "The same seed makes the same city and events")
      ->type_name("S")
      ->capture_default_str();
  verb.add_option("--scenario", scenario, "steady, storm, duplicates, reorder, skew, outage")
      ->check(kIsScenario)
      ->capture_default_str();
  verb.add_option("--rate", rate, "Events a second; else what the devices' own intervals make")
      ->check(kIsRate);
  verb.add_option("--for", run_for, "How long; else until Ctrl-C")->check(kIsDuration);
  verb.add_option("--incidents-per-minute", options.incidents_per_minute,
                  "Planted incidents; else by the size of the city")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  verb.add_option("--broker", options.broker, "MQTT broker")
      ->type_name("tcp://HOST:PORT")
      ->capture_default_str();
  verb.add_option("--encoding", encoding, "pb, json or mixed")
      ->check(CLI::IsMember({"pb", "json", "mixed"}))
      ->type_name("NAME")
      ->capture_default_str();
  verb.add_option("--truth", options.truth, "Write the alerts that must come, NDJSON")
      ->type_name("FILE");
}

void SimFlags::settle() {
  options.scenario = sim::parse_scenario(scenario).value_or(sim::Scenario{});
  if (!rate.empty()) options.rate = parse_rate(rate).value_or(0);
  if (!run_for.empty()) options.run_for = parse_duration(run_for);
  options.encoding = encoding == "json"    ? sim::Encoding::json
                     : encoding == "mixed" ? sim::Encoding::mixed
                                           : sim::Encoding::pb;
}

const std::atomic<bool>& stop_on_signal() {
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { stop_asked = true; });
  return stop_asked;
}

std::function<void(const sim::SimProgress&)> progress_line(const Common& common) {
  if (!shows_progress(common)) return {};
  return [](const sim::SimProgress& p) {
    std::fprintf(
        stderr, "\r%6.0f s  %llu events in %llu frames, %llu acknowledged, %llu alerts expected ",
        static_cast<double>(p.elapsed.count()) / 1000, static_cast<unsigned long long>(p.events),
        static_cast<unsigned long long>(p.frames), static_cast<unsigned long long>(p.acknowledged),
        static_cast<unsigned long long>(p.expected_alerts));
  };
}

void end_progress_line(const Common& common) {
  if (shows_progress(common)) std::fputc('\n', stderr);
}

ExitCode exit_code_of(sim::SimError error) {
  switch (error) {
    case sim::SimError::bad_devices:
    case sim::SimError::endless_file: return ExitCode::usage;
    case sim::SimError::broker_unreachable:
    case sim::SimError::broker_lost: return ExitCode::unavailable;
    case sim::SimError::cannot_write_registry:
    case sim::SimError::cannot_write_truth:
    case sim::SimError::cannot_write_out: break;
  }
  return ExitCode::io;
}

}  // namespace tocsin::app
