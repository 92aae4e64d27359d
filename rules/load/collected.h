#pragma once
/// What the collector makes of files: plain values are read and checked, expressions and names are
/// nodes that the compiler resolves. Lives within one load().
///
///     SourceFile -> RuleFile (nodes) -> RuleText, BundleText -> Rule, RuleSet
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/value.h"
#include "rules/load/alert_types.h"
#include "rules/load/loader.h"
#include "rules/load/read_values.h"
#include "rules/load/rule_keys.h"
#include "rules/load/strict_yaml.h"
#include "rules/rule.h"

namespace tocsin::rules {

enum class FileRole : std::uint8_t {
  rules,
  tests,
  bundle,
  types,  ///< a descriptor set: in the catalogue already, not read here
};

struct RuleFile {
  explicit RuleFile(const SourceFile& file);
  RuleFile(const RuleFile&) = delete;
  RuleFile& operator=(const RuleFile&) = delete;

  /// Fills `documents`.
  void read() { documents = yaml::read_yaml(source, report); }

  FileRole role;
  yaml::SourceText source;
  yaml::Report report;
  std::vector<yaml::Document> documents;
};

struct PatternText {
  std::vector<const yaml::Node*> events;  ///< type names; not empty unless reported
  const yaml::Node* where = nullptr;
};

struct StepText {
  const yaml::Node* name = nullptr;
  PatternText pattern;
};

struct Param {
  std::string name;
  const yaml::Node* key = nullptr;
  OwnedValue value;
  mutable bool used = false;
};

struct LatestText {
  const yaml::Node* name = nullptr;
  PatternText pattern;
  Duration max_age{};
  LatestCell::Missing if_missing{};
  const yaml::Node* defaults = nullptr;  ///< a map
  mutable bool used = false;
};

struct EscalationText {
  const yaml::Node* when = nullptr;
  const yaml::Node* severity_node = nullptr;
  Severity severity{};
};

struct LimitText {
  const LimitSpec* spec = nullptr;
  std::uint32_t value = 0;
  const yaml::Node* node = nullptr;
};

struct TextNodes {
  const yaml::Node* en = nullptr;
  const yaml::Node* zh = nullptr;
};

struct RollUpText {
  const yaml::Node* by = nullptr;
  const yaml::Node* as = nullptr;
  const yaml::Node* share_node = nullptr;  ///< null: at_least
  std::uint32_t at_least = 0;
  double share = 0;
  Duration within{};
  std::optional<Severity> severity;  ///< the rule's own, if not given
};

struct RuleText {
  RuleFile* file = nullptr;
  const yaml::Document* document = nullptr;
  const yaml::Node* name = nullptr;  ///< null: none, or reported
  Rule rule;                         ///< plain values; the rest is filled by the compiler
  std::vector<const yaml::Node*> for_each;
  std::vector<Param> params;
  std::vector<LatestText> latest;
  const yaml::Node* form = nullptr;  ///< its name
  PatternText pattern;               ///< of the forms without named steps
  std::vector<const yaml::Node*> distinct;
  const yaml::Node* at_least = nullptr;
  const yaml::Node* value = nullptr;  ///< of `aggregate`, as are these
  const yaml::Node* min_samples = nullptr;
  const yaml::Node* threshold = nullptr;
  const yaml::Node* clear = nullptr;
  std::vector<StepText> steps;        ///< of `all` and `sequence`
  const yaml::Node* holds = nullptr;  ///< of `sustained`, as are these
  const yaml::Node* breaks = nullptr;
  std::optional<PatternText> also_on;
  std::optional<PatternText> until;
  std::optional<PatternText> absent;
  const yaml::Node* population_where = nullptr;  ///< of `silence`
  const yaml::Node* first_event = nullptr;       ///< `on_first_event`, if true
  const yaml::Node* join = nullptr;
  const yaml::Node* keep = nullptr;
  std::optional<std::vector<const yaml::Node*>> identity;
  TextNodes summary;
  std::vector<const yaml::Node*> attach;
  std::vector<EscalationText> escalations;
  std::optional<PatternText> or_event;
  const yaml::Node* breaks_for = nullptr;
  const yaml::Node* quiet_calendar = nullptr;
  std::set<std::uint32_t> calendars;  ///< of the bundle, that the rule asks
  std::vector<LimitText> limits;
  std::vector<const yaml::Node*> inhibits;
  std::optional<RollUpText> roll_up;
  bool in_circle = false;  ///< reported
  bool compiled = false;
  std::vector<FieldSpec> key_fields;      ///< of for_each as far as they are known
  std::vector<const EventType*> openers;  ///< whose events can open its alerts
  std::list<EventType> silent_types;  ///< of `silence`: what the registry knows, by sign of life
  std::set<std::string> alert_types;  ///< that it names, with their fields
  std::map<std::string, std::string> own_types;  ///< of the deployment, that it names: definitions
};

struct Condition {
  RuleFile* file = nullptr;
  const yaml::Node* key = nullptr;
  const yaml::Node* expression = nullptr;
  bool used = false;
};

struct RepeatText {
  std::vector<const yaml::Node*> by;
  std::optional<Duration> within;
};

struct TypeText {
  const yaml::Node* name = nullptr;
  std::optional<Duration> lateness;
  std::optional<Duration> max_age;
  std::optional<RepeatText> repeat;
};

struct CalendarText {
  const yaml::Entry* entry = nullptr;
  Calendar calendar;
  bool used = false;
};

struct BundleText {
  RuleFile* file = nullptr;  ///< null: no bundle.yaml
  std::vector<TypeText> types;
  std::map<std::string, Condition, std::less<>> conditions;
  std::vector<CalendarText> calendars;
  std::vector<LimitText> limits;
  std::optional<Duration> historical_after;
  AlertTypes alerts;

  /// The calendar of that name, now used; else reported.
  std::optional<std::uint32_t> use_calendar(std::string_view name, yaml::Span where,
                                            yaml::Report& report);
};

/// Collects one document of a rule file, its tests included.
RuleText collect_rule(RuleFile& file, const yaml::Document& document);
void collect_alert(const yaml::Node& alert, RuleText& rule);
/// `owner`: where a missing key is reported.
void collect_sequence(const yaml::Node& form, yaml::Span owner, RuleText& rule);
void collect_sustained(const yaml::Node& form, yaml::Span owner, RuleText& rule);
void collect_aggregate(const yaml::Node& form, yaml::Span owner, RuleText& rule);
void collect_silence(const yaml::Node& form, yaml::Span owner, RuleText& rule);
/// Reads `name: {event, where}`; adds it to the rule's steps.
void collect_step(const yaml::Entry& step, RuleText& rule);
void collect_latest(const yaml::Entry& latest, RuleText& rule);
std::vector<Param> collect_params(const yaml::Node& params, yaml::Report& report);
std::vector<LimitText> collect_limits(const yaml::Node& limits, yaml::Report& report);
PatternText collect_pattern(const yaml::Node& map, yaml::Report& report);
void collect_bundle(RuleFile& file, BundleText& bundle);
void collect_calendars(const yaml::Node& calendars, BundleText& bundle);
/// Refuses what is not `tocsin/1`.
void check_format(const yaml::Node& root, yaml::Report& report);

/// Whether the name already means something in expressions (e, key, count, true, in, ...).
bool is_reserved(std::string_view name);
/// Words of expressions, which no step can be called.
std::span<const std::string_view> reserved_names();

}  // namespace tocsin::rules
