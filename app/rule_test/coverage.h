#pragma once
/// What the tests of a bundle never reached: rules, ways to resolve, steps.
#include <string>
#include <vector>

#include "app/rule_test/rule_test.h"

namespace tocsin::app {

struct RuleCoverage {
  std::string rule;
  std::size_t tests = 0;
  std::vector<std::string> never;  ///< "match", "resolve quiet_for", "step camera", "escalate"
};
/// In order of rule name.
std::vector<RuleCoverage> coverage_of(const rules::RuleSet& rules,
                                      const std::vector<TestOutcome>& outcomes);

}  // namespace tocsin::app
