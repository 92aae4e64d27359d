#pragma once
/// Absences: for one key of a sequence, the completions of its steps that wait for something not
/// to happen, and the events that would have been it.
///
///     t = ts(last step)        deadline = max(t + within, arr(last step)) + lateness
///     an event with ts in [t - look_back, t + within] that arrives before the deadline cancels
///
/// Each completion waits on its own timer. At its deadline it is a match, unless the gateway whose
/// word it depends on is down and the rule holds it: then it is decided `lateness` after the
/// gateway came back, at the latest `hold_max` after the deadline, then as degraded.
///
/// Thread: the engine's. Lifetime: that of the key's state; timers are cleared when it goes.
/// Limits: `keep` pending completions, max_events_per_window events; the oldest goes first,
/// counted.
#include <memory>
#include <string>
#include <vector>

#include "rules/kept_window.h"
#include "rules/matching.h"

namespace tocsin::rules {

/// The times whose events take a match at `t` back.
struct AbsenceRange {
  Timestamp first{};
  Timestamp last{};
  bool holds(Timestamp ts) const { return first <= ts && ts <= last; }
};
AbsenceRange range_of(const Absence& absence, Timestamp t);
/// Of the types of `absent`, the longest.
Duration lateness_of(const Absence& absence, const MatchContext& context);

class Absences;

struct PendingAbsence : Timer {
  PendingAbsence(TimerOwner& of, TimerQueue& in, std::vector<Bound> by)
      : Timer(&of, TimerPhase::match), bound(std::move(by)), timers_(in) {}
  ~PendingAbsence() { timers_.clear(*this); }

  const KeptEvent& last() const { return *bound.back().event; }
  Timestamp t() const { return last().ts(); }

  std::vector<Bound> bound;  ///< by step
  Timestamp deadline{};
  Timestamp not_before = Timestamp::min();  ///< the engine was away as it became due
  std::string gateway;                      ///< empty: nobody's, taken for up
  bool held = false;                        ///< over its deadline because the gateway was down
  std::optional<Timestamp> heard = {};      ///< held, and the gateway came back: when it is decided

  template <class A>
  void archive(A& a) {
    a(bound, deadline, not_before, gateway, held, heard, static_cast<Timer&>(*this));
  }

 private:
  TimerQueue& timers_;
};

/// A completion that became a match.
struct AbsenceMatch {
  std::vector<Bound> bound;
  Timestamp t{};
  bool degraded = false;
};

class Absences : public TimerOwner {
 public:
  Absences(KeyView of, KeyView of_identity, const RuleOrder& in);
  Absences(const Absences&) = delete;
  Absences& operator=(const Absences&) = delete;

  const std::string identity;

  /// The steps are complete. Waits unless a kept event has cancelled it.
  void wait(std::vector<Bound> bound, MatchContext& context, Timestamp now);
  /// An event of `absent` arrived: cancels, and is kept for completions to come.
  void arrived(KeptEntry entry, MatchContext& context);
  /// A timer of this owner is due at `now`; nullopt: it waits on.
  std::optional<AbsenceMatch> decide(PendingAbsence& pending, MatchContext& context, Timestamp now);

  /// A gateway came back at `now`.
  void resume(std::string_view gateway, MatchContext& context, Timestamp now);
  /// The engine was away after `down` up to `up`: what was due meanwhile is decided at `at`.
  void postpone(Timestamp down, Timestamp up, Timestamp at, MatchContext& context);
  /// The rule was edited.
  void retune(MatchContext& context, Timestamp now, Duration kept_for);

  bool idle() const { return pending_.empty() && events_.empty(); }
  /// Nothing is needed after it; Timestamp::min(): nothing at all.
  Timestamp last_needed() const;

  template <class A>
  void archive(A& a) {
    a(events_);
    if constexpr (A::kReads) {
      for (std::uint32_t n = a.count(); n > 0 && a.ok(); --n) {
        auto pending = std::make_unique<PendingAbsence>(*this, a.timers, std::vector<Bound>());
        a(*pending);
        if (pending->bound.empty()) return a.fail();
        pending_.push_back(std::move(pending));
      }
    } else {
      a(static_cast<std::uint32_t>(pending_.size()));
      for (const auto& pending : pending_) a(*pending);
    }
  }

 private:
  bool cancelled(const PendingAbsence& pending, const Absence& absence, Timestamp now) const;
  void set_deadline(PendingAbsence& pending, MatchContext& context, Timestamp now) const;
  void limit(MatchContext& context);
  void forget(const PendingAbsence& pending);

  KeptWindow events_;
  std::vector<std::unique_ptr<PendingAbsence>> pending_;  // by t; the oldest first
};

}  // namespace tocsin::rules
