#pragma once
/// RuleNotes: what goes wrong while a rule is evaluated, counted at once and announced afterwards
/// (rule_health.h). Thread: the engine's.
#include <cstdint>

#include "rules/cel/cel.h"
#include "rules/counters.h"

namespace tocsin::rules {

/// Which limit dropped something. In the order of kLimitNames (rule_health.cc).
enum class LimitKind : std::uint8_t {
  keys,
  events,
  candidates,
  absences,
  combinations,
  alerts,
  distinct
};

class RuleNotes {
 public:
  explicit RuleNotes(RuleCounters& counters) : counters_(counters) {}

  void error(cel::EvalError error) {
    ++counters_.eval_errors;
    failed_ = true;
    last_error_ = error;
  }
  void evicted(LimitKind limit, std::size_t n = 1) {
    if (n == 0) return;
    counter(limit) += n;
    evictions_ += static_cast<std::uint32_t>(n);
    last_limit_ = limit;
  }

  bool any() const { return failed_ || evictions_ > 0; }
  bool failed() const { return failed_; }
  std::uint32_t evictions() const { return evictions_; }
  cel::EvalError last_error() const { return last_error_; }
  LimitKind last_limit() const { return last_limit_; }
  void clear() {
    failed_ = false;
    evictions_ = 0;
  }

 private:
  std::uint64_t& counter(LimitKind limit) {
    switch (limit) {
      case LimitKind::keys: return counters_.evicted_keys;
      case LimitKind::events: return counters_.evicted_events;
      case LimitKind::candidates:
      case LimitKind::absences: return counters_.evicted_candidates;
      case LimitKind::combinations: return counters_.searches_cut;
      case LimitKind::alerts: return counters_.evicted_alerts;
      case LimitKind::distinct: break;
    }
    return counters_.distinct_uncounted;
  }

  RuleCounters& counters_;
  bool failed_ = false;
  std::uint32_t evictions_ = 0;
  cel::EvalError last_error_{};
  LimitKind last_limit_{};
};

}  // namespace tocsin::rules
