#pragma once
/// What a form is given and what it gives back. A form is one class with this interface:
///
///     bool on_arrival(const Question&, Arrival&, MatchContext&, std::vector<Bound>* bound);
///     void discard(KeyView identity);       // a resolve: forget the events and partials of it
///     void retune(MatchContext&, Timestamp now);  // the rule was edited: test what is kept again
///     std::size_t keys() const;
///
/// on_arrival says whether the event completes a match and, if asked, which events it binds.
/// Forms know nothing of alerts; rule_state.cc brings the two together.
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rules/evaluation.h"
#include "rules/gateways.h"
#include "rules/kept_event.h"
#include "rules/key.h"
#include "rules/notes.h"
#include "rules/rule.h"
#include "rules/timers.h"

namespace tocsin::rules {

/// The event under way; the copy that rules keep is made once, by the first that needs it.
class Arrival {
 public:
  Arrival(const Event& e, std::uint64_t fingerprint, bool repeated)
      : event(e), repeat(repeated), fingerprint_(fingerprint) {}

  const KeptRef& kept() {
    if (!kept_) kept_ = KeptRef::copy(event, fingerprint_);
    return kept_;
  }
  bool is_kept() const { return static_cast<bool>(kept_); }
  std::uint64_t fingerprint() const { return fingerprint_; }

  const Event& event;
  const bool repeat;  ///< a report repetition: only keeps an alert open

 private:
  std::uint64_t fingerprint_;
  KeptRef kept_;
};

/// A step whose condition the event satisfies.
struct Held {
  std::uint16_t step = 0;
  const Pattern::Alternative* alternative = nullptr;
  double value = 1;  ///< of the pattern's `value`
};

struct Question {
  std::span<const Held> held;  ///< not empty; in order of steps
  KeyView key;
  KeyView identity;
};

/// An event that a match bound to a step.
struct Bound {
  KeptRef event;
  std::uint16_t step = 0;

  template <class A>
  void archive(A& a) {
    a(event, step);
  }
};

/// What an event does to the condition that keeps an alert of its key alive (`breaks_for`).
enum class Condition : std::uint8_t { unchanged, holds, broken };

class LatestCells;

struct MatchContext {
  const Rule& rule;
  const RuleSet& rules;
  Evaluation& evaluation;
  RuleNotes& notes;
  const RuleOrder& order;
  TimerQueue& timers;
  const Gateways& gateways;
  const LatestCells& latest;

  // What on_arrival adds to its answer, for forms that measure.
  Condition condition = Condition::unchanged;
  std::optional<double> measured{};
  bool contributes = true;    ///< to the alert, if the event satisfied a step
  std::uint32_t missing = 0;  ///< cells of `latest` without a value, for the event that is shown

  Duration lateness(EventTypeId type) const {
    return rules.type_settings[static_cast<std::size_t>(type)].lateness;
  }
};

const Pattern::Alternative* alternative_for(const Pattern& pattern, EventTypeId type);

/// The patterns of a form's steps, in order; one for a form without steps.
std::size_t step_count(const Form& form);
/// Those of step_count(), then `until` or `also_on`. That of `absent` is not among them: its events
/// do not take part, they take back.
std::size_t pattern_count(const Form& form);
const Pattern& pattern_of(const Form& form, std::size_t step);
const Absence* absence_of(const Form& form);

/// The number `value` makes of the event that the evaluation shows; nullopt: an error, noted. What
/// is not finite is one.
std::optional<double> measure(const Pattern::Alternative& alternative, Evaluation& evaluation,
                              RuleNotes& notes);

/// A condition on the event that the evaluation shows. An error is noted.
Truth truth_of(const cel::Program& condition, MatchContext& context);

/// Whether a kept event satisfies the pattern under the rule as it is now: nullptr, or by which
/// alternative. An evaluation error refuses it. `latest.*` reads as the cells are now.
const Pattern::Alternative* test_again(const KeptEvent& event, const Pattern& pattern,
                                       MatchContext& context);

}  // namespace tocsin::rules
