#pragma once
/// The flags of a simulated city, the same for `sim` and `bench e2e`.
#include <CLI/CLI.hpp>
#include <atomic>
#include <functional>
#include <string>

#include "app/common.h"
#include "app/exit_code.h"
#include "bench/sim/sim.h"

namespace tocsin::app {

struct SimFlags {
  sim::SimOptions options;
  std::string rate;
  std::string scenario = "steady";
  std::string run_for;
  std::string encoding = "pb";

  /// Every flag that says what the city is and does.
  void bind(CLI::App& verb);
  /// Once all are parsed.
  void settle();
};

/// Whether a flag's text is a rate, is a list of scenarios.
extern const CLI::Validator kIsRate;
extern const CLI::Validator kIsScenario;

/// Set by SIGINT and SIGTERM from now on: a simulation ends early and in order.
const std::atomic<bool>& stop_on_signal();

/// A line on stderr each second while it runs, only on a terminal.
std::function<void(const sim::SimProgress&)> progress_line(const Common& common);
void end_progress_line(const Common& common);

ExitCode exit_code_of(sim::SimError error);

}  // namespace tocsin::app
