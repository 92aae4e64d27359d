#include "rules/load/compiler.h"

#include <algorithm>

namespace tocsin::rules {
namespace {

using Wanted = ExpressionCompiler::Wanted;
using yaml::Node;

struct CompiledPattern {
  EventTypes types;
  Pattern pattern;
};

const FieldSpec& field_at(const EventType& type, std::uint16_t slot) {
  return slot < kCommonSlots ? common_fields()[slot] : type.fields[slot - kCommonSlots];
}

void add_read(Pattern::Alternative& alternative, const EventType& type, std::uint16_t slot) {
  const auto known = std::ranges::find(alternative.reads, slot, &Pattern::Read::slot);
  if (known == alternative.reads.end()) {
    alternative.reads.push_back({"e." + field_at(type, slot).name, slot});
  }
}

class RuleCompiler {
 public:
  RuleCompiler(RuleText& text, BundleText& bundle, const Catalogue& catalogue)
      : text_(text),
        rule_(text.rule),
        bundle_(bundle),
        catalogue_(catalogue),
        report_(text.file->report),
        expressions_(report_, bundle, text.calendars) {}

  void compile(const LoadOptions& options) {
    compile_form();
    compile_identity();
    compile_alert();
    compile_limits();
    if (expressions_.uses_registry() && !options.have_registry && text_.name != nullptr) {
      report_.add(Code::needs_registry, text_.name->span, {rule_.name, "adjacent()"});
    }
    const bool silence = std::holds_alternative<SilenceForm>(rule_.form);
    if (silence && !options.have_registry && text_.name != nullptr) {
      report_.add(Code::silence_unwatched, text_.name->span, {rule_.name});
    }
    if (!silence && text_.first_event != nullptr) {
      report_.add(Code::only_silence, text_.first_event->span);
    }
  }

 private:
  // The form.

  void compile_form() {
    if (auto* event = std::get_if<EventForm>(&rule_.form))
      event->pattern = compile_step(text_.pattern);
    if (auto* count = std::get_if<CountForm>(&rule_.form))
      count->pattern = compile_step(text_.pattern);
    if (auto* all = std::get_if<AllForm>(&rule_.form)) compile_steps(all->steps, all->join);
    if (auto* sequence = std::get_if<SequenceForm>(&rule_.form)) compile_sequence(*sequence);
    if (auto* silence = std::get_if<SilenceForm>(&rule_.form)) compile_silence(*silence);
  }

  // What is said of a silent device is what the registry knows of it, whatever the event types.
  void compile_silence(SilenceForm& silence) {
    const std::vector<std::uint16_t> keys = device_keys();
    const FieldSpec* const device_id = device_.find("device_id");
    for (const EventType* type : resolve_types(text_.pattern)) {
      silence.signs.alternatives.push_back({.type = type->id,
                                            .where = {},
                                            .key_slots = keys,
                                            .distinct_slots = {device_id->slot},
                                            .reads = {}});
      silence.sign_names.push_back(type->name);
    }
    types_.push_back({&device_});
    note_keys(types_.back());
    if (text_.population_where == nullptr) return;
    RuleScope scope;
    scope.event = &types_.back();
    scope.params = text_.params;
    const Expression where = with_conditions(
        expression_of(*text_.population_where, report_.source()), bundle_.conditions);
    silence.where = expressions_.compile(where, scope, Wanted::condition);
  }

