#include "rules/load/compiler.h"

#include <algorithm>

#include "rules/load/rule_graph.h"
#include "rules/load/scalars.h"

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
  const Node& node = entry.value;
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

// Its condition holds for no event of any of its types.
bool never(const Pattern& pattern,
           cel::Program Pattern::Alternative::*condition = &Pattern::Alternative::where) {
  return !pattern.alternatives.empty() &&
         std::ranges::all_of(pattern.alternatives, [&](const auto& alternative) {
           const cel::Program& program = alternative.*condition;
           return !program.empty() && program.is_never_true();
         });
}

class RuleCompiler {
 public:
  RuleCompiler(RuleText& text, BundleText& bundle, const Catalogue& catalogue)
      : text_(text),
        rule_(text.rule),
        bundle_(bundle),
        catalogue_(catalogue),
        report_(text.file->report),
        expressions_(report_, bundle, text.calendars, text.rule.limits) {}

  void compile(const LoadOptions& options, std::vector<WatchedCondition>& watched) {
    if (options.watch_branches) expressions_.watch(rule_.name, watched);
    apply_limits(bundle_.limits, bundle_.file);
    apply_limits(text_.limits, text_.file);
    compile_latest();
    compile_form();
    for (const KeyField& key : keys_) text_.key_fields.push_back(spec_of(key));
    note_openers();
    compile_identity();
    compile_alert();
    check_limits();
    rule_.latest_reads = latest_.reads;
    if (latest_.reads.size() > kMaxSlots) {
      report_.add(
          Code::out_of_range, text_.latest.front().name->span,
          {"latest.*", "0", std::to_string(kMaxSlots), std::to_string(latest_.reads.size())});
    }
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
  // The cells of `latest`.

  void compile_latest() {
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

  Pattern keyed_pattern(const EventTypes& types) {
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

  void compile_defaults(const Node& map, const EventTypes& types, LatestCell& cell) {
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

  // The form.

  void compile_form() {
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
      EventType& silent = text_.silent_types.emplace_back(device_);
      silent.id = type->id;
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

  void compile_aggregate(AggregateForm& aggregate) {
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

  void compile_sustained(SustainedForm& sustained) {
    sustained.pattern = compile_step(text_.pattern);
    const auto condition = [&](const Node* node, cel::Program Pattern::Alternative::*where) {
      if (node == nullptr) return;
      compile_each(*node, types_.back(), sustained.pattern, where, Wanted::condition, &latest_);
    };
    condition(text_.holds, &Pattern::Alternative::holds);
    condition(text_.breaks, &Pattern::Alternative::breaks);
    if (text_.also_on) sustained.also_on = keyed_pattern(resolve_types(*text_.also_on));
  }

  void compile_value(Pattern& pattern) {
    compile_each(*text_.value, types_.back(), pattern, &Pattern::Alternative::value, Wanted::any,
                 &latest_);
    for (const Pattern::Alternative& alternative : pattern.alternatives) {
      if (!alternative.value.empty() && !check_number(alternative.value, *text_.value, "value"))
        return;
    }
  }

  bool check_number(const cel::Program& program, const Node& node, std::string_view what) {
    const ValueKind kind = program.type().kind;
    if (kind == ValueKind::int64 || kind == ValueKind::uint64 || kind == ValueKind::float64)
      return true;
    report_.add(Code::not_a_number, node.span, {what, to_string(program.type())});
    return false;
  }

  // A number, or an expression over params: known when the rule is loaded.
  std::optional<double> constant(const Node* node, std::string_view what) {
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
    Pattern pattern = keyed_pattern(types);
    for (std::size_t i = 0; i < types.size(); ++i) {
      pattern.alternatives[i].distinct_slots = slots_of(text_.distinct, *types[i], "distinct");
    }
    compile_where(text, types, pattern, &latest_);
    return pattern;
  }

  EventTypes resolve_types(const PatternText& text) {
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

  void note_openers() {
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

  FieldSpec spec_of(const KeyField& key) const {
    const std::size_t i = static_cast<std::size_t>(&key - keys_.data());
    return *key_owners_[i]->find(key.name);
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
                     RuleScope::LatestScope* latest) {
    if (text.where == nullptr) return;
    compile_each(*text.where, types, pattern, &Pattern::Alternative::where, Wanted::condition,
                 latest);
  }

  // The expression for every type, and what it reads.
  void compile_each(const Node& text, const EventTypes& types, Pattern& pattern,
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
  cel::Program compile_on(const Expression& expression, const EventTypes& one,
                          RuleScope::LatestScope* latest, Wanted wanted, bool name_type) {
    RuleScope scope;
    scope.event = &one;
    scope.latest = latest;
    scope.keys = keys_;
    scope.params = text_.params;
    return expressions_.compile(expression, scope, wanted,
                                name_type ? std::string_view(one.front()->name) : "");
  }

  static void note_event_reads(const cel::Program& program, const EventType& type,
                               Pattern::Alternative& alternative) {
    if (program.empty()) return;
    for (const auto& [path, input] : program.reads()) {
      if (input.frame == kFrameEvent) add_read(alternative, type, input.slot);
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
    if (auto* aggregate = std::get_if<AggregateForm>(&rule_.form)) return aggregate->pattern;
    if (auto* sustained = std::get_if<SustainedForm>(&rule_.form)) return sustained->pattern;
    return std::get<SequenceForm>(rule_.form).steps[step].pattern;
  }

  // Outside of `where`: any event of the rule as `e`, the steps by name.
  RuleScope outer_scope() {
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

  bool can_break() const {
    return std::holds_alternative<AggregateForm>(rule_.form) ||
           std::holds_alternative<SustainedForm>(rule_.form);
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
    compile_where(text, types, by.pattern, nullptr);
    return by;
  }

  // Limits.

  void check_limits() {
    if (expressions_.cost() > rule_.limits.max_cost && text_.name != nullptr) {
      report_.add(Code::rule_cost, text_.name->span,
                  {std::to_string(expressions_.cost()), std::to_string(rule_.limits.max_cost)});
    }
    const auto* const all = std::get_if<AllForm>(&rule_.form);
    const auto* const sequence = std::get_if<SequenceForm>(&rule_.form);
    const std::uint32_t keep = all ? all->keep : sequence ? sequence->keep : kDefaultKeep;
    if (text_.keep != nullptr && is_fire() && keep < kDefaultKeep) {
      refuse_low(report_, *text_.keep, "keep", keep, kDefaultKeep);
    }
    if (const auto* count = std::get_if<CountForm>(&rule_.form))
      check_reachable(text_.at_least, "at_least", count->at_least);
    if (const auto* aggregate = std::get_if<AggregateForm>(&rule_.form))
      check_reachable(text_.min_samples, "min_samples", aggregate->min_samples);
  }

  void check_reachable(const Node* node, std::string_view what, std::uint32_t wanted) {
    const std::uint32_t most = rule_.limits.max_events_per_window;
    if (node == nullptr || wanted <= most) return;
    report_.add(Code::at_least_limit, node->span,
                {std::to_string(wanted), std::to_string(most), what});
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
  RuleScope::LatestScope latest_;
  std::vector<KeyField> keys_;
  std::vector<const EventType*> key_owners_;  // who gave keys_[i] its type
  std::vector<std::pair<const Node*, const EventType*>> lacks_;
};

}  // namespace

void compile_rule(RuleText& rule, BundleText& bundle, const Catalogue& catalogue,
                  const LoadOptions& options, std::vector<WatchedCondition>& watched) {
  RuleCompiler(rule, bundle, catalogue).compile(options, watched);
  rule.rule.version = rule_version(rule, bundle);
  rule.rule.match_hash = match_hash(rule);
}

void lint_rule(const RuleText& rule) {
  yaml::Report& report = rule.file->report;
  for (const Param& param : rule.params) {
    if (!param.used) report.add(Code::unused_param, param.key->span, {param.name});
  }
  for (const LatestText& cell : rule.latest) {
    if (!cell.used) report.add(Code::unused_latest, cell.name->span, {cell.name->text});
  }
  const Resolve& resolve = rule.rule.alert.resolve;
  const bool timed = resolve.quiet_for || resolve.after || resolve.breaks_for;
  if (resolve.or_event && !timed && !resolve.on_first_event && never(resolve.or_event->pattern)) {
    report.add(Code::never_ends, rule.name->span, {rule.rule.name});
  }
  for (const EscalationText& step : rule.escalations) {
    if (step.severity >= rule.rule.severity) continue;
    report.add(Code::idle_escalation, step.severity_node->span,
               {to_string(step.severity), to_string(rule.rule.severity)});
  }
}

}  // namespace tocsin::rules
