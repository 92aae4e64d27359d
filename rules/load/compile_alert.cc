// The alert of a rule: identity, texts, severity, and what resolves it.
#include <algorithm>

#include "rules/load/rule_compiler.h"

namespace tocsin::rules {

void RuleCompiler::compile_identity() {
  std::vector<std::uint16_t>& identity = rule_.alert.identity;
  if (!text_.identity) {
    for (std::size_t i = 0; i < rule_.for_each.size(); ++i)
      identity.push_back(static_cast<std::uint16_t>(i));
    return;
  }
  for (const Node* field : *text_.identity) {
    const auto at = std::ranges::find(rule_.for_each, field->text);
    if (at != rule_.for_each.end()) {
      identity.push_back(static_cast<std::uint16_t>(at - rule_.for_each.begin()));
      continue;
    }
    std::string all;
    for (const std::string& name : rule_.for_each) all += (all.empty() ? "" : ", ") + name;
    if (all.empty()) all = "[]";
    report_.add(Code::identity_subset, field->span, {field->text, all},
                nearest(field->text, rule_.for_each));
  }
}

void RuleCompiler::compile_alert() {
  if (types_.empty() || std::ranges::all_of(types_, &EventTypes::empty)) return;  // reported
  RuleScope scope = outer_scope();
  scope.alert = true;
  scope.measures = std::holds_alternative<AggregateForm>(rule_.form);
  compile_summary(scope);
  for (const Node* node : text_.attach) {
    const Expression expression = expression_of(*node, report_.source());
    rule_.alert.attach.push_back(
        {node->text, expressions_.compile(expression, scope, Wanted::any)});
    note_reads(rule_.alert.attach.back().program);
  }
  scope.steps.clear();
  for (const EscalationText& step : text_.escalations) {
    if (step.when == nullptr) continue;
    const Expression when = expression_of(*step.when, report_.source());
    rule_.alert.escalate.push_back(
        {expressions_.compile(when, scope, Wanted::condition), step.severity});
    note_reads(rule_.alert.escalate.back().when);
  }
  if (text_.breaks_for != nullptr && !can_break()) {
    report_.add(Code::no_condition, text_.breaks_for->span, {text_.form->text});
  }
  if (text_.or_event) rule_.alert.resolve.or_event = compile_or_event(*text_.or_event);
  compile_quiet_hours();
}

bool RuleCompiler::can_break() const {
  return std::holds_alternative<AggregateForm>(rule_.form) ||
         std::holds_alternative<SustainedForm>(rule_.form);
}

void RuleCompiler::compile_quiet_hours() {
  const Node* const name = text_.quiet_calendar;
  if (name == nullptr) return;
  const auto calendar = bundle_.use_calendar(name->text, name->span, report_);
  if (!calendar) return;
  rule_.alert.quiet_hours->calendar = *calendar;
  text_.calendars.insert(*calendar);
}

void RuleCompiler::compile_summary(const RuleScope& scope) {
  LocalTemplate& summary = rule_.alert.summary;
  if (text_.summary.en == nullptr) {
    summary.en = {.pieces = {{rule_.title.en, {}}}, .source = rule_.title.en};
    summary.zh = {.pieces = {{rule_.title.zh, {}}}, .source = rule_.title.zh};
    return;
  }
  summary.en = compile_template(*text_.summary.en, scope, expressions_, report_);
  summary.zh = text_.summary.zh == text_.summary.en
                   ? summary.en
                   : compile_template(*text_.summary.zh, scope, expressions_, report_);
  for (const Template* one : {&summary.en, &summary.zh}) {
    for (const Template::Piece& piece : one->pieces) note_reads(piece.hole);
  }
}

OrEvent RuleCompiler::compile_or_event(const PatternText& text) {
  OrEvent by;
  const EventTypes types = resolve_types(text);
  for (const EventType* type : types) {
    Pattern::Alternative alternative{
        .type = type->id, .where = {}, .key_slots = {}, .distinct_slots = {}, .reads = {}};
    for (const std::uint16_t i : rule_.alert.identity) {
      const FieldSpec* const spec = type->find(rule_.for_each[i]);
      if (spec != nullptr) {
        alternative.key_slots.push_back(spec->slot);
      } else {
        report_.add(Code::missing_field, text.events.front()->span,
                    {type->name, rule_.for_each[i], "identity"});
      }
    }
    by.pattern.alternatives.push_back(std::move(alternative));
  }
  compile_where(text, types, by.pattern, nullptr);
  return by;
}

}  // namespace tocsin::rules