  std::vector<std::uint16_t> device_keys() {
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

  void compile_sequence(SequenceForm& sequence) {
    compile_steps(sequence.steps, sequence.join);
    if (text_.until) sequence.until = compile_pattern(*text_.until, resolve_types(*text_.until));
    if (text_.absent && sequence.absent) {
      sequence.absent->pattern = compile_pattern(*text_.absent, resolve_types(*text_.absent));
    }
  }

  void compile_steps(std::vector<Step>& steps, cel::Program& condition) {
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

  Pattern compile_step(const PatternText& text) {
    EventTypes types = resolve_types(text);
    types_.push_back(types);
    return compile_pattern(text, types);
  }

  Pattern compile_pattern(const PatternText& text, const EventTypes& types) {
    Pattern pattern;
    for (const EventType* type : types) {
      Pattern::Alternative alternative{
          .type = type->id, .where = {}, .key_slots = {}, .distinct_slots = {}, .reads = {}};
      alternative.key_slots = slots_of(text_.for_each, *type, "for_each");
      alternative.distinct_slots = slots_of(text_.distinct, *type, "distinct");
      pattern.alternatives.push_back(std::move(alternative));
    }
    note_keys(types);
    compile_where(text, types, pattern, keys_);
    return pattern;
  }

  EventTypes resolve_types(const PatternText& text) {
    EventTypes types;
    for (const Node* name : text.events) {
      if (const EventType* type = resolve_type(*name, catalogue_, report_)) types.push_back(type);
    }
    return types;
  }

  std::vector<std::uint16_t> slots_of(const std::vector<const Node*>& fields, const EventType& type,
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
  bool is_new_lack(const Node& field, const EventType& type) {
    const std::pair one{&field, &type};
    if (std::ranges::find(lacks_, one) != lacks_.end()) return false;
    lacks_.push_back(one);
    return true;
  }

  // A key has one type, whatever event it comes from.
  void note_keys(const EventTypes& types) {
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

  void compile_where(const PatternText& text, const EventTypes& types, Pattern& pattern,
                     std::span<const KeyField> keys) {
    if (text.where == nullptr) return;
    const Expression where =
        with_conditions(expression_of(*text.where, report_.source()), bundle_.conditions);
    for (std::size_t i = 0; i < types.size(); ++i) {
      const EventTypes one{types[i]};
      RuleScope scope;
      scope.event = &one;
      scope.keys = keys;
      scope.params = text_.params;
      Pattern::Alternative& alternative = pattern.alternatives[i];
      const std::string_view type =
          types.size() > 1 ? std::string_view(types[i]->name) : std::string_view();
      alternative.where = expressions_.compile(where, scope, Wanted::condition, type);
      if (alternative.where.empty()) continue;
      for (const auto& [path, input] : alternative.where.reads()) {
        if (input.frame == kFrameEvent) add_read(alternative, *types[i], input.slot);
      }
    }
  }

  // What an expression outside of `where` reads becomes evidence as well.
  void note_reads(const cel::Program& program) {
    if (program.empty() || std::holds_alternative<SilenceForm>(rule_.form)) return;
    for (const auto& [path, input] : program.reads()) {
      for (std::size_t step = 0; step < types_.size(); ++step) {
        const bool read = input.frame == kFrameEvent || input.frame == kFrameStep + step;
        if (read) note_read(pattern_at(step), types_[step], input.slot);
      }
    }
  }
  static void note_read(Pattern& pattern, const EventTypes& types, std::uint16_t slot) {
    for (std::size_t i = 0; i < types.size(); ++i)
      add_read(pattern.alternatives[i], *types[i], slot);
  }
  Pattern& pattern_at(std::size_t step) {
    if (auto* event = std::get_if<EventForm>(&rule_.form)) return event->pattern;
    if (auto* count = std::get_if<CountForm>(&rule_.form)) return count->pattern;
    if (auto* all = std::get_if<AllForm>(&rule_.form)) return all->steps[step].pattern;
    return std::get<SequenceForm>(rule_.form).steps[step].pattern;
  }

  // Outside of `where`: any event of the rule as `e`, the steps by name.
  RuleScope outer_scope() {
    all_types_.clear();
    for (const EventTypes& types : types_)
      all_types_.insert(all_types_.end(), types.begin(), types.end());
    RuleScope scope;
    scope.event = &all_types_;
    if (const auto* steps = named_steps(rule_.form)) {
      for (std::size_t i = 0; i < steps->size(); ++i)
        scope.steps.push_back({(*steps)[i].name, &types_[i]});
    }
    scope.keys = keys_;
    scope.params = text_.params;
    return scope;
  }

  // The alert.

  void compile_identity() {
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
      report_.add(Code::identity_subset, field->span, {field->text, all},
                  nearest(field->text, rule_.for_each));
    }
  }

  void compile_alert() {
    if (types_.empty() || std::ranges::all_of(types_, &EventTypes::empty)) return;  // reported
    RuleScope scope = outer_scope();
    scope.alert = true;
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
    if (text_.or_event) rule_.alert.resolve.or_event = compile_or_event(*text_.or_event);
    compile_quiet_hours();
  }

  void compile_quiet_hours() {
    const Node* const name = text_.quiet_calendar;
    if (name == nullptr) return;
    const auto calendar = bundle_.use_calendar(name->text, name->span, report_);
    if (!calendar) return;
    rule_.alert.quiet_hours->calendar = *calendar;
    text_.calendars.insert(*calendar);
  }

  void compile_summary(const RuleScope& scope) {
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

  OrEvent compile_or_event(const PatternText& text) {
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
    compile_where(text, types, by.pattern, keys_);
    return by;
  }

  // Limits.

  void compile_limits() {
    apply_limits(bundle_.limits, bundle_.file);
    apply_limits(text_.limits, text_.file);
    const auto* const all = std::get_if<AllForm>(&rule_.form);
    const auto* const sequence = std::get_if<SequenceForm>(&rule_.form);
    const std::uint32_t keep = all ? all->keep : sequence ? sequence->keep : kDefaultKeep;
    if (text_.keep != nullptr && is_fire() && keep < kDefaultKeep) {
      refuse_low(report_, *text_.keep, "keep", keep, kDefaultKeep);
    }
    const auto* count = std::get_if<CountForm>(&rule_.form);
    if (count != nullptr && text_.at_least != nullptr &&
        count->at_least > rule_.limits.max_events_per_window) {
      report_.add(
          Code::at_least_limit, text_.at_least->span,
          {std::to_string(count->at_least), std::to_string(rule_.limits.max_events_per_window)});
    }
  }

  bool is_fire() const { return rule_.category == "fire"; }

  void apply_limits(const std::vector<LimitText>& limits, RuleFile* file) {
    for (const LimitText& limit : limits) {
      rule_.limits.*limit.spec->field = limit.value;
      const std::uint32_t least = Limits{}.*limit.spec->field;
      if (is_fire() && limit.value < least) {
        refuse_low(file->report, *limit.node, limit.spec->name, limit.value, least);
      }
    }
  }

  void refuse_low(yaml::Report& report, const Node& node, std::string_view name,
                  std::uint32_t value, std::uint32_t least) const {
    report.add(Code::fire_limit, node.span,
               {name, std::to_string(value), std::to_string(least), rule_.name});
  }

  RuleText& text_;
  Rule& rule_;
  BundleText& bundle_;
  const Catalogue& catalogue_;
  yaml::Report& report_;
  ExpressionCompiler expressions_;
  const EventType device_{.id = {}, .name = "device", .fields = {}};  // of `silence`
  std::vector<EventTypes> types_;                                     // by step
  EventTypes all_types_;
  std::vector<KeyField> keys_;
  std::vector<const EventType*> key_owners_;  // who gave keys_[i] its type
  std::vector<std::pair<const Node*, const EventType*>> lacks_;
};

}  // namespace

void compile_rule(RuleText& rule, BundleText& bundle, const Catalogue& catalogue,
                  const LoadOptions& options) {
  RuleCompiler(rule, bundle, catalogue).compile(options);
  rule.rule.version = rule_version(rule, bundle);
  rule.rule.match_hash = match_hash(rule);
}

void lint_rule(const RuleText& rule) {
  yaml::Report& report = rule.file->report;
  for (const Param& param : rule.params) {
    if (!param.used) report.add(Code::unused_param, param.key->span, {param.name});
  }
  for (const EscalationText& step : rule.escalations) {
    if (step.severity >= rule.rule.severity) continue;
    report.add(Code::idle_escalation, step.severity_node->span,
               {to_string(step.severity), to_string(rule.rule.severity)});
  }
}

}  // namespace tocsin::rules
