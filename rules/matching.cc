#include "rules/matching.h"

#include <array>
#include <cmath>

#include "rules/latest_cells.h"

namespace tocsin::rules {

const Pattern::Alternative* alternative_for(const Pattern& pattern, EventTypeId type) {
  for (const Pattern::Alternative& alternative : pattern.alternatives) {
    if (alternative.type == type) return &alternative;
  }
  return nullptr;
}

namespace {

struct Steps {
  std::size_t operator()(const EventForm&) const { return 1; }
  std::size_t operator()(const CountForm&) const { return 1; }
  std::size_t operator()(const AllForm& form) const { return form.steps.size(); }
  std::size_t operator()(const SequenceForm& form) const { return form.steps.size(); }
  std::size_t operator()(const AggregateForm&) const { return 1; }
  std::size_t operator()(const SustainedForm&) const { return 1; }
  std::size_t operator()(const RollUpForm&) const { return 1; }
  std::size_t operator()(const SilenceForm&) const { return 1; }
};

struct PatternOf {
  std::size_t step;
  const Pattern& operator()(const EventForm& form) const { return form.pattern; }
  const Pattern& operator()(const CountForm& form) const { return form.pattern; }
  const Pattern& operator()(const AllForm& form) const { return form.steps[step].pattern; }
  const Pattern& operator()(const SequenceForm& form) const {
    return step < form.steps.size() ? form.steps[step].pattern : *form.until;
  }
  const Pattern& operator()(const AggregateForm& form) const { return form.pattern; }
  const Pattern& operator()(const SustainedForm& form) const {
    return step == 0 ? form.pattern : *form.also_on;
  }
  const Pattern& operator()(const RollUpForm& form) const { return form.pattern; }
  const Pattern& operator()(const SilenceForm& form) const { return form.signs; }
};

}  // namespace

std::size_t step_count(const Form& form) { return std::visit(Steps{}, form); }
std::size_t pattern_count(const Form& form) {
  const auto* const sequence = std::get_if<SequenceForm>(&form);
  const auto* const sustained = std::get_if<SustainedForm>(&form);
  const bool more = sequence != nullptr    ? sequence->until.has_value()
                    : sustained != nullptr ? sustained->also_on.has_value()
                                           : false;
  return step_count(form) + (more ? 1 : 0);
}
const Absence* absence_of(const Form& form) {
  const auto* const sequence = std::get_if<SequenceForm>(&form);
  return sequence != nullptr && sequence->absent ? &*sequence->absent : nullptr;
}
const Pattern& pattern_of(const Form& form, std::size_t step) {
  return std::visit(PatternOf{step}, form);
}

Truth truth_of(const cel::Program& condition, MatchContext& context) {
  const auto unread = if_missing(context.rule, condition, context.missing);
  const Truth truth = unread ? *unread : context.evaluation.test(condition);
  if (truth == Truth::error) {
    context.notes.error(unread ? cel::EvalError::no_such_field : context.evaluation.last_error());
  }
  return truth;
}

std::optional<double> measure(const Pattern::Alternative& alternative, Evaluation& evaluation,
                              RuleNotes& notes) {
  if (alternative.value.empty()) return 1;
  const cel::Outcome outcome = evaluation.value(alternative.value);
  if (outcome.error) {
    notes.error(*outcome.error);
    return std::nullopt;
  }
  const double number = number_of(outcome.value);
  if (std::isfinite(number)) return number;
  notes.error(cel::EvalError::bad_conversion);
  return std::nullopt;
}

namespace {

std::uint32_t show_latest(const KeptEvent& event, const Pattern::Alternative& alternative,
                          MatchContext& context) {
  if (context.rule.latest.empty()) return 0;
  std::string key;
  for (const std::uint16_t slot : alternative.key_slots) append_key(key, event.slot(slot));
  return context.latest.show({key, hash_key(key)}, event.ts(), event.arr(), context.rule,
                             context.evaluation);
}

}  // namespace

const Pattern::Alternative* test_again(const KeptEvent& event, const Pattern& pattern,
                                       MatchContext& context) {
  const Pattern::Alternative* const alternative = alternative_for(pattern, event.type());
  if (alternative == nullptr) return nullptr;
  std::array<Value, kMaxSlots> key{};
  for (std::size_t i = 0; i < alternative->key_slots.size() && i < key.size(); ++i) {
    key[i] = event.slot(alternative->key_slots[i]);
  }
  context.evaluation.set_event(event);
  context.evaluation.set_key(key.data());
  context.missing = show_latest(event, *alternative, context);
  return truth_of(alternative->where, context) == Truth::yes ? alternative : nullptr;
}

}  // namespace tocsin::rules
