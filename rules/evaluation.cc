#include "rules/evaluation.h"

#include <algorithm>

namespace tocsin::rules {

Evaluation::Evaluation() : memory_(std::make_unique<Memory>()) {
  host_.event = &frames_[kFrameEvent];
  reset();
}

void Evaluation::set_event(const KeptEvent& event) {
  event.expand(memory_->event);
  set_event(memory_->event.data());
}

void Evaluation::set_step(std::size_t step, const KeptEvent& event) {
  event.expand(memory_->steps[step]);
  set_step(step, memory_->steps[step].data());
}

std::span<Value> Evaluation::latest() {
  frames_[kFrameLatest] = memory_->latest.data();
  return memory_->latest;
}

void Evaluation::set_alert(const std::array<Value, kAlertVars>& vars) {
  memory_->alert = vars;
  frames_[kFrameAlert] = memory_->alert.data();
}

Truth Evaluation::test(const cel::Program& condition) {
  if (condition.empty()) return Truth::yes;
  const cel::Outcome outcome = value(condition);
  if (outcome.error) {
    last_error_ = *outcome.error;
    return Truth::error;
  }
  return outcome.value.as_bool() ? Truth::yes : Truth::no;
}

cel::Outcome Evaluation::shown(const cel::Program& program) {
  if (program.is_field()) {
    const cel::Input& field = program.reads().front().second;
    if (!frames_[field.frame][field.slot].is_set()) return {{}, cel::EvalError::no_such_field};
  }
  return value(program);
}

Value Evaluation::RuleHost::call(std::uint16_t index, std::span<const Value> args) const {
  if (index == kCallInCalendar) return Value::boolean(in_calendar(args[0].as_string()));
  return Value::boolean(adjacent(args[0].as_string(), args[1].as_string()));
}

bool Evaluation::RuleHost::adjacent(std::string_view a, std::string_view b) const {
  if (a.empty() || b.empty()) return false;  // two places that are not known are not one place
  return a == b || (registry != nullptr && registry->adjacent(a, b));
}

// At the event's own time.
bool Evaluation::RuleHost::in_calendar(std::string_view name) const {
  const auto calendar = std::ranges::find(calendars, name, &Calendar::name);
  const Value& ts = (*event)[static_cast<std::size_t>(CommonSlot::ts)];
  return calendar != calendars.end() && ts.is_set() &&
         calendar->holds(from_unix_ms(ts.seconds() * 1000));
}

}  // namespace tocsin::rules
