#pragma once
/// What the tests of a bundle never reached: rules, ways to resolve, steps, branches of conditions.
#include <map>
#include <string>
#include <vector>

#include "app/rule_test/rule_test.h"

namespace tocsin::app {

/// Sums up what conditions saw, test by test, for the rule that was tested: all rules of a bundle
/// run in every test, and what another rule's events do by the way is no test of a condition.
class BranchTally {
 public:
  /// `conditions`: Loaded::watched, whose marks it clears and reads.
  explicit BranchTally(const std::vector<rules::WatchedCondition>& conditions);
  void begin() const;
  void end(const std::string& rule);
  /// "file:line:col: 'e.level > 2.0' was never false", in order of position.
  std::vector<std::string> never(const std::string& rule) const;

 private:
  struct Place {
    std::string file;
    std::size_t line = 0;
    std::size_t col = 0;
    std::string text;
    auto operator<=>(const Place&) const = default;
  };
  struct Seen {
    bool was_true = false;
    bool was_false = false;
  };
  const std::vector<rules::WatchedCondition>& conditions_;
  std::map<std::string, std::map<Place, Seen>> seen_;  // by rule; types that share a text are one
};

struct RuleCoverage {
  std::string rule;
  std::size_t tests = 0;
  std::vector<std::string>
      never;  ///< "match", "resolve quiet_for", "step camera", "escalate", a branch
};
/// In order of rule name.
std::vector<RuleCoverage> coverage_of(const rules::RuleSet& rules,
                                      const std::vector<TestOutcome>& outcomes,
                                      const BranchTally& branches);

}  // namespace tocsin::app
