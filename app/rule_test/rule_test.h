#pragma once
/// Runs the tests that stand in rule files, in virtual time. Each test has its own engine with all
/// rules of the bundle; the alerts of the tested rule are compared, all of them, in order.
///
/// The clock of a test starts at 2026-01-01T00:00:00Z; `t` of a step is its arrival and, unless the
/// step has a `ts`, its event time. `ts` may be a time after the start ("9s"), one relative to the
/// step's `t`
/// ("-30s"), or absolute.
#include <chrono>
#include <string>
#include <vector>

#include "app/replay/line_engine.h"
#include "core/diagnostic.h"
#include "rules/load/loader.h"

namespace tocsin::app {

struct TestOutcome {
  const rules::RuleTest* test = nullptr;
  std::vector<std::string> problems;  ///< lines; empty: passed
  rules::RuleCounters counters;       ///< of the tested rule
  std::vector<Reason> reasons;        ///< of the alerts it made
  std::chrono::nanoseconds took{};    ///< measured by who ran it

  bool passed() const { return problems.empty(); }
};

/// `language`: of the problems.
TestOutcome run_rule_test(const rules::RuleTest& test, const ReplayInputs& inputs,
                          Language language = Language::en);

}  // namespace tocsin::app
