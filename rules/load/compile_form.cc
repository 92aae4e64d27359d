// The form of a rule: its steps, and the numbers and conditions each form has of its own.
#include "rules/load/rule_compiler.h"

namespace tocsin::rules {

void RuleCompiler::compile_form() {
  if (auto* event = std::get_if<EventForm>(&rule_.form))
    event->pattern = compile_step(text_.pattern);
  if (auto* count = std::get_if<CountForm>(&rule_.form))
    count->pattern = compile_step(text_.pattern);
  if (auto* all = std::get_if<AllForm>(&rule_.form)) compile_steps(all->steps, all->join);
  if (auto* sequence = std::get_if<SequenceForm>(&rule_.form)) compile_sequence(*sequence);
  if (auto* aggregate = std::get_if<AggregateForm>(&rule_.form)) compile_aggregate(*aggregate);
  if (auto* sustained = std::get_if<SustainedForm>(&rule_.form)) compile_sustained(*sustained);
  if (auto* silence = std::get_if<SilenceForm>(&rule_.form)) compile_silence(*silence);
}

// What is said of a silent device is what the registry knows of it, whatever the event types.
void RuleCompiler::compile_silence(SilenceForm& silence) {
  const std::vector<std::uint16_t> keys = device_keys();
  const FieldSpec* const device_id = device_.find("device_id");
  for (const EventType* type : resolve_types(text_.pattern)) {
    silence.signs.alternatives.push_back({.type = type->id,
                                          .where = {},
                                          .key_slots = keys,
                                          .distinct_slots = {device_id->slot},
                                          .reads = {}});
    silence.sign_names.push_back(type->name);
    EventType& silent = text_.silent_types.emplace_back(device_);
    silent.id = type->id;
  }
  types_.push_back({&device_});
  note_keys(types_.back());
  if (text_.population_where == nullptr) return;
  RuleScope scope;
  scope.event = &types_.back();
  scope.params = text_.params;
  const Expression where =
      with_conditions(expression_of(*text_.population_where, report_.source()), bundle_.conditions);
  silence.where = expressions_.compile(where, scope, Wanted::condition);
}

std::vector<std::uint16_t> RuleCompiler::device_keys() {
  std::vector<std::uint16_t> slots;
  for (const Node* field : text_.for_each) {
    const FieldSpec* const spec = device_.find(field->text);
    const bool known = spec != nullptr && (spec->name == "device_id" || spec->name == "gateway" ||
                                           spec->slot >= kFirstLoc);
    known ? slots.push_back(spec->slot)
          : void(report_.add(Code::device_field, field->span, {field->text, "for_each"}));
  }
  return slots;
}

void RuleCompiler::compile_sequence(SequenceForm& sequence) {
  compile_steps(sequence.steps, sequence.join);
  if (text_.until) sequence.until = compile_pattern(*text_.until, resolve_types(*text_.until));
  if (text_.absent && sequence.absent) {
    sequence.absent->pattern = compile_pattern(*text_.absent, resolve_types(*text_.absent));
  }
}

void RuleCompiler::compile_aggregate(AggregateForm& aggregate) {
  aggregate.pattern = compile_step(text_.pattern);
  if (text_.value != nullptr) compile_value(aggregate.pattern);
  const auto threshold = constant(text_.threshold, aggregate.over ? "over" : "under");
  const auto clear = constant(text_.clear, "clear");
  aggregate.threshold = threshold.value_or(0);
  aggregate.clear = clear.value_or(aggregate.threshold);
  if (!threshold || !clear) return;
  if (aggregate.over ? *clear <= *threshold : *clear >= *threshold) return;
  report_.add(Code::clear_side, text_.clear->span,
              {text_.clear->text, aggregate.over ? "over" : "under", text_.threshold->text});
}

void RuleCompiler::compile_sustained(SustainedForm& sustained) {
  sustained.pattern = compile_step(text_.pattern);
  const auto condition = [&](const Node* node, cel::Program Pattern::Alternative::*where) {
    if (node == nullptr) return;
    compile_each(*node, types_.back(), sustained.pattern, where, Wanted::condition, &latest_);
  };
  condition(text_.holds, &Pattern::Alternative::holds);
  condition(text_.breaks, &Pattern::Alternative::breaks);
  if (text_.also_on) sustained.also_on = keyed_pattern(resolve_types(*text_.also_on));
}

void RuleCompiler::compile_value(Pattern& pattern) {
  compile_each(*text_.value, types_.back(), pattern, &Pattern::Alternative::value, Wanted::any,
               &latest_);
  for (const Pattern::Alternative& alternative : pattern.alternatives) {
    if (!alternative.value.empty() && !check_number(alternative.value, *text_.value, "value"))
      return;
  }
}

bool RuleCompiler::check_number(const cel::Program& program, const Node& node,
                                std::string_view what) {
  const ValueKind kind = program.type().kind;
  if (kind == ValueKind::int64 || kind == ValueKind::uint64 || kind == ValueKind::float64)
    return true;
  report_.add(Code::not_a_number, node.span, {what, to_string(program.type())});
  return false;
}

// A number, or an expression over params: known when the rule is loaded.
std::optional<double> RuleCompiler::constant(const Node* node, std::string_view what) {
  if (node == nullptr) return std::nullopt;
  RuleScope scope;
  scope.params = text_.params;
  const cel::Program program =
      expressions_.compile(expression_of(*node, report_.source()), scope, Wanted::any);
  if (program.empty() || !check_number(program, *node, what)) return std::nullopt;
  cel::Scratch scratch;
  const cel::Outcome outcome = program.eval({}, scratch);
  if (!outcome.error) return number_of(outcome.value);
  report_.add(Code::not_a_number, node->span, {what, to_string(*outcome.error)});
  return std::nullopt;
}

void RuleCompiler::compile_steps(std::vector<Step>& steps, cel::Program& condition) {
  for (const StepText& step : text_.steps) {
    steps.push_back({step.name->text, compile_step(step.pattern)});
  }
  if (text_.join == nullptr) return;
  const RuleScope scope = outer_scope();
  RuleScope join;
  join.steps = scope.steps;
  join.keys = keys_;
  join.params = text_.params;
  condition =
      expressions_.compile(expression_of(*text_.join, report_.source()), join, Wanted::condition);
  note_reads(condition);
}

}  // namespace tocsin::rules
