#include "support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "core/check.h"
#include "core/digest.h"
#include "rules/matching.h"

namespace tocsin::rules::test {
namespace {

constexpr std::array<std::string_view, kTypes> kTypeNames{"smoke.alarm", "camera.detection",
                                                          "panel.operation", "gate.state"};

struct Field {
  std::string_view name;
  ValueKind kind;
  std::uint16_t slot;
};
constexpr std::array<Field, 11> kFields{{{"level", ValueKind::int64, kLevel},
                                         {"divisor", ValueKind::int64, kDivisor},
                                         {"op", ValueKind::string, kOp},
                                         {"device_id", ValueKind::string, kDevice},
                                         {"zone", ValueKind::string, kZone},
                                         {"building", ValueKind::string, kBuilding},
                                         {"late", ValueKind::boolean, slot_of(CommonSlot::late)},
                                         {"ts", ValueKind::timestamp, slot_of(CommonSlot::ts)},
                                         {"severity", ValueKind::string, AlertEvents::kSeverity},
                                         {"state", ValueKind::string, AlertEvents::kState},
                                         {"count", ValueKind::int64, AlertEvents::kCount}}};

class TestScope final : public cel::Scope {
 public:
  std::optional<cel::Input> find(std::string_view path) const override {
    if (path == "count") return input(ValueKind::int64, kFrameAlert, kVarCount);
    if (path == "distinct") return input(ValueKind::int64, kFrameAlert, kVarDistinct);
    if (path == "severity") return input(ValueKind::string, kFrameAlert, kVarSeverity);
    if (path == "last.op") return input(ValueKind::string, kFrameLatest, 0);
    if (path == "last.level") return input(ValueKind::int64, kFrameLatest, 1);
    if (path == "value") return input(ValueKind::float64, kFrameAlert, kVarValue);
    if (path == "key.k0") return input(ValueKind::string, kFrameKey, 0);
    if (path == "key.k1") return input(ValueKind::string, kFrameKey, 1);
    if (path.size() < 3 || path[1] != '.') return std::nullopt;
    const std::size_t frame = path[0] == 'e' ? std::size_t{kFrameEvent}
                                             : kFrameStep + static_cast<std::size_t>(path[0] - 'a');
    for (const Field& field : kFields) {
      if (field.name == path.substr(2)) return input(field.kind, frame, field.slot);
    }
    return std::nullopt;
  }
  std::vector<std::string> names() const override { return {}; }

 private:
  static cel::Input input(ValueKind kind, std::size_t frame, std::uint16_t slot) {
    return {.type = {kind, ValueKind::unset},
            .frame = static_cast<std::uint8_t>(frame),
            .slot = slot,
            .constant = {}};
  }
};

cel::Program compile_any(std::string_view source, std::optional<cel::Type> type) {
  if (source.empty()) return {};
  cel::Compiled compiled = cel::compile(source, TestScope{}, type);
  TOCSIN_CHECK(compiled.errors.empty());
  return compiled.program;
}

std::string field_name(std::uint16_t slot) {
  if (slot >= kCommonSlots) return name("field", slot);
  return common_fields()[slot].name;
}

void set_text(Event& event, std::uint16_t slot, const std::string& text) {
  if (!text.empty()) event.slots[slot] = Value::string(text);
}

}  // namespace

std::string_view type_name(Type type) { return kTypeNames[type]; }
Type alerts_of(std::size_t rule) { return static_cast<Type>(kTypes + rule); }

std::string name(std::string_view prefix, std::int64_t number) {
  std::string out(prefix);
  return out += std::to_string(number);
}

Event make_event(const TestEvent& from, std::uint64_t position) {
  Event event;
  event.type = static_cast<EventTypeId>(from.type);
  event.log_position = position;
  event.arr = from_unix_ms(from.arr);
  event.has_ts = !from.without_ts;
  event.raw_ts = from_unix_ms(from.ts.value_or(from.arr));
  event.slot(CommonSlot::type) = Value::string(type_name(from.type));
  set_text(event, slot_of(CommonSlot::id), from.id);
  set_text(event, kDevice, from.device);
  set_text(event, kBuilding, from.building);
  set_text(event, kZone, from.zone);
  set_text(event, kOp, from.op);
  set_text(event, slot_of(CommonSlot::gateway), from.gateway);
  if (from.seq) event.slot(CommonSlot::seq) = Value::uint64(*from.seq);
  if (from.level) event.slots[kLevel] = Value::int64(*from.level);
  if (from.divisor) event.slots[kDivisor] = Value::int64(*from.divisor);
  for (std::size_t i = kCommonSlots; i < kMaxSlots; ++i) {
    event.content_hash = stable_hash(event.slots[i], event.content_hash);
  }
  return event;
}

cel::Program compile(std::string_view source) {
  return compile_any(source, cel::Type{ValueKind::boolean, ValueKind::unset});
}

cel::Program compile_number(std::string_view source) { return compile_any(source, std::nullopt); }

Template text(std::string_view source) {
  Template result{.pieces = {}, .source = std::string(source)};
  while (!source.empty()) {
    const std::size_t hole = source.find("{{");
    result.pieces.push_back({std::string(source.substr(0, hole)), {}});
    if (hole == std::string_view::npos) break;
    const std::size_t end = source.find("}}");
    result.pieces.push_back(
        {"", compile_any(source.substr(hole + 2, end - hole - 2), std::nullopt)});
    source.remove_prefix(end + 2);
  }
  return result;
}

Pattern pattern(const On& on, const std::vector<std::uint16_t>& keys,
                const std::vector<std::uint16_t>& distinct) {
  Pattern result;
  for (const Type type : on.types) {
    result.alternatives.push_back({.type = static_cast<EventTypeId>(type),
                                   .where = compile(on.where),
                                   .key_slots = keys,
                                   .distinct_slots = distinct,
                                   .reads = {{"e.level", kLevel}}});
  }
  return result;
}

Rule base_rule(std::string name, std::vector<std::uint16_t> keys) {
  Rule rule;
  rule.name = std::move(name);
  rule.title = {.en = rule.name, .zh = rule.name};
  rule.category = "fire";
  rule.severity = Severity::high;
  for (std::uint16_t i = 0; i < keys.size(); ++i) {
    rule.for_each.push_back(field_name(keys[i]));
    rule.alert.identity.push_back(i);
  }
  rule.alert.resolve.quiet_for = std::chrono::minutes(10);
  rule.version = sha256(rule.name);
  rule.match_hash = rule.version;
  return rule;
}

Rule event_rule(std::string name, const On& on) {
  Rule rule = base_rule(std::move(name));
  rule.form = EventForm{pattern(on, {kBuilding})};
  return rule;
}

Rule count_rule(std::string name, const On& on, std::uint32_t at_least, std::int64_t within,
                bool distinct_devices) {
  Rule rule = base_rule(std::move(name));
  CountForm form{.pattern = {}, .distinct = {}, .at_least = at_least, .within = Duration(within)};
  if (distinct_devices) form.distinct = {"device_id"};
  form.pattern = pattern(on, {kBuilding},
                         distinct_devices ? std::vector{kDevice} : std::vector<std::uint16_t>{});
  rule.form = std::move(form);
  return rule;
}

Rule all_rule(std::string name, const std::vector<On>& steps, std::int64_t within,
              std::string_view join) {
  Rule rule = base_rule(std::move(name));
  AllForm form;
  form.within = Duration(within);
  form.join = compile(join);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    form.steps.push_back(
        {std::string(1, static_cast<char>('a' + i)), pattern(steps[i], {kBuilding})});
  }
  rule.form = std::move(form);
  return rule;
}

