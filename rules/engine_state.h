#pragma once
/// What an Engine holds. Private to engine.cc and reload.cc.
#include <memory>
#include <vector>

#include "rules/dedup.h"
#include "rules/engine.h"
#include "rules/gateways.h"
#include "rules/levels.h"
#include "rules/repetition.h"
#include "rules/rule_state.h"

namespace tocsin::rules {

struct Engine::State {
  State(std::shared_ptr<const RuleSet> set, std::shared_ptr<const Registry> registry,
        EngineOptions engine_options);
  ~State() { timers.clear_all(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void begin(Timestamp at, std::vector<AlertRevision>& out);

  // The stages of apply(), in order; see there.
  void fire_due(Timestamp now, std::vector<AlertRevision>& out);
  void enter(const Event& event);
  void judge(Event& event);
  bool is_duplicate(const Event& event);
  Verdict meet_rules(const Event& event, std::vector<AlertRevision>& out);

  // A moment, level by level: a rule meets the record, if there is one, then the alerts of the
  // levels below, then its timers that are due.
  void pass_levels(Arrival* record, Turn& moment);
  void meet(std::uint32_t level, Arrival& arrival, std::span<const Use> those, Turn& moment);
  void hear(std::uint32_t level, Turn& moment);
  void fire(std::uint32_t level, Turn& moment);
  void carry_out(const ChildOrder& order, Turn& moment);

  Turn turn(Timestamp at, std::vector<AlertRevision>& out) {
    return {at, position, *rules, evaluation, timers, gateways, levels, out};
  }
  const TypeSettings& settings(EventTypeId type) const {
    return rules->type_settings[static_cast<std::size_t>(type)];
  }

  template <class A>
  void archive(A& a) {
    a(now, position, clamped, removed, gateways, dedup, repetition);
    for (const auto& state : states) a(*state);
    a(levels);
  }

  /// Makes `uses` from `states`.
  void index_rules();

  std::shared_ptr<const RuleSet> rules;
  EngineOptions options;
  Evaluation evaluation;
  TimerQueue timers;
  Gateways gateways;
  Dedup dedup;
  Repetition repetition;
  std::vector<std::unique_ptr<RuleState>> states;  ///< by index in the bundle
  std::vector<std::vector<Use>> uses;              ///< by type; in order of (level, rule)
  std::uint32_t top_level = 0;
  Levels levels{states};
  MessageId message;  ///< of the event under way
  Timestamp now = Timestamp::min();
  std::uint64_t position = 0;  ///< of the newest event received
  std::uint64_t clamped = 0;
  RuleTotals removed;  ///< of the rules that reloads removed
};

/// Revisions of one moment from `first` on: by level, rule, key, then as they were decided.
void sort_moment(std::vector<AlertRevision>& out, std::size_t first,
                 std::span<const RuleSet* const> sets);

}  // namespace tocsin::rules
