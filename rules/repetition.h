#pragma once
/// Repetition: a detector that reports an ongoing alarm again and again. An event repeats if one of
/// the same type and the same `by` values has a ts within `within` of its own; each repeat carries
/// the memory on, so an alarm counts once however long it is reported.
///
/// Thread: the engine's. Limits: entries live until engine time max(ts, arr) + within + lateness.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <string>

#include "core/event.h"
#include "rules/rule.h"

namespace tocsin::rules {

class Repetition {
 public:
  /// True: a repeat. Remembers the event either way. Types without `repeat` and events without a
  /// value for some `by` field are never repeats.
  bool seen(const Event& event, const TypeSettings& settings);

  std::size_t size() const { return newest_.size(); }

  template <class A>
  void archive(A& a) {
    a(newest_, visits_);
  }

 private:
  struct Report {
    Timestamp ts{};  ///< newest of the chain
    Timestamp expires{};

    template <class A>
    void archive(A& a) {
      a(ts, expires);
    }
  };
  struct Visit {
    std::uint64_t key = 0;
    Timestamp expires{};

    template <class A>
    void archive(A& a) {
      a(key, expires);
    }
  };
  void forget(Timestamp now);

  boost::unordered_flat_map<std::uint64_t, Report> newest_;
  std::deque<Visit> visits_;
};

}  // namespace tocsin::rules