Rule sequence_rule(std::string name, const std::vector<On>& steps, std::int64_t within,
                   std::string_view join) {
  Rule rule = all_rule(std::move(name), steps, 0, join);
  SequenceForm form;
  form.join = compile(join);
  form.steps = std::get<AllForm>(rule.form).steps;
  if (within >= 0) form.within = Duration(within);
  rule.form = std::move(form);
  return rule;
}

Rule aggregate_rule(std::string name, const On& on, AggregateForm form, std::string_view value) {
  Rule rule = base_rule(std::move(name));
  form.pattern = pattern(on, {kBuilding});
  if (form.fn != AggregateForm::Fn::count) {
    for (auto& alternative : form.pattern.alternatives) {
      alternative.value = compile_number(value);
    }
  }
  rule.form = std::move(form);
  return rule;
}

Rule sustained_rule(std::string name, const On& on, SustainedForm form, std::string_view holds,
                    std::string_view breaks) {
  Rule rule = base_rule(std::move(name));
  form.pattern = pattern(on, {kBuilding});
  for (auto& alternative : form.pattern.alternatives) {
    alternative.holds = compile(holds);
    alternative.breaks = compile(breaks);
  }
  rule.form = std::move(form);
  return rule;
}

SequenceForm& sequence_of(Rule& rule) { return std::get<SequenceForm>(rule.form); }

Absence& then_absent(Rule& rule, const On& on, std::int64_t within, std::int64_t look_back) {
  Absence absence;
  absence.pattern = pattern(on, {kBuilding});
  absence.within = Duration(within);
  absence.look_back = Duration(look_back);
  return sequence_of(rule).absent.emplace(std::move(absence));
}

LatestCell& add_latest(Rule& rule, const On& on, std::int64_t max_age) {
  rule.latest.push_back({.name = "last",
                         .pattern = pattern(on, {kBuilding}),
                         .max_age = Duration(max_age),
                         .defaults = {}});
  rule.latest_reads = {{0, kOp}, {0, kLevel}};
  return rule.latest.front();
}

void resolve_on(Rule& rule, const On& on) {
  rule.alert.resolve.or_event = OrEvent{pattern(on, {kBuilding})};
}

std::shared_ptr<RuleSet> bundle(std::vector<Rule> rules) {
  auto set = std::make_shared<RuleSet>();
  set->rules = std::move(rules);
  set->type_settings.resize(kTypes);
  return set;
}

