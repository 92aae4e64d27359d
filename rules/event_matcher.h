#pragma once
/// The form `event`: every matching event is a match. Keeps nothing.
#include "rules/matching.h"

namespace tocsin::rules {

class EventMatcher {
 public:
  bool on_arrival(const Question& question, Arrival& arrival, MatchContext&,
                  std::vector<Bound>* bound) const {
    if (bound != nullptr) bound->push_back({arrival.kept(), question.held.front().step});
    return true;
  }
  void discard(KeyView) const {}
  void retune(MatchContext&, Timestamp) const {}
  std::size_t keys() const { return 0; }

  template <class A>
  void archive(A&) {}
};

}  // namespace tocsin::rules
