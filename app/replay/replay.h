#pragma once
/// `tocsin replay`: recorded events in, alert lines out, in virtual time.
#include <cstdio>
#include <optional>
#include <string>

#include "app/common.h"
#include "app/exit_code.h"
#include "app/output.h"
#include "app/replay/replay_session.h"

namespace tocsin::app {

struct ReplayOptions {
  std::string events = "-";
  std::optional<Duration> until;  ///< nullopt: until no timer is left
  bool summary = false;
  bool strict = false;  ///< bad lines make it fail
  bool timing = false;
};

struct ReplayTotals {
  Books books;
  rules::RuleTotals rules;
  std::uint64_t alerts = 0;
  std::uint64_t revisions = 0;
  std::uint64_t bad_lines = 0;  ///< rejected events and wrong control records
  std::uint64_t restarts = 0;
  double wall_s = 0;

  double events_per_s() const {
    return wall_s > 0 ? static_cast<double>(books.received) / wall_s : 0;
  }
};
std::string summary_json(const ReplayTotals& totals);

/// Alert lines to `out`; what is wrong with lines to `remarks` (null: nowhere).
ExitCode run_replay(const ReplayOptions& options, ReplayInputs inputs, Output& out,
                    std::FILE* remarks);

}  // namespace tocsin::app
