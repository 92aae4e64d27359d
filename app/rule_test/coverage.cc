#include "app/rule_test/coverage.h"

#include <algorithm>

namespace tocsin::app {
namespace {

struct Reached {
  std::size_t tests = 0;
  rules::RuleCounters counters;
  std::vector<Reason> reasons;

  bool saw(Reason reason) const { return std::ranges::find(reasons, reason) != reasons.end(); }
};

Reached reached_by(const std::string& rule, const std::vector<TestOutcome>& outcomes) {
  Reached sum;
  for (const TestOutcome& outcome : outcomes) {
    if (outcome.test->rule != rule) continue;
    ++sum.tests;
    sum.counters.matches += outcome.counters.matches;
    for (std::size_t i = 0; i < rules::kMaxSteps; ++i) {
      sum.counters.step_bound[i] += outcome.counters.step_bound[i];
    }
    sum.reasons.insert(sum.reasons.end(), outcome.reasons.begin(), outcome.reasons.end());
  }
  return sum;
}

std::vector<std::string> never_reached(const rules::Rule& rule, const Reached& reached) {
  std::vector<std::string> never;
  const auto want = [&](bool declared, bool seen, const std::string& name) {
    if (declared && !seen) never.push_back(name);
  };
  const rules::Resolve& resolve = rule.alert.resolve;
  want(true, reached.counters.matches > 0, "match");
  want(resolve.quiet_for.has_value(), reached.saw(Reason::quiet), "resolve quiet_for");
  want(resolve.or_event.has_value(), reached.saw(Reason::or_event), "resolve or_event");
  want(resolve.after.has_value(), reached.saw(Reason::after), "resolve after");
  want(resolve.breaks_for.has_value(), reached.saw(Reason::breaks), "resolve breaks_for");
  want(resolve.on_first_event, reached.saw(Reason::on_first_event), "resolve on_first_event");
  const auto* const sequence = std::get_if<rules::SequenceForm>(&rule.form);
  want(sequence != nullptr && sequence->absent, reached.saw(Reason::retracted_late),
       "resolve retracted_late");
  want(rule.rolled_up.has_value(), reached.saw(Reason::below_threshold), "roll_up");
  want(!rule.alert.escalate.empty(), reached.saw(Reason::escalated), "escalate");
  if (const auto* steps = rules::named_steps(rule.form)) {
    for (std::size_t i = 0; i < steps->size(); ++i) {
      want(true, reached.counters.step_bound[i] > 0, "step " + (*steps)[i].name);
    }
  }
  return never;
}

}  // namespace

std::vector<RuleCoverage> coverage_of(const rules::RuleSet& rules,
                                      const std::vector<TestOutcome>& outcomes) {
  std::vector<RuleCoverage> all;
  for (const rules::Rule& rule : rules.rules) {
    if (std::holds_alternative<rules::RollUpForm>(rule.form)) continue;  // its child's tests
    const Reached reached = reached_by(rule.name, outcomes);
    all.push_back({rule.name, reached.tests, never_reached(rule, reached)});
  }
  return all;
}

}  // namespace tocsin::app
