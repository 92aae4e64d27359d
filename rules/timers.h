#pragma once
/// Timers in one order that depends on nothing but the rules and the events:
///
///     deadline, level, rule, key bytes, kind of alert, resolve before match before update,
///     creation
///
/// Creation is when it was first set: what was put off keeps its place among its equals.
///
/// A binary heap of intrusive timers: an owner embeds its timers, moving one costs O(log n),
/// removing one leaves nothing behind. A deadline that moves later is only noted and settled when
/// it comes to the top, so an event that keeps an alert open costs nothing here.
///
/// Thread: the engine's. Lifetime: a timer is cleared before its owner dies.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/alert.h"
#include "core/time.h"
#include "rules/keyed.h"

namespace tocsin::rules {

/// A rule's place in every order; follows the bundle in force.
struct RuleOrder {
  std::uint32_t level = 0;
  std::uint32_t rule = 0;  ///< index in the bundle: the order of names
};

/// Base of what timers belong to.
struct TimerOwner : Keyed {
  const RuleOrder* order = nullptr;
  AlertKind kind = AlertKind::rule;
};

enum class TimerPhase : std::uint8_t { resolve, match, update };

struct Timer {
  Timer(TimerOwner* of, TimerPhase does) : owner(of), phase(does) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  bool is_set() const { return position != kIdle; }

  static constexpr std::size_t kIdle = static_cast<std::size_t>(-1);
  TimerOwner* owner;
  Timestamp due{};
  std::uint64_t created = 0;
  std::size_t position = kIdle;  // in the heap
  TimerPhase phase;
};

class TimerQueue {
 public:
  /// Sets or moves the timer.
  void set(Timer& timer, Timestamp due);
  void clear(Timer& timer);
  /// Clears all of them: afterwards their owners may die in any order.
  void clear_all();

  std::optional<Timestamp> next();
  /// The first timer due at or before `now`, taken off; nullptr: none.
  Timer* take(Timestamp now);
  /// The same, if its rule is of that level or below.
  Timer* take(Timestamp now, std::uint32_t level);

  /// As it was in a queue that is gone: set for `due`, if it was set, created as then.
  void restore(Timer& timer, std::optional<Timestamp> due, std::uint64_t created);

  /// After rules changed their order.
  void reorder();
  std::size_t size() const { return heap_.size(); }

 private:
  struct Node {
    Timestamp queued{};  // at most timer->due
    Timer* timer = nullptr;
  };
  static bool before(const Node& a, const Node& b);
  void put(std::size_t position, Node node);
  void sift_up(std::size_t position);
  void sift_down(std::size_t position);
  void settle_top();

  std::vector<Node> heap_;
  std::uint64_t created_ = 0;
};

}  // namespace tocsin::rules
