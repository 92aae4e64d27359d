#pragma once
/// RuleHealth: a rule that says when it does not work. Two alerts per rule, without a key:
///
///     rule.error  its evaluation failed at 3 events or timers within 10 minutes of engine time
///     rule.limit  a limit dropped something
///
/// and each resolves 10 minutes after it last happened.
///
/// Each opens once and is resolved once; `count` is the number of events and timers
/// that failed (one, however many expressions failed at it), or of things dropped.
/// Path: RuleNotes -> RuleHealth -> AlertRevision. Thread: the engine's.
#include <deque>
#include <memory>

#include "rules/episode.h"

namespace tocsin::rules {

class RuleHealth {
 public:
  RuleHealth(const RuleOrder& order, RuleCounters& counters, RuleNotes& notes)
      : order_(order), counters_(counters), notes_(notes) {}

  void adopt(const Rule& rule) { rule_ = &rule; }

  /// Turns the notes taken since the last call into alerts. `mark`: where in turn.out the rule's
  /// revisions of this moment begin; these alerts have the empty key and so come first.
  void announce(std::size_t mark, std::uint64_t opener, Turn& turn);
  /// Resolves the alert of that id, if it is one of these; returns how many.
  std::size_t close(std::string_view alert_id, Turn& turn);
  /// Resolves what is open of `kind`.
  void resolve(AlertKind kind, Reason reason, Turn& turn);

  template <class A>
  void archive(A& a) {
    a(failures_);
    for (const AlertKind kind : {AlertKind::rule_error, AlertKind::rule_limit}) {
      std::unique_ptr<Episode>& episode = slot(kind);
      bool any = episode != nullptr;
      a(any);
      if (!any) continue;
      if constexpr (A::kReads) episode = std::make_unique<Episode>(order_);
      a(*episode);
    }
  }

 private:
  bool fails_often(Timestamp now) const;
  void raise(AlertKind kind, Severity severity, std::uint32_t more, std::uint64_t opener,
             Turn& turn);
  void publish(Episode& episode, AlertState state, Reason reason, Turn& turn);
  LocalText notice(AlertKind kind) const;
  std::unique_ptr<Episode>& slot(AlertKind kind) {
    return kind == AlertKind::rule_error ? error_ : limit_;
  }

  const Rule* rule_ = nullptr;
  const RuleOrder& order_;
  RuleCounters& counters_;
  RuleNotes& notes_;
  std::deque<Timestamp> failures_;  // the newest kFailuresForAlert
  std::unique_ptr<Episode> error_;
  std::unique_ptr<Episode> limit_;
};

}  // namespace tocsin::rules
