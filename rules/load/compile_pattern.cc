// Patterns of a rule: event types, keys, conditions, and what of an event they make evidence.
#include <algorithm>

#include "rules/load/rule_compiler.h"
#include "rules/load/rule_graph.h"
#include "rules/load/scalars.h"

namespace tocsin::rules {
namespace {

const FieldSpec& field_at(const EventType& type, std::uint16_t slot) {
  return slot < kCommonSlots ? common_fields()[slot] : type.fields[slot - kCommonSlots];
}

// What a rule that hears these events was compiled for.
std::string shape_of(const EventType& type) {
  std::string shape = type.name;
  for (const FieldSpec& field : type.fields) {
    shape += " " + field.name + ":" + std::string(to_string(field.kind));
  }
  return shape + " " + std::to_string(type.lacks);
}

void add_read(Pattern::Alternative& alternative, const EventType& type, std::uint16_t slot) {
  const auto known = std::ranges::find(alternative.reads, slot, &Pattern::Read::slot);
  if (known == alternative.reads.end()) {
    alternative.reads.push_back({"e." + field_at(type, slot).name, slot});
  }
}

// A scalar as the field has it; unset: reported.
OwnedValue field_value(const yaml::Entry& entry, const FieldSpec& field, yaml::Report& report) {
  const yaml::Node& node = entry.value;
  if (node.kind != yaml::NodeKind::scalar) {
    report.add(Code::wrong_kind, node.span,
               {entry.key.text, to_string(field.kind), kind_words(node.kind)});
    return {};
  }
  OwnedValue value = typed_scalar(node);
  const ValueKind kind = value.view().kind();
  if (kind == ValueKind::int64 && field.kind == ValueKind::float64)
    return OwnedValue(Value::float64(number_of(value.view())));
  if (kind == ValueKind::int64 && field.kind == ValueKind::uint64 && value.view().as_int() >= 0)
    return OwnedValue(Value::uint64(static_cast<std::uint64_t>(value.view().as_int())));
  if (kind != field.kind) {
    report.add(Code::wrong_kind, node.span,
               {entry.key.text, to_string(field.kind), to_string(kind)});
    return {};
  }
  if (!field.words.empty() && std::ranges::find(field.words, node.text) == field.words.end()) {
    const std::vector<std::string_view> words(field.words.begin(), field.words.end());
    report.add(Code::unknown_word, node.span, {entry.key.text, node.text, yaml::join(words)},
               nearest(node.text, field.words));
    return {};
  }
  return value;
}

}  // namespace

bool never(const Pattern& pattern, cel::Program Pattern::Alternative::*condition) {
  return !pattern.alternatives.empty() &&
         std::ranges::all_of(pattern.alternatives, [&](const auto& alternative) {
           const cel::Program& program = alternative.*condition;
           return !program.empty() && program.is_never_true();
         });
}

void RuleCompiler::compile_latest() {
  for (const LatestText& text : text_.latest) {
    const EventTypes types = resolve_types(text.pattern);
    LatestCell cell{.name = text.name->text,
                    .pattern = keyed_pattern(types),
                    .max_age = text.max_age,
                    .if_missing = text.if_missing,
                    .defaults = {}};
    compile_where(text.pattern, types, cell.pattern, nullptr);
    if (text.defaults != nullptr) compile_defaults(*text.defaults, types, cell);
    rule_.latest.push_back(std::move(cell));
    latest_.cells.push_back({&text, types});
  }
}

Pattern RuleCompiler::keyed_pattern(const EventTypes& types) {
  Pattern pattern;
  for (const EventType* type : types) {
    Pattern::Alternative alternative{
        .type = type->id, .where = {}, .key_slots = {}, .distinct_slots = {}, .reads = {}};
    alternative.key_slots = slots_of(text_.for_each, *type, "for_each");
    pattern.alternatives.push_back(std::move(alternative));
  }
  note_keys(types);
  return pattern;
}

void RuleCompiler::compile_defaults(const Node& map, const EventTypes& types, LatestCell& cell) {
  for (const yaml::Entry& entry : map.entries) {
    const FieldSpec* const field = types.empty() ? nullptr : common_field(types, entry.key.text);
    if (field == nullptr) {
      if (!types.empty()) resolve_field(entry.key, *types.front(), "if_missing", report_);
      continue;
    }
    OwnedValue value = field_value(entry, *field, report_);
    if (value.view().is_set()) cell.defaults.push_back({field->slot, std::move(value)});
  }
}

Pattern RuleCompiler::compile_step(const PatternText& text) {
  EventTypes types = resolve_types(text);
  types_.push_back(types);
  return compile_pattern(text, types);
}

Pattern RuleCompiler::compile_pattern(const PatternText& text, const EventTypes& types) {
  Pattern pattern = keyed_pattern(types);
  for (std::size_t i = 0; i < types.size(); ++i) {
    pattern.alternatives[i].distinct_slots = slots_of(text_.distinct, *types[i], "distinct");
  }
  compile_where(text, types, pattern, &latest_);
  return pattern;
}

EventTypes RuleCompiler::resolve_types(const PatternText& text) {
  EventTypes types;
  for (const Node* name : text.events) {
    const EventType* const type = resolve_type(*name, catalogue_, bundle_.alerts, report_);
    if (type == nullptr) continue;
    types.push_back(type);
    if (!alert_rule_of(type->name).empty()) text_.alert_types.insert(shape_of(*type));
    if (!type->definition.empty()) text_.own_types[type->name] = type->definition;
  }
  return types;
}

std::vector<std::uint16_t> RuleCompiler::slots_of(const std::vector<const Node*>& fields,
                                                  const EventType& type,
                                                  std::string_view needed_by) {
  std::vector<std::uint16_t> slots;
  for (const Node* field : fields) {
    const FieldSpec* const spec = type.find(field->text);
    if (spec != nullptr) {
      slots.push_back(spec->slot);
    } else if (is_new_lack(*field, type)) {
      resolve_field(*field, type, needed_by, report_);
    }
  }
  return slots;
}

// Once for each field and type, though several steps name the type.
bool RuleCompiler::is_new_lack(const Node& field, const EventType& type) {
  const std::pair one{&field, &type};
  if (std::ranges::find(lacks_, one) != lacks_.end()) return false;
  lacks_.push_back(one);
  return true;
}

void RuleCompiler::note_openers() {
  if (std::holds_alternative<SilenceForm>(rule_.form)) {
    for (const EventType& sign : text_.silent_types) text_.openers.push_back(&sign);
    return;
  }
  for (const EventTypes& types : types_) {
    for (const EventType* type : types) {
      const auto known = std::ranges::find(text_.openers, type);
      if (known == text_.openers.end()) text_.openers.push_back(type);
    }
  }
}

FieldSpec RuleCompiler::spec_of(const KeyField& key) const {
  const std::size_t i = static_cast<std::size_t>(&key - keys_.data());
  return *key_owners_[i]->find(key.name);
}

// A key has one type, whatever event it comes from.
void RuleCompiler::note_keys(const EventTypes& types) {
  for (const EventType* type : types) {
    for (const Node* field : text_.for_each) {
      const FieldSpec* const spec = type->find(field->text);
      if (spec == nullptr) continue;
      const auto known = std::ranges::find(keys_, field->text, &KeyField::name);
      if (known == keys_.end()) {
        keys_.push_back({field->text, {spec->kind, spec->element}});
        key_owners_.push_back(type);
      } else if (known->type.kind != spec->kind) {
        const EventType& first = *key_owners_[static_cast<std::size_t>(known - keys_.begin())];
        report_.add(Code::field_kinds, field->span,
                    {field->text, to_string(known->type.kind), first.name, to_string(spec->kind),
                     type->name});
      }
    }
  }
}

void RuleCompiler::compile_where(const PatternText& text, const EventTypes& types, Pattern& pattern,
                                 RuleScope::LatestScope* latest) {
  if (text.where == nullptr) return;
  compile_each(*text.where, types, pattern, &Pattern::Alternative::where, Wanted::condition,
               latest);
}

// The expression for every type, and what it reads.
void RuleCompiler::compile_each(const Node& text, const EventTypes& types, Pattern& pattern,
                                cel::Program Pattern::Alternative::*program, Wanted wanted,
                                RuleScope::LatestScope* latest) {
  const Expression expression =
      with_conditions(expression_of(text, report_.source()), bundle_.conditions);
  for (std::size_t i = 0; i < types.size(); ++i) {
    const EventTypes one{types[i]};
    Pattern::Alternative& alternative = pattern.alternatives[i];
    alternative.*program = compile_on(expression, one, latest, wanted, types.size() > 1);
    note_event_reads(alternative.*program, *types[i], alternative);
  }
  if (wanted == Wanted::condition && never(pattern, program))
    report_.add(Code::never_matches, text.span);
}

// `e` is an event of that one type.
cel::Program RuleCompiler::compile_on(const Expression& expression, const EventTypes& one,
                                      RuleScope::LatestScope* latest, Wanted wanted,
                                      bool name_type) {
  RuleScope scope;
  scope.event = &one;
  scope.latest = latest;
  scope.keys = keys_;
  scope.params = text_.params;
  return expressions_.compile(expression, scope, wanted,
                              name_type ? std::string_view(one.front()->name) : "");
}

void RuleCompiler::note_event_reads(const cel::Program& program, const EventType& type,
                                    Pattern::Alternative& alternative) {
  if (program.empty()) return;
  for (const auto& [path, input] : program.reads()) {
    if (input.frame == kFrameEvent) add_read(alternative, type, input.slot);
  }
}

// What an expression outside of `where` reads becomes evidence as well.
void RuleCompiler::note_reads(const cel::Program& program) {
  if (program.empty() || std::holds_alternative<SilenceForm>(rule_.form)) return;
  for (const auto& [path, input] : program.reads()) {
    for (std::size_t step = 0; step < types_.size(); ++step) {
      const bool read = input.frame == kFrameEvent || input.frame == kFrameStep + step;
      if (read) note_read(pattern_at(step), types_[step], input.slot);
    }
  }
}

void RuleCompiler::note_read(Pattern& pattern, const EventTypes& types, std::uint16_t slot) {
  for (std::size_t i = 0; i < types.size(); ++i) add_read(pattern.alternatives[i], *types[i], slot);
}

Pattern& RuleCompiler::pattern_at(std::size_t step) {
  if (auto* event = std::get_if<EventForm>(&rule_.form)) return event->pattern;
  if (auto* count = std::get_if<CountForm>(&rule_.form)) return count->pattern;
  if (auto* all = std::get_if<AllForm>(&rule_.form)) return all->steps[step].pattern;
  if (auto* aggregate = std::get_if<AggregateForm>(&rule_.form)) return aggregate->pattern;
  if (auto* sustained = std::get_if<SustainedForm>(&rule_.form)) return sustained->pattern;
  return std::get<SequenceForm>(rule_.form).steps[step].pattern;
}

// Outside of `where`: any event of the rule as `e`, the steps by name.
RuleScope RuleCompiler::outer_scope() {
  all_types_.clear();
  for (const EventTypes& types : types_)
    all_types_.insert(all_types_.end(), types.begin(), types.end());
  RuleScope scope;
  scope.event = &all_types_;
  scope.latest = &latest_;
  if (const auto* steps = named_steps(rule_.form)) {
    for (std::size_t i = 0; i < steps->size(); ++i)
      scope.steps.push_back({(*steps)[i].name, &types_[i]});
  }
  scope.keys = keys_;
  scope.params = text_.params;
  return scope;
}

}  // namespace tocsin::rules
