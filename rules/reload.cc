// Engine::reload: which state goes on under the new bundle (docs/rules.md, "Changing rules").
#include <algorithm>
#include <string_view>
#include <tuple>

#include "rules/engine_state.h"

namespace tocsin::rules {
namespace {

using States = std::vector<std::unique_ptr<RuleState>>;

auto find_rule(States& states, std::string_view name) {
  return std::ranges::find_if(states, [&](const auto& s) { return s->rule().name == name; });
}

// Lateness is part of how long every form keeps an event.
bool lateness_differs(const RuleSet& before, const RuleSet& after) {
  return !std::ranges::equal(before.type_settings, after.type_settings, {}, &TypeSettings::lateness,
                             &TypeSettings::lateness);
}

// One rule of the new bundle: takes over what `old` has of it.
std::unique_ptr<RuleState> carry_over(const Rule& rule, RuleOrder order, States& old,
                                      bool test_again, Turn& turn) {
  const auto at = find_rule(old, rule.name);
  const auto begin = [&](const RuleCounters& counters) {
    auto state = std::make_unique<RuleState>(rule, order, counters);
    state->watch(turn);
    return state;
  };
  if (at == old.end()) return begin({});
  std::unique_ptr<RuleState> state = std::move(*at);
  old.erase(at);
  if (!continues(state->rule(), rule)) {
    state->resolve_all(Reason::rule_changed, turn);
    return begin(state->counters());
  }
  const bool edited = state->rule().version != rule.version;
  state->adopt(rule, order);
  if (edited || test_again) state->retune(turn);
  return state;
}

// All revisions of a swap have the same `at`: by level, rule, key.
void sort_revisions(std::vector<AlertRevision>& out, std::size_t first, const RuleSet& before,
                    const RuleSet& after) {
  const auto level = [&](std::string_view name) {
    for (const RuleSet* set : {&after, &before}) {
      const auto at = std::ranges::find(set->rules, name, &Rule::name);
      if (at != set->rules.end()) return at->level;
    }
    return 0u;
  };
  const auto order = [&](const AlertRevision& revision) {
    std::string key;
    for (const NamedValue& value : revision.key) append_key(key, value.second.view());
    return std::tuple(level(revision.rule), std::string_view(revision.rule), std::move(key));
  };
  std::stable_sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                   [&](const auto& a, const auto& b) { return order(a) < order(b); });
}

}  // namespace

void Engine::reload(std::shared_ptr<const RuleSet> rules, Timestamp at,
                    std::vector<AlertRevision>& out) {
  advance(at, out);
  const std::size_t first = out.size();
  State& s = *state_;
  const std::shared_ptr<const RuleSet> before = std::exchange(s.rules, std::move(rules));
  s.evaluation.set_calendars(s.rules->calendars);
  const bool test_again = lateness_differs(*before, *s.rules);
  States old = std::exchange(s.states, {});
  Turn turn = s.turn(s.now, out);
  for (std::uint32_t i = 0; i < s.rules->rules.size(); ++i) {
    const Rule& rule = s.rules->rules[i];
    s.states.push_back(carry_over(rule, {rule.level, i}, old, test_again, turn));
  }
  for (const auto& removed : old) removed->resolve_all(Reason::rule_removed, turn);
  old.clear();  // their timers must not fire any more
  s.timers.reorder();
  s.index_rules();
  s.fire_due(s.now, out);
  sort_revisions(out, first, *before, *s.rules);
}

}  // namespace tocsin::rules
