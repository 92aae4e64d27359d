#include "rules/load/relations.h"

#include <algorithm>
#include <array>

#include "core/digest.h"

namespace tocsin::rules {
namespace {

// Near enough that what is suppressed there is never the first sign of a fire.
bool is_near(std::string_view field) {
  constexpr std::array<std::string_view, 5> kNear{"loc.building", "loc.floor", "loc.zone",
                                                  "loc.unit", "device_id"};
  return std::ranges::find(kNear, field) != kNear.end();
}

std::vector<std::string> identity_of(const Rule& rule) {
  std::vector<std::string> names;
  for (const std::uint16_t i : rule.alert.identity) names.push_back(rule.for_each[i]);
  return names;
}

bool is_place(const FieldSpec& field) {
  return field.slot >= kFirstLoc && field.slot < kFirstLoc + kLocKinds;
}

bool is_gateway(const FieldSpec& field) {
  return field.name == "gateway" || field.name == "device.gateway_id";
}

// The innermost place that an identity names.
const FieldSpec* innermost(const std::vector<FieldSpec>& identity) {
  const FieldSpec* found = nullptr;
  for (const FieldSpec& field : identity) {
    if (is_place(field) && (found == nullptr || field.slot > found->slot)) found = &field;
  }
  return found;
}

std::vector<FieldSpec> identity_fields(const RuleText& rule) {
  std::vector<FieldSpec> fields;
  for (const std::string& name : identity_of(rule.rule)) {
    const auto at = std::ranges::find(rule.key_fields, name, &FieldSpec::name);
    if (at != rule.key_fields.end()) fields.push_back(*at);
  }
  return fields;
}

cel::Program read_program(std::string_view source, std::span<const KeyField> keys) {
  RuleScope scope;
  scope.alert = true;
  scope.keys = keys;
  return cel::compile(source, scope, std::nullopt).program;
}

// "12 × title: V3"
Template many_of(const std::string& title, const FieldSpec& by) {
  const std::vector<KeyField> keys{{by.name, {by.kind, by.element}}};
  return {.pieces = {{{}, read_program("count", keys)},
                     {" × " + title + ": ", {}},
                     {{}, read_program("key." + by.name, keys)}},
          .source = "{{count}} × " + title + ": {{key." + by.name + "}}"};
}

}  // namespace

void Relations::declare() {
  for (const RuleText& rule : rules_) {
    if (rule.name != nullptr) bundle_.alerts.declare(rule.rule.name);
  }
  for (RuleText& rule : rules_) {
    if (rule.name == nullptr || !rule.roll_up) continue;
    const yaml::Node& as = *rule.roll_up->as;
    if (bundle_.alerts.is_declared(as.text)) {
      rule.file->report.add(Code::duplicate_rule, as.span, {as.text, "roll_up"});
      rule.roll_up.reset();
    } else {
      bundle_.alerts.declare(as.text);
    }
  }
}

RuleText* Relations::find(std::string_view rule) {
  const auto at = std::ranges::find_if(
      rules_, [&](const RuleText& r) { return r.name != nullptr && r.rule.name == rule; });
  return at == rules_.end() ? nullptr : &*at;
}

void Relations::define(const RuleGraph::Item& item) {
  if (item.parent) {
    if (item.rule->roll_up) define_parent(*item.rule, item.level);
  } else {
    define_rule(*item.rule);
  }
}

void Relations::define_rule(RuleText& rule) {
  const std::vector<FieldSpec> identity = identity_fields(rule);
  const bool whole = identity.size() == rule.rule.alert.identity.size();
  if (rule.in_circle || !whole || rule.openers.empty()) return;
  const FieldSpec* const by = rule.roll_up ? roll_up_field(rule) : nullptr;
  bundle_.alerts.define(rule.rule.name, identity, by);
}

// The field of `by`, as all events have it that can open an alert.
const FieldSpec* Relations::roll_up_field(RuleText& rule) {
  const FieldSpec* by = nullptr;
  for (const EventType* opener : rule.openers) {
    by = resolve_field(*rule.roll_up->by, *opener, "roll_up", rule.file->report);
    if (by == nullptr) break;
  }
  if (by == nullptr) rule.roll_up.reset();
  return by;
}

void Relations::define_parent(RuleText& rule, std::uint32_t level) {
  const FieldSpec* const by = roll_up_field(rule);
  const auto* const alert = bundle_.alerts.use(rule.rule.name, catalogue_.types().size());
  if (by == nullptr || alert == nullptr) return;
  if (!alert->clash.empty()) {
    rule.file->report.add(Code::alert_word, rule.roll_up->as->span, {rule.rule.name, alert->clash});
    return;
  }
  if (rule.rule.category == "fire" && !is_near(by->name)) {
    rule.file->report.add(Code::suppressed_fire, rule.roll_up->by->span, {rule.rule.name});
  }
  Parent& parent =
      parents_.emplace_back(Parent{rule.rule.name, parent_of(rule, *by), {&alert->type}, {}});
  parent.rule.level = level;
  auto& form = std::get<RollUpForm>(parent.rule.form);
  form.pattern.alternatives.push_back({.type = alert->type.id,
                                       .where = {},
                                       .key_slots = {*alert->events.roll_up_slot},
                                       .distinct_slots = alert->events.identity_slots,
                                       .reads = {}});
  for (const std::string& name : identity_of(rule.rule)) {
    form.pattern.alternatives.back().reads.push_back({"e." + name, alert->type.find(name)->slot});
  }
  if (rule.roll_up->share_node != nullptr && !may_share(rule, *by, form)) return;
  for (const EventType* opener : rule.openers) {
    parent.alternatives.push_back({opener->id, opener->find(by->name)->slot});
  }
  bundle_.alerts.define(parent.rule.name, {*by}, nullptr);
}

Rule Relations::parent_of(const RuleText& text, const FieldSpec& by) const {
  const Rule& child = text.rule;
  const RollUpText& roll_up = *text.roll_up;
  Rule parent;
  parent.name = roll_up.as->text;
  parent.title = {child.title.en + " (rolled up)", child.title.zh + "（汇总）"};
  parent.owner = child.owner;
  parent.category = child.category;
  parent.severity = roll_up.severity.value_or(child.severity);
  parent.mode = child.mode;
  parent.for_each = {by.name};
  parent.form = RollUpForm{.child = child.name,
                           .pattern = {},
                           .at_least = roll_up.at_least,
                           .share = roll_up.share,
                           .within = roll_up.within,
                           .population = {}};
  parent.alert.identity = {0};
  parent.alert.summary = {many_of(child.title.en, by), many_of(child.title.zh, by)};
  parent.alert.department = child.alert.department;
  parent.limits = child.limits;
  parent.version = sha256(child.version + "\nroll_up");
  parent.match_hash = sha256(child.match_hash + "\n" + by.name);
  return parent;
}

bool Relations::may_share(RuleText& rule, const FieldSpec& by, RollUpForm& form) {
  const std::vector<FieldSpec> identity = identity_fields(rule);
  const bool devices = std::ranges::find(identity, "device_id", &FieldSpec::name) != identity.end();
  const FieldSpec* const place = innermost(identity);
  const bool inside = devices || (place != nullptr && place->slot > by.slot);
  if (!(is_place(by) && inside) && !(is_gateway(by) && devices)) {
    rule.file->report.add(Code::share_population, rule.roll_up->share_node->span,
                          {"share", rule.rule.name});
    return false;
  }
  if (!devices) form.population = static_cast<PlaceKind>(place->slot - kFirstLoc);
  if (!options_.have_registry && rule.name != nullptr) {
    rule.file->report.add(Code::share_registry, rule.name->span, {rule.rule.name});
  }
  return true;
}

void Relations::check_inhibits() {
  for (RuleText& rule : rules_) {
    for (const yaml::Node* name : rule.inhibits) check_inhibits(rule, *name);
  }
}

void Relations::check_inhibits(RuleText& rule, const yaml::Node& name) {
  const auto parent =
      std::ranges::find_if(parents_, [&](const Parent& p) { return p.rule.name == name.text; });
  const RuleText* const text = find(name.text);
  if (text == nullptr && parent == parents_.end()) {
    std::vector<std::string> names;
    for (const RuleText& one : rules_) names.push_back(one.rule.name);
    rule.file->report.add(Code::unknown_rule, name.span, {name.text}, nearest(name.text, names));
    return;
  }
  const Rule& victim = text != nullptr ? text->rule : parent->rule;
  const auto& openers = text != nullptr ? text->openers : parent->openers;
  const std::vector<std::string> identity = identity_of(rule.rule);
  const bool near = rule.rule.category == "fire" && std::ranges::any_of(identity, is_near);
  if (victim.category == "fire" && !near) {
    rule.file->report.add(Code::suppressed_fire, name.span, {victim.name});
  }
  Suppresses& one = suppresses_.emplace_back(Suppresses{rule.rule.name, victim.name, {}});
  std::string lacking;
  for (const EventType* opener : openers) {
    InhibitedBy::Alternative alternative{opener->id, {}};
    for (const std::string& field : identity) {
      const FieldSpec* const spec = opener->find(field);
      if (spec == nullptr) lacking = field;
      if (spec != nullptr) alternative.slots.push_back(spec->slot);
    }
    if (alternative.slots.size() == identity.size()) {
      one.alternatives.push_back(std::move(alternative));
    }
  }
  if (!one.alternatives.empty() || lacking.empty()) return;
  rule.file->report.add(Code::missing_field, name.span,
                        {openers.front()->name, lacking, "inhibits"});
}

void Relations::lint() const {
  const auto never = [&](const RuleText& rule, const yaml::Node& event) {
    const std::string_view name = alert_rule_of(event.text);
    const auto below = std::ranges::find_if(rules_, [&](const RuleText& r) {
      return r.rule.name == name ||
             (r.roll_up && r.roll_up->as != nullptr && r.roll_up->as->text == name);
    });
    if (name.empty() || below == rules_.end() || below->rule.mode == Mode::live) return;
    const bool off = below->rule.mode == Mode::disabled;
    if (!off && rule.rule.mode == Mode::shadow) return;
    rule.file->report.add(Code::shadow_alerts, event.span,
                          {event.text, below->rule.name, off ? "disabled" : "shadow"});
  };
  for (const RuleText& rule : rules_) {
    if (rule.rule.mode == Mode::disabled) continue;
    const auto look = [&](const PatternText& pattern) {
      for (const yaml::Node* event : pattern.events) never(rule, *event);
    };
    for (const PatternText& pattern : patterns_of(rule)) look(pattern);
  }
}

void Relations::link(RuleSet& set) {
  for (Parent& parent : parents_) set.rules.push_back(parent.rule);
  std::ranges::sort(set.rules, {}, &Rule::name);
  const auto index = [&](std::string_view name) {
    const auto at = std::ranges::lower_bound(set.rules, name, {}, &Rule::name);
    return static_cast<std::uint32_t>(at - set.rules.begin());
  };
  for (const AlertTypes::Definition* alert : bundle_.alerts.used()) {
    set.alert_types.push_back(index(alert->rule));
    set.rules[set.alert_types.back()].alert_events = alert->events;
    set.type_settings.emplace_back().lateness = {};  // an alert is there at once
  }
  std::ranges::sort(suppresses_, {}, &Suppresses::by);
  for (const Suppresses& one : suppresses_) {
    set.rules[index(one.victim)].inhibited_by.push_back({index(one.by), one.alternatives});
  }
  for (const Parent& parent : parents_) {
    set.rules[index(parent.child)].rolled_up =
        RolledUp{index(parent.rule.name), parent.alternatives};
  }
}

}  // namespace tocsin::rules
