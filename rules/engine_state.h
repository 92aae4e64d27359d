#pragma once
/// What an Engine holds. Private to engine.cc and reload.cc.
#include <memory>
#include <vector>

#include "rules/dedup.h"
#include "rules/engine.h"
#include "rules/gateways.h"
#include "rules/repetition.h"
#include "rules/rule_state.h"

namespace tocsin::rules {

struct Engine::State {
  State(std::shared_ptr<const RuleSet> set, std::shared_ptr<const Registry> registry,
        EngineOptions engine_options);

  void begin(Timestamp at, std::vector<AlertRevision>& out);

  // The stages of apply(), in order; see there.
  void fire_due(Timestamp now, std::vector<AlertRevision>& out);
  void enter(const Event& event);
  void judge(Event& event);
  bool is_duplicate(const Event& event);
  Verdict meet_rules(const Event& event, std::vector<AlertRevision>& out);

  Turn turn(Timestamp at, std::vector<AlertRevision>& out) {
    return {at, position, *rules, evaluation, timers, gateways, out};
  }
  const TypeSettings& settings(EventTypeId type) const {
    return rules->type_settings[static_cast<std::size_t>(type)];
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
  MessageId message;                               ///< of the event under way
  Timestamp now = Timestamp::min();
  std::uint64_t position = 0;  ///< of the newest event received
  std::uint64_t clamped = 0;
};

}  // namespace tocsin::rules