namespace {

std::uint16_t slot_named(std::string_view field) {
  return std::ranges::find(common_fields(), field, &FieldSpec::name)->slot;
}

void let_be_heard(Rule& rule, std::size_t index) {
  AlertEvents& as = rule.alert_events.emplace();
  as.type = static_cast<EventTypeId>(alerts_of(index));
  as.name = "alert." + rule.name;
  for (const std::uint16_t i : rule.alert.identity) {
    as.identity_slots.push_back(slot_named(rule.for_each[i]));
  }
}

// Of the rules whose alerts it names; they come before it.
std::uint32_t level_of(const Rule& rule, const std::vector<Rule>& rules) {
  std::uint32_t level = 0;
  const auto above = [&](std::size_t below) {
    level = std::max(level, level_of(rules[below], rules) + 1);
  };
  const auto names = [&](const Pattern& pattern) {
    for (const Pattern::Alternative& one : pattern.alternatives) {
      const auto type = static_cast<std::size_t>(one.type);
      if (type >= kTypes) above(type - kTypes);
    }
  };
  for (std::size_t i = 0; i < pattern_count(rule.form); ++i) names(pattern_of(rule.form, i));
  if (absence_of(rule.form) != nullptr) names(absence_of(rule.form)->pattern);
  if (rule.alert.resolve.or_event) names(rule.alert.resolve.or_event->pattern);
  for (const InhibitedBy& by : rule.inhibited_by) above(by.rule);
  return level;
}

}  // namespace

std::shared_ptr<RuleSet> levels(std::vector<Rule> rules) {
  auto set = bundle(std::move(rules));
  for (std::size_t i = 0; i < set->rules.size(); ++i) {
    let_be_heard(set->rules[i], i);
    set->alert_types.push_back(static_cast<std::uint32_t>(i));
    set->type_settings.emplace_back().lateness = {};
  }
  for (Rule& rule : set->rules) rule.level = level_of(rule, set->rules);
  return set;
}

void roll_up(std::vector<Rule>& rules, std::size_t child, std::string name, std::uint32_t at_least,
             std::int64_t within) {
  Rule parent = base_rule(std::move(name), {slot_named(rules[child].for_each.front())});
  const std::uint16_t by = slot_named(parent.for_each.front());
  RollUpForm form{.child = rules[child].name,
                  .pattern = {},
                  .at_least = at_least,
                  .share = 0,
                  .within = Duration(within),
                  .population = {}};
  std::vector<std::uint16_t> identity;
  for (const std::string& field : rules[child].for_each) identity.push_back(slot_named(field));
  form.pattern = pattern({{alerts_of(child)}}, {by}, identity);
  parent.form = std::move(form);
  parent.alert.resolve = {};
  RolledUp& up = rules[child].rolled_up.emplace();
  up.parent = static_cast<std::uint32_t>(rules.size());
  for (const Pattern::Alternative& opener : pattern_of(rules[child].form, 0).alternatives) {
    up.alternatives.push_back({opener.type, by});
  }
  rules.push_back(std::move(parent));
}

void inhibit(Rule& rule, const std::vector<Rule>& rules, std::uint32_t by) {
  InhibitedBy& one = rule.inhibited_by.emplace_back(InhibitedBy{.rule = by, .alternatives = {}});
  std::vector<std::uint16_t> slots;
  for (const std::uint16_t i : rules[by].alert.identity) {
    slots.push_back(slot_named(rules[by].for_each[i]));
  }
  for (const Pattern::Alternative& opener : pattern_of(rule.form, 0).alternatives) {
    one.alternatives.push_back({opener.type, slots});
  }
}

Engine& Session::engine() {
  if (state_every == 0 || ++steps_ % state_every != 0) return engine_;
  Engine next(rules_, registry_, options_);
  EXPECT_TRUE(next.restore(engine_.state()));
  engine_ = std::move(next);
  return engine_;
}

Verdict Session::apply(const TestEvent& from) {
  Event event = make_event(from, ++position_);
  return engine().apply(event, said_);
}

void Session::apply_all(const std::vector<TestEvent>& events) {
  for (const TestEvent& event : events) apply(event);
}

std::vector<std::string> Session::lines() {
  std::vector<std::string> lines;
  for (; told_ < said_.size(); ++told_) lines.push_back(line_of(said_[told_]));
  return lines;
}

std::string line_of(const AlertRevision& r) {
  std::string key;
  for (const NamedValue& value : r.key) {
    if (!key.empty()) key += ',';
    key += to_text(value.second.view());
  }
  std::string line = std::to_string(unix_ms(r.at)) + " ";
  if (r.kind != AlertKind::rule) line += std::string(to_string(r.kind)) + " ";
  line += r.rule + "[" + key + "] #" + std::to_string(r.rev) + " ";
  line += std::string(to_string(r.state)) + " " + std::string(to_string(r.reason)) + " ";
  line += std::string(to_string(r.severity)) + " count=" + std::to_string(r.count);
  line += " distinct=" + std::to_string(r.distinct);
  return r.suppressed_by.empty() ? line : line + " suppressed";
}

}  // namespace tocsin::rules::test
