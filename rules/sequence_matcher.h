#pragma once
/// The form `sequence`: a match when events bind all steps in the order of (ts, log position);
/// with `absent`, when after that something did not happen (absences.h). The search is
/// sequence_search.h; here is what is kept per key and for how long.
///
/// Events of `until` are kept like those of the steps; none of them may lie between two events of
/// a match. A match takes the kept events of the steps with it (`reset`), or all but those of the
/// first step (`keep_anchor`).
///
/// Thread: the engine's. Limits: max_keys; max_events_per_window of `until`, and per step without
/// a join, `keep` with one; each counted.
#include "rules/absences.h"
#include "rules/key_table.h"

namespace tocsin::rules {

class SequenceMatcher {
 public:
  /// With `absent` the match comes later, from decide().
  bool on_arrival(const Question& question, Arrival& arrival, MatchContext& context,
                  std::vector<Bound>* bound);
  void discard(KeyView identity);
  void retune(MatchContext& context, Timestamp now);
  std::size_t keys() const { return table_.size(); }
  static constexpr std::size_t state_bytes() { return sizeof(State); }

  /// An event satisfies `absent`. Cancels what waits for it not to come.
  void cancel(KeyView key, KeyView identity, Arrival& arrival, MatchContext& context);
  /// A timer of phase `match` is due at `now`; nullopt: it waits on.
  std::optional<AbsenceMatch> decide(Timer& timer, MatchContext& context, Timestamp now);
  void resume(std::string_view gateway, MatchContext& context, Timestamp now);
  void postpone(Timestamp down, Timestamp up, Timestamp at, MatchContext& context);

  template <class A>
  void archive(A& a) {
    a(table_);
  }

 private:
  struct State : KeyState {
    std::vector<KeptWindow> steps;
    KeptWindow untils;
    std::unique_ptr<Absences> absences;

    void need_until(Timestamp time) { expires = std::max(expires, time); }

    template <class A>
    void archive(A& a) {
      a(steps, untils);
      bool any = absences != nullptr;
      a(any);
      if (!any) return;
      std::string identity = absences ? absences->identity : std::string();
      a(identity);
      if constexpr (A::kReads) {
        absences =
            std::make_unique<Absences>(key_view(), KeyView{identity, hash_key(identity)}, *a.order);
      }
      a(*absences);
    }
  };

  State& touch(KeyView key, KeyView identity, Timestamp now, MatchContext& context);
  static Absences& absences(State& state, KeyView identity, MatchContext& context);
  static void keep(State& state, const Question& question, Arrival& arrival, MatchContext& context);
  static void insert(State& state, std::size_t step, const KeptEntry& entry, MatchContext& context,
                     Timestamp now);
  static void take(State& state, const SequenceForm& form);
  void retune(State& state, MatchContext& context, Timestamp now);

  KeyTable<State> table_;
};

}  // namespace tocsin::rules
