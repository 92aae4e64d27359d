#pragma once
/// The form `aggregate`: one number made of the events of a sliding window, against a threshold.
/// Decided on each arrival over the kept events with ts in (newest ts - window, newest ts]; an
/// event outside of it decides nothing. Binds the events of the window.
///
/// Thread: the engine's. Limits: max_keys, max_events_per_window; the oldest (by ts) goes first.
/// Cost: every event of the window is looked at, in order of (ts, log position), so that a sum is
/// the same whatever order they came in.
#include "rules/kept_window.h"
#include "rules/key_table.h"
#include "rules/matching.h"

namespace tocsin::rules {

class AggregateMatcher {
 public:
  bool on_arrival(const Question& question, Arrival& arrival, MatchContext& context,
                  std::vector<Bound>* bound);
  void discard(KeyView identity) { table_.discard(identity); }
  void retune(MatchContext& context, Timestamp now);
  std::size_t keys() const { return table_.size(); }
  static constexpr std::size_t state_bytes() { return sizeof(State); }

  template <class A>
  void archive(A& a) {
    a(table_);
  }

 private:
  struct State : KeyState {
    KeptWindow window;  ///< KeptEntry::value holds the bits of a double

    template <class A>
    void archive(A& a) {
      a(window);
    }
  };

  void choose(std::span<const KeptEntry> entries, Duration window, Timestamp now);
  bool decide(const AggregateForm& form, MatchContext& context);
  double result(const AggregateForm& form);

  KeyTable<State> table_;
  std::vector<const KeptEntry*> chosen_;  ///< of the window under way, oldest first
  std::vector<double> values_;            ///< of them
};

}  // namespace tocsin::rules
