#pragma once
/// The form `all`: a match when events bind all steps, in any order, with their ts within `within`
/// of each other and the join true. Per step and key the newest `keep` candidates by (ts, log
/// position) are kept. The arriving event is always part of the match: bound to its first possible
/// step; the other steps, in order, take the newest candidate with which the rest can still be
/// bound.
///
/// Thread: the engine's. Limits: max_keys, keep, kMaxCombinations per search, each counted.
#include <array>

#include "rules/kept_window.h"
#include "rules/key_table.h"
#include "rules/matching.h"

namespace tocsin::rules {

/// Bindings one search may try before it is cut: a join over many steps is exponential. At 8
/// candidates that is all of 6 steps; deeper joins are cut only if nearly nothing joins.
inline constexpr std::uint32_t kMaxCombinations = 65'536;

class AllMatcher {
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
    std::vector<KeptWindow> steps;

    template <class A>
    void archive(A& a) {
      a(steps);
    }
  };
  class Search;

  void keep(State& state, const Question& question, Arrival& arrival, MatchContext& context) const;

  KeyTable<State> table_;
};

}  // namespace tocsin::rules
