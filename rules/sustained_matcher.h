#pragma once
/// The form `sustained`: a condition that holds for a time. A run begins with the first sample that
/// holds and ends with one that breaks; the time between its samples (by ts) counts if it is at
/// most max_gap, and so does the time since the newest one. When the counted time reaches `for`,
/// the run is a match, by timer. Binds the start sample and the newest one that held.
///
/// A sample older than the newest one of its run moves no time: it counts as a sample, no more.
/// One older than a sample that broke the condition begins none. A run that is a match already and
/// whose alert is gone matches again with its next sample that holds.
///
/// Thread: the engine's. Limits: max_keys; a run without a sample for a day is forgotten. State:
/// one run per key, whatever its length; a sample that does not hold leaves nothing behind where
/// there is no run.
#include <memory>
#include <string>

#include "rules/key_table.h"
#include "rules/matching.h"

namespace tocsin::rules {

struct SustainedMatch {
  std::string key;
  std::string identity;
  Bound start;
  Bound newest;
};

class SustainedMatcher {
 public:
  /// Never a match at once. context.condition says what became of the key.
  bool on_arrival(const Question& question, Arrival& arrival, MatchContext& context,
                  const std::vector<Bound>* bound);
  /// The timer of a run is due.
  static SustainedMatch decide(Timer& timer);
  /// Whether a sample contributes to the alert of its key: it holds. Of the event that is shown.
  static bool contributes(const Held& held, MatchContext& context);
  void discard(KeyView identity) { table_.discard(identity); }
  void retune(MatchContext& context, Timestamp now);
  std::size_t keys() const { return table_.size(); }
  static constexpr std::size_t state_bytes() { return sizeof(State); }
  static constexpr std::size_t run_bytes() { return sizeof(Run); }

  template <class A>
  void archive(A& a) {
    a(table_);
  }

 private:
  enum class Said : std::uint8_t { nothing, holds, breaks, error };
  struct Sample {
    KeptRef event;  ///< if it is kept: it holds, or may be judged again
    EventTypeId type{};
    Timestamp ts{};  ///< of the sample, or of what made it be judged again
    Timestamp arr{};
    Said said{};
  };
  struct Run : TimerOwner {
    Run(const Question& question, Sample first, MatchContext& context);
    Run(KeyView of, TimerQueue& in, const RuleOrder& rule);
    ~Run() { timers.clear(timer); }

    std::string identity;
    KeptRef start;
    KeptRef newest;         ///< that held
    Timestamp newest_ts{};  ///< of any sample
    Timestamp newest_arr{};
    Duration counted{};  ///< up to newest_ts
    std::uint32_t samples = 0;
    bool matched = false;
    TimerQueue& timers;
    Timer timer{this, TimerPhase::match};

    template <class A>
    void archive(A& a) {
      a(identity, start, newest, newest_ts, newest_arr, counted, samples, matched, timer);
    }
  };
  struct State : KeyState {
    std::unique_ptr<Run> run;
    Timestamp broken = Timestamp::min();  ///< ts of the newest sample that broke
    KeptRef sample;                       ///< the newest, for also_on

    template <class A>
    void archive(A& a) {
      bool any = run != nullptr;
      a(any, broken, sample);
      if (!any) return;
      if constexpr (A::kReads) run = std::make_unique<Run>(key_view(), a.timers, *a.order);
      a(*run);
    }
  };

  State* living(KeyView key, Timestamp now);
  static Said judge(const Pattern::Alternative& alternative, MatchContext& context);
  const Pattern::Alternative* remembered(const State* state, const Event& event,
                                         MatchContext& context) const;
  static void take(State& state, const Question& question, const Sample& sample,
                   MatchContext& context);
  static void add(Run& run, const Sample& sample, const SustainedForm& form);
  static void schedule(Run& run, const SustainedForm& form, Timestamp now);
  static void settle(State& state, const Sample& sample, MatchContext& context);
  static void keep_until(State& state, Timestamp seen, Duration lateness,
                         const SustainedForm& form);

  KeyTable<State> table_;
};

}  // namespace tocsin::rules
