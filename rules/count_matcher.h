#pragma once
/// The form `count`: a match when some window of length `within` that contains the arriving event
/// holds at least `at_least` events, or distinct values. Binds all kept events of the qualifying
/// window with the earliest start; a window starts at an event's ts and is closed at both ends.
///
/// Thread: the engine's. Limits: max_keys, max_events_per_window; the oldest (by ts) goes first.
/// Cost: the newest event of a key looks back over at most `at_least` values; an older one at the
/// events within `within` of it.
#include <boost/unordered/unordered_flat_map.hpp>
#include <optional>

#include "rules/kept_window.h"
#include "rules/key_table.h"
#include "rules/matching.h"

namespace tocsin::rules {

class CountMatcher {
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
    KeptWindow window;

    template <class A>
    void archive(A& a) {
      a(window);
    }
  };
  /// How many events or distinct values a moving window holds.
  class Tally {
   public:
    explicit Tally(bool distinct) : distinct_(distinct) {}
    void clear();
    void add(const KeptEntry& entry);
    void remove(const KeptEntry& entry);
    std::size_t size() const { return distinct_ ? values_.size() : events_; }

   private:
    bool distinct_;
    std::size_t events_ = 0;
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> values_;
  };
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  std::optional<Range> qualifying(std::span<const KeptEntry> entries, std::size_t arrived,
                                  const CountForm& form, Timestamp now);
  bool newest_qualifies(std::span<const KeptEntry> entries, std::size_t begin,
                        const CountForm& form, Timestamp now, Tally& tally) const;

  KeyTable<State> table_;
  Tally events_{false};
  Tally values_{true};
};

}  // namespace tocsin::rules
