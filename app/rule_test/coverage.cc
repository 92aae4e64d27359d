#include "app/rule_test/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

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

BranchTally::BranchTally(const std::vector<rules::WatchedCondition>& conditions)
    : conditions_(conditions) {
  for (const rules::WatchedCondition& condition : conditions_) {
    for (std::size_t i = 0; i < condition.places.size(); ++i) {
      const auto& [line, col] = condition.places[i];
      seen_[condition.rule][{condition.file, line, col, (*condition.branches)[i].text}];
    }
  }
}

void BranchTally::begin() const {
  for (const rules::WatchedCondition& condition : conditions_) {
    for (cel::Branch& branch : *condition.branches) branch.was_true = branch.was_false = false;
  }
}

void BranchTally::end(const std::string& rule) {
  for (const rules::WatchedCondition& condition : conditions_) {
    if (condition.rule != rule) continue;
    for (std::size_t i = 0; i < condition.places.size(); ++i) {
      const auto& [line, col] = condition.places[i];
      const cel::Branch& branch = (*condition.branches)[i];
      Seen& seen = seen_[rule][{condition.file, line, col, branch.text}];
      seen.was_true = seen.was_true || branch.was_true;
      seen.was_false = seen.was_false || branch.was_false;
    }
  }
}

std::vector<std::string> BranchTally::never(const std::string& rule) const {
  std::vector<std::string> never;
  const auto places = seen_.find(rule);
  if (places == seen_.end()) return never;
  for (const auto& [place, seen] : places->second) {
    if (seen.was_true && seen.was_false) continue;
    const char* const what = seen.was_true    ? "was never false"
                             : seen.was_false ? "was never true"
                                              : "was never evaluated";
    never.push_back(
        fmt::format("{}:{}:{}: '{}' {}", place.file, place.line, place.col, place.text, what));
  }
  return never;
}

std::vector<RuleCoverage> coverage_of(const rules::RuleSet& rules,
                                      const std::vector<TestOutcome>& outcomes,
                                      const BranchTally& branches) {
  std::vector<RuleCoverage> all;
  for (const rules::Rule& rule : rules.rules) {
    if (std::holds_alternative<rules::RollUpForm>(rule.form)) continue;  // its child's tests
    const Reached reached = reached_by(rule.name, outcomes);
    std::vector<std::string> never = never_reached(rule, reached);
    std::ranges::move(branches.never(rule.name), std::back_inserter(never));
    all.push_back({rule.name, reached.tests, std::move(never)});
  }
  return all;
}

}  // namespace tocsin::app
