#pragma once
/// RuleState: one rule at work: its form's state per key, its open episodes, its counters. Brings
/// form and episodes together; knows nothing of other rules.
///
/// Path: Engine -> RuleState -> form, EpisodeBook -> revisions. Thread: the engine's. Addresses are
/// stable: timers and the type index point here.
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/command.h"
#include "rules/aggregate_matcher.h"
#include "rules/all_matcher.h"
#include "rules/count_matcher.h"
#include "rules/episode.h"
#include "rules/event_matcher.h"
#include "rules/latest_cells.h"
#include "rules/roll_up_matcher.h"
#include "rules/rule_health.h"
#include "rules/sequence_matcher.h"
#include "rules/silence_matcher.h"
#include "rules/sustained_matcher.h"

namespace tocsin::rules {

using Matcher = std::variant<EventMatcher, CountMatcher, AllMatcher, SequenceMatcher,
                             AggregateMatcher, SustainedMatcher, SilenceMatcher, RollUpMatcher>;

class RuleState;
struct ChildOrder;

/// What a rule does with events of one type.
struct Use {
  RuleState* rule = nullptr;
  const Pattern::Alternative* resolves = nullptr;  ///< of `or_event`
  const Pattern::Alternative* cancels = nullptr;   ///< of `absent`
  std::vector<Held> steps;                         ///< steps, and `until`, the type may satisfy
  std::vector<Held> latest;                        ///< cells it may fill, as steps
};

class RuleState {
 public:
  RuleState(const Rule& rule, RuleOrder order, const RuleCounters& counted);
  RuleState(const RuleState&) = delete;
  RuleState& operator=(const RuleState&) = delete;

  const Rule& rule() const { return *rule_; }
  const RuleOrder& order() const { return order_; }
  const RuleCounters& counters() const { return counters_; }

  /// How it uses the types that it names.
  std::map<EventTypeId, Use> uses();

  /// An event of a type it uses, not a transport duplicate.
  void meet(const Use& use, Arrival& arrival, Turn& turn);
  /// A timer of one of its episodes, or of its form, is due at turn.at.
  void fire(Timer& timer, Turn& turn);
  /// A gateway came back.
  void resume(std::string_view gateway, Turn& turn);
  /// The engine was away: see Engine::outage.
  void postpone(Timestamp down, Timestamp up, Timestamp at, Turn& turn);

  /// Who `silence` watches: at the engine's start, under a new registry, for a new rule.
  void watch(Turn& turn);
  /// The stream ended: nobody can be heard any more, so nobody is silent; or it goes on.
  void stop_watching(TimerQueue& timers);
  void go_on_watching(Turn& turn);

  /// Goes on under an edited or unchanged rule that it may continue with (continues()).
  void adopt(const Rule& rule, RuleOrder order);
  /// Starts anew under a rule of another structure; what is open goes on (carries()).
  void renew(const Rule& rule, RuleOrder order);
  /// After adopting an edited rule: tests kept events again, sets deadlines again.
  void retune(Turn& turn);
  /// The open alert of an identity; nullptr: none.
  const Episode* find_alert(KeyView identity) const { return episodes_.find(identity); }
  /// One of its alerts may have another parent than before.
  void look_up(const ChildOrder& order, Turn& turn);
  /// Resolves the alerts that the command names; returns how many.
  std::size_t close(const CloseCommand& command, Turn& turn);
  /// Resolves all alerts, in order of key.
  void resolve_all(Reason reason, Turn& turn);

  template <class A>
  void archive(A& a) {
    if constexpr (A::kReads) a.order = &order_;
    a(counters_);
    std::visit([&](auto& form) { form.archive(a); }, matcher_);
    a(latest_, episodes_, health_);
  }

 private:
  bool resolve_by_event(const Use& use, Arrival& arrival, Turn& turn);
  void take_back(const Use& use, Arrival& arrival, Turn& turn);
  void match(const Use& use, Arrival& arrival, Turn& turn);
  void match_later(Timer& timer, Turn& turn);
  void match_absence(Timer& timer, Turn& turn);
  void match_sustained(Timer& timer, Turn& turn);
  Episode* open_later(KeyView identity, const std::vector<Bound>& bound, const Opening& opening,
                      Turn& turn);
  void keep_latest(const Use& use, Arrival& arrival, Turn& turn);
  void show_latest(const Event& event, Turn& turn);
  Truth test(const cel::Program& condition, Turn& turn);
  bool judged_again(const Use& use) const;
  void match_silence(SilenceMatcher& silence, Turn& turn);
  void hear(SilenceMatcher& silence, const Event& event, Turn& turn);
  void leave(KeyView identity, std::uint32_t alert, Reason reason, Turn& turn);
  KeyView identity_of(std::string_view key);
  bool contributes_again(const Held& first, Turn& turn);
  bool keyed(const Pattern::Alternative& alternative, const Event& event);
  std::span<const Held> test_steps(const Use& use, const Event& event, Turn& turn);
  void meet_key(const Held& first, Arrival& arrival, Turn& turn);
  void make_keys(const Pattern::Alternative& alternative, const Event& event);
  void note_condition(Episode& episode, Condition condition, Turn& turn);
  void make_room(Turn& turn);
  void follow(Episode& episode, const Held& first, Arrival& arrival, MatchContext& with,
              Turn& turn);
  void order_children(const Episode& parent, Turn& turn);
  void end_below_threshold(Turn& turn);
  MatchContext context(Turn& turn);
  bool contributes(const Held& first) const { return first.step < step_count(rule_->form); }
  void show_event(const Event& event, Turn& turn);
  void show_event(const KeptEvent& event, const Pattern& pattern, Turn& turn);
  void count_outcome(bool matched);
  void resolve(Episode& episode, Reason reason, Turn& turn);
  bool is_named(const Episode& episode, const CloseCommand& command) const;
  void announce(std::size_t mark, std::uint64_t opener, Turn& turn);

  const Rule* rule_;
  RuleOrder order_;
  RuleCounters counters_;
  RuleNotes notes_{counters_};
  Matcher matcher_;
  LatestCells latest_;
  EpisodeBook episodes_{order_, counters_, notes_, latest_};
  RuleHealth health_{order_, counters_, notes_};

  // Reused per event.
  std::vector<Value> key_values_;
  std::vector<std::uint16_t> identity_slots_;
  std::string key_bytes_;
  std::string identity_bytes_;
  KeyView key_;
  KeyView identity_;
  std::vector<Held> held_;
  std::vector<Bound> bound_;
  std::uint32_t missing_ = 0;  // of the cells of `latest`, a bit each
};

/// Whether the state of `before` can go on under `after`: the edit is no structural one.
bool continues(const Rule& before, const Rule& after);
/// Whether, if it cannot, its open alerts go on all the same: `carry: firing`.
bool carries(const Rule& before, const Rule& after);

}  // namespace tocsin::rules
