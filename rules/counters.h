#pragma once
/// What a rule counts. Plain numbers; read by metrics, `top` and must_reach.
#include <array>
#include <cstdint>

#include "rules/rule.h"

namespace tocsin::rules {

/// Per rule; the names are metric labels.
struct RuleCounters {
  std::uint64_t evaluated = 0;  ///< events whose type the rule names and whose key is set
  std::uint64_t unkeyed = 0;    ///< events without a value for some for_each field
  std::uint64_t matches = 0;
  std::uint64_t opened = 0;
  std::uint64_t resolved = 0;
  std::uint64_t revisions = 0;
  std::uint64_t eval_errors = 0;
  std::uint64_t evicted_events = 0;      ///< over max_events_per_window
  std::uint64_t evicted_candidates = 0;  ///< steps and pending absences over keep
  std::uint64_t evicted_keys = 0;
  std::uint64_t evicted_alerts = 0;
  std::uint64_t searches_cut = 0;        ///< searches of `all` over kMaxCombinations
  std::uint64_t distinct_uncounted = 0;  ///< values over max_distinct of one alert
  std::uint64_t pending = 0;             ///< times a condition held without completing a match
  std::array<std::uint64_t, kMaxPatterns> step_bound{};
  std::uint64_t open_alerts = 0;  ///< gauge
  std::uint64_t keys = 0;         ///< gauge

  template <class A>
  void archive(A& a) {
    a(evaluated, unkeyed, matches, opened, resolved, revisions, eval_errors, evicted_events,
      evicted_candidates, evicted_keys, evicted_alerts, searches_cut, distinct_uncounted, pending,
      open_alerts, keys);
    for (std::uint64_t& bound : step_bound) a(bound);
  }
};

/// Of all rules, also those that a reload removed.
struct RuleTotals {
  std::uint64_t matches = 0;
  std::uint64_t unkeyed = 0;

  template <class A>
  void archive(A& a) {
    a(matches, unkeyed);
  }
  void add(const RuleCounters& counters) {
    matches += counters.matches;
    unkeyed += counters.unkeyed;
  }
};

}  // namespace tocsin::rules
