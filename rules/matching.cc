#include "rules/matching.h"

#include <array>

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
  const Pattern& operator()(const SilenceForm& form) const { return form.signs; }
};

}  // namespace

std::size_t step_count(const Form& form) { return std::visit(Steps{}, form); }
std::size_t pattern_count(const Form& form) {
  const auto* const sequence = std::get_if<SequenceForm>(&form);
  return step_count(form) + (sequence != nullptr && sequence->until ? 1 : 0);
}
const Absence* absence_of(const Form& form) {
  const auto* const sequence = std::get_if<SequenceForm>(&form);
  return sequence != nullptr && sequence->absent ? &*sequence->absent : nullptr;
}
const Pattern& pattern_of(const Form& form, std::size_t step) {
  return std::visit(PatternOf{step}, form);
}

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
  const Truth truth = context.evaluation.test(alternative->where);
  if (truth == Truth::error) context.notes.error(context.evaluation.last_error());
  return truth == Truth::yes ? alternative : nullptr;
}

}  // namespace tocsin::rules
