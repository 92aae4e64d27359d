#include "rules/evaluation.h"

namespace tocsin::rules {

Evaluation::Evaluation() : memory_(std::make_unique<Memory>()) { reset(); }

void Evaluation::set_event(const KeptEvent& event) {
  event.expand(memory_->event);
  set_event(memory_->event.data());
}

void Evaluation::set_step(std::size_t step, const KeptEvent& event) {
  event.expand(memory_->steps[step]);
  set_step(step, memory_->steps[step].data());
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

Value Evaluation::RegistryHost::call(std::uint16_t index, std::span<const Value> args) const {
  if (index != kCallAdjacent) return {};
  const std::string_view a = args[0].as_string();
  const std::string_view b = args[1].as_string();
  return Value::boolean(a == b || (registry != nullptr && registry->adjacent(a, b)));
}

}  // namespace tocsin::rules
