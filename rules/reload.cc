// Engine::reload: which state goes on under the new bundle (docs/rules.md, "Changing rules").
#include <algorithm>
#include <string_view>
#include <tuple>

#include "rules/engine_state.h"

namespace tocsin::rules {
namespace {

using States = std::vector<std::unique_ptr<RuleState>>;

auto find_state(States& states, std::string_view name) {
  return std::ranges::find_if(states, [&](const auto& s) { return s->rule().name == name; });
}

// Lateness is part of how long every form keeps an event.
bool lateness_differs(const RuleSet& before, const RuleSet& after) {
  return !std::ranges::equal(before.type_settings, after.type_settings, {}, &TypeSettings::lateness,
                             &TypeSettings::lateness);
}

const Rule* find_rule(const RuleSet& rules, std::string_view name) {
  const auto at = std::ranges::lower_bound(rules.rules, name, {}, &Rule::name);
  return at != rules.rules.end() && at->name == name ? &*at : nullptr;
}

// Of the rules that do not go on, while their events are still numbered as they know them.
void resolve_ended(const States& old, const RuleSet& after, Turn& turn) {
  for (const auto& state : old) {
    const Rule* const rule = find_rule(after, state->rule().name);
    if (rule == nullptr) {
      state->resolve_all(Reason::rule_removed, turn);
    } else if (!continues(state->rule(), *rule) && !carries(state->rule(), *rule)) {
      state->resolve_all(Reason::rule_changed, turn);
    }
  }
}

// One rule of the new bundle: takes over what `old` has of it.
std::unique_ptr<RuleState> carry_over(const Rule& rule, RuleOrder order, States& old,
                                      bool test_again, Turn& turn) {
  const auto at = find_state(old, rule.name);
  const auto begin = [&](const RuleCounters& counters) {
    auto state = std::make_unique<RuleState>(rule, order, counters);
    state->watch(turn);
    return state;
  };
  if (at == old.end()) return begin({});
  std::unique_ptr<RuleState> state = std::move(*at);
  old.erase(at);
  const bool same = continues(state->rule(), rule);
  if (!same && !carries(state->rule(), rule)) {
    return begin(state->counters());
  }
  const bool edited = state->rule().version != rule.version;
  same ? state->adopt(rule, order) : state->renew(rule, order);
  if (edited || test_again) state->retune(turn);
  return state;
}

}  // namespace

void sort_moment(std::vector<AlertRevision>& out, std::size_t first,
                 std::span<const RuleSet* const> sets) {
  const auto level = [&](std::string_view name) {
    for (const RuleSet* const set : sets) {
      if (const Rule* const rule = find_rule(*set, name)) return rule->level;
    }
    return 0u;
  };
  struct Placed {
    std::tuple<std::uint32_t, std::string, std::string> place;
    AlertRevision revision;
  };
  std::vector<Placed> placed;
  for (std::size_t i = first; i < out.size(); ++i) {
    std::string key;
    for (const NamedValue& value : out[i].key) append_key(key, value.second.view());
    placed.push_back({{level(out[i].rule), out[i].rule, std::move(key)}, std::move(out[i])});
  }
  std::ranges::stable_sort(placed, {}, &Placed::place);
  std::ranges::transform(placed, out.begin() + static_cast<std::ptrdiff_t>(first),
                         [](Placed& one) { return std::move(one.revision); });
}

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
  resolve_ended(old, *s.rules, turn);
  s.levels.renumber(*before, *s.rules);
  for (std::uint32_t i = 0; i < s.rules->rules.size(); ++i) {
    const Rule& rule = s.rules->rules[i];
    s.states.push_back(carry_over(rule, {rule.level, i}, old, test_again, turn));
  }
  for (const auto& removed : old) s.removed.add(removed->counters());
  old.clear();  // their timers must not fire any more
  s.timers.reorder();
  s.index_rules();
  s.pass_levels(nullptr, turn);
  const RuleSet* const sets[] = {s.rules.get(), before.get()};
  sort_moment(out, first, sets);
}

}  // namespace tocsin::rules
