#pragma once
/// The form `roll_up`: the alerts of one rule, its children, gathered by place. An opening is a
/// match when so many firing children have opened within `within`, or so large a share of the
/// registered population of the place. It binds those children.
///
/// Thread: the engine's. Limits: the children are open alerts, bounded by their rule.
#include <map>
#include <string>
#include <vector>

#include "rules/matching.h"

namespace tocsin::rules {

class RollUpMatcher {
 public:
  bool on_arrival(const Question& question, Arrival& arrival, MatchContext& context,
                  std::vector<Bound>* bound);
  void discard(KeyView) const {}  // the children go on firing
  void retune(MatchContext&, Timestamp) const {}
  std::size_t keys() const { return places_.size(); }

  /// Whether the firing children of a place, whenever they opened, are fewer than it takes.
  bool is_below(KeyView place, MatchContext& context) const;
  /// Keys of the firing children of a place, in order.
  std::vector<std::string> children(KeyView place) const;

  static bool is_opening(const Event& event);
  static constexpr std::size_t state_bytes() { return sizeof(Place); }
  /// A child, with the links of a red-black tree.
  static constexpr std::size_t child_bytes() {
    return sizeof(Children::value_type) + 4 * sizeof(void*);
  }

  template <class A>
  void archive(A& a) {
    places_.archive(a);
  }

 private:
  using Children = std::map<std::string, KeptRef>;  ///< by key of the alert: its opening
  struct Place : Keyed {
    Children firing;

    template <class A>
    void archive(A& a) {
      a(firing);
    }
  };
  static std::size_t needed(const Children& firing, MatchContext& context);

  KeyedPool<Place> places_;
  std::string child_;
};

}  // namespace tocsin::rules
