// What a rule is identified by: its version and the hash of its structure.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "rules/load/compiler.h"

namespace tocsin::rules {
namespace {

using nlohmann::ordered_json;

ordered_json event_names(const PatternText& pattern) {
  std::vector<std::string> names;
  for (const yaml::Node* node : pattern.events) names.push_back(node->text);
  std::ranges::sort(names);
  return names;
}

// Conditions by name that some expression on an event of the rule mentions.
ordered_json conditions_used(const RuleText& rule, const std::vector<PatternText>& patterns,
                             const BundleText& bundle) {
  std::vector<const yaml::Node*> expressions{rule.value, rule.holds, rule.breaks};
  for (const PatternText& pattern : patterns) expressions.push_back(pattern.where);
  std::map<std::string, std::string> used;
  for (const yaml::Node* const expression : expressions) {
    if (expression == nullptr) continue;
    for (const NameUse& name : names_in(expression->text)) {
      const auto condition = bundle.conditions.find(name.path);
      if (condition != bundle.conditions.end())
        used[condition->first] = condition->second.expression->text;
    }
  }
  return used;
}

ordered_json calendars_used(const RuleText& rule, const BundleText& bundle) {
  ordered_json used = ordered_json::array();
  for (const std::uint32_t i : rule.calendars) {
    const yaml::Entry& entry = *bundle.calendars[i].entry;
    const yaml::Span span{entry.key.span.begin, entry.value.span.end};
    used.push_back(bundle.file->source.text(span));
  }
  return used;
}

ordered_json repeat_of(const TypeText& type) {
  if (!type.repeat) return {};
  ordered_json by = ordered_json::array();
  for (const yaml::Node* field : type.repeat->by) by.push_back(field->text);
  return {by, type.repeat->within.value_or(Duration{}).count()};
}

ordered_json settings_used(const std::vector<PatternText>& patterns, const BundleText& bundle) {
  ordered_json settings = ordered_json::array();
  for (const TypeText& type : bundle.types) {
    const bool used = std::ranges::any_of(patterns, [&](const PatternText& p) {
      return std::ranges::any_of(p.events,
                                 [&](const yaml::Node* e) { return e->text == type.name->text; });
    });
    if (!used) continue;
    settings.push_back({type.name->text, type.lateness.value_or(TypeSettings{}.lateness).count(),
                        type.max_age.value_or(TypeSettings{}.max_age).count(), repeat_of(type)});
  }
  return settings;
}

std::string text_of(const RuleText& rule) {
  std::string text(rule.file->source.text(rule.document->text));
  text.erase(std::min(text.find_last_not_of(" \r\n") + 1, text.size()));
  text.erase(0, std::min(text.find_first_not_of("\r\n"), text.size()));
  return text;
}

}  // namespace

std::vector<PatternText> patterns_of(const RuleText& rule) {
  std::vector<PatternText> patterns;
  for (const StepText& step : rule.steps) patterns.push_back(step.pattern);
  if (patterns.empty()) patterns.push_back(rule.pattern);
  for (const LatestText& cell : rule.latest) patterns.push_back(cell.pattern);
  if (rule.population_where != nullptr) patterns.push_back({{}, rule.population_where});
  if (rule.also_on) patterns.push_back(*rule.also_on);
  if (rule.until) patterns.push_back(*rule.until);
  if (rule.absent) patterns.push_back(*rule.absent);
  if (rule.or_event) patterns.push_back(*rule.or_event);
  return patterns;
}

std::string rule_version(const RuleText& rule, const BundleText& bundle) {
  const std::vector<PatternText> patterns = patterns_of(rule);
  ordered_json limits = ordered_json::array();
  for (const LimitText& limit : bundle.limits) limits.push_back({limit.spec->name, limit.value});
  ordered_json parts{conditions_used(rule, patterns, bundle), settings_used(patterns, bundle),
                     limits, calendars_used(rule, bundle)};
  if (!rule.alert_types.empty()) parts.push_back(rule.alert_types);
  if (!rule.own_types.empty()) parts.push_back(rule.own_types);
  return sha256(text_of(rule) + "\n" + parts.dump());
}

std::string twin_key(const RuleText& rule) {
  std::string key = rule.rule.match_hash;
  key += static_cast<char>('0' + static_cast<int>(rule.rule.mode));
  const auto& entries = rule.document->root.entries;
  const std::size_t end = rule.document->text.end;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string& name = entries[i].key.text;
    if (name != "match" && name != "params" && name != "latest") continue;
    const std::size_t next = i + 1 < entries.size() ? entries[i + 1].key.span.begin : end;
    const std::string_view text = rule.file->source.text({entries[i].key.span.begin, next});
    key += text.substr(0, text.find_last_not_of(" \r\n") + 1);
  }
  return key;
}

std::string match_hash(const RuleText& rule) {
  ordered_json steps = ordered_json::array();
  for (const StepText& step : rule.steps)
    steps.push_back({step.name->text, event_names(step.pattern)});
  std::vector<std::string> distinct;
  for (const yaml::Node* field : rule.distinct) distinct.push_back(field->text);
  std::vector<std::string> identity;
  for (const std::uint16_t i : rule.rule.alert.identity) identity.push_back(rule.rule.for_each[i]);
  for (const auto& [name, pattern] :
       {std::pair("until", &rule.until), std::pair("absent", &rule.absent)}) {
    if (*pattern) steps.push_back({name, event_names(**pattern)});
  }
  for (const LatestText& cell : rule.latest) {
    steps.push_back({"latest", cell.name->text, event_names(cell.pattern)});
  }
  if (const auto* silence = std::get_if<SilenceForm>(&rule.rule.form)) {
    steps.push_back({"population", silence->kinds});
  }
  const auto* const all = std::get_if<AllForm>(&rule.rule.form);
  const auto* const aggregate = std::get_if<AggregateForm>(&rule.rule.form);
  ordered_json structure{rule.rule.form.index(),
                         event_names(rule.pattern),
                         steps,
                         distinct,
                         rule.rule.for_each,
                         identity,
                         all != nullptr && all->same_event,
                         rule.value == nullptr ? "" : rule.value->text,
                         aggregate != nullptr ? int{static_cast<std::uint8_t>(aggregate->fn)} : -1};
  if (!rule.alert_types.empty()) structure.push_back(rule.alert_types);
  if (!rule.own_types.empty()) structure.push_back(rule.own_types);
  return sha256(structure.dump());
}

}  // namespace tocsin::rules
