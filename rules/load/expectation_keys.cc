#include "rules/load/expectation_keys.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "rules/load/scalars.h"

namespace tocsin::rules {
namespace {

using nlohmann::ordered_json;
using yaml::Entry;
using yaml::NodeKind;

enum class Shape : std::uint8_t {
  text,
  whole,
  flag,
  time,
  state,
  severity,
  reason,
  kind,
  local_text,
  key,
  place,
  evidence,
  any
};

struct Field {
  std::string_view name;
  Shape shape;
};
// The fields of an alert line, as tocsin schema alert lists them.
constexpr std::array kFields{
    Field{"schema", Shape::text},
    Field{"alert_id", Shape::text},
    Field{"rule", Shape::text},
    Field{"kind", Shape::kind},
    Field{"rev", Shape::whole},
    Field{"state", Shape::state},
    Field{"severity", Shape::severity},
    Field{"category", Shape::text},
    Field{"title", Shape::local_text},
    Field{"key", Shape::key},
    Field{"opened_at", Shape::time},
    Field{"at", Shape::time},
    Field{"reason", Shape::reason},
    Field{"count", Shape::whole},
    Field{"distinct", Shape::whole},
    Field{"summary", Shape::local_text},
    Field{"place", Shape::place},
    Field{"evidence", Shape::evidence},
    Field{"evidence_dropped", Shape::whole},
    Field{"attached", Shape::any},
    Field{"rule_version", Shape::text},
    Field{"log_position", Shape::whole},
    Field{"shadow", Shape::flag},
    Field{"late", Shape::flag},
    Field{"degraded", Shape::flag},
    Field{"historical", Shape::flag},
    Field{"suppressed_by", Shape::text},
    Field{"owner", Shape::text},
    Field{"department", Shape::text},
    Field{"plan_id", Shape::text},
};

constexpr std::array<std::string_view, 5> kEvidenceFields{"id", "device_id", "type", "ts",
                                                          "values"};
constexpr std::array<std::string_view, 2> kDegrees{"lat", "lon"};

// As an alert names them: loc.building is "building".
std::vector<std::string> place_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kLocKinds; ++i)
    names.push_back(common_fields()[kFirstLoc + i].name.substr(4));
  names.insert(names.end(), kDegrees.begin(), kDegrees.end());
  return names;
}

constexpr std::array<std::string_view, 2> kStateWords{"firing", "resolved"};
constexpr std::array<std::string_view, 3> kKindWords{"rule", "rule.error", "rule.limit"};
constexpr std::array<std::string_view, 15> kReasonWords{
    "matched",      "updated", "escalated",      "quiet",           "or_event",
    "breaks",       "after",   "on_first_event", "retracted_late",  "rule_removed",
    "rule_changed", "manual",  "decommissioned", "below_threshold", "evicted"};

class ExpectationReader {
 public:
  ExpectationReader(const yaml::Node& line, const RuleText& rule, yaml::Report& report)
      : line_(line), rule_(rule), report_(report) {}

  ordered_json read() {
    for (const Entry& entry : line_.entries) {
      if (entry.key.text == "t") continue;
      if (entry.value.kind == NodeKind::null) {
        report_.add(Code::empty_value, entry.key.span, {entry.key.text});
      } else if (const auto shape = shape_of(entry.key.text)) {
        read_value(entry, *shape);
      } else {
        yaml::unknown_key(entry.key, names(), report_);
      }
    }
    return json_;
  }

 private:
  // Key fields and places may be named without `key` and `place` around them.
  std::optional<Shape> shape_of(const std::string& name) const {
    const auto field = std::ranges::find(kFields, name, &Field::name);
    if (field != kFields.end()) return field->shape;
    const auto& key = rule_.rule.for_each;
    const bool rolled_up = rule_.roll_up && rule_.roll_up->by->text == name;
    const bool in_key = rolled_up || std::ranges::find(key, name) != key.end();
    const auto& common = common_fields();
    const bool place = name.starts_with("loc.") &&
                       std::ranges::find(common, name, &FieldSpec::name) != common.end();
    return in_key || place ? std::optional(Shape::any) : std::nullopt;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> all{"t"};
    for (const Field& field : kFields) all.emplace_back(field.name);
    all.insert(all.end(), rule_.rule.for_each.begin(), rule_.rule.for_each.end());
    return all;
  }

  std::vector<std::string> key_names() const {
    std::vector<std::string> names = rule_.rule.for_each;
    if (rule_.roll_up) names.push_back(rule_.roll_up->by->text);
    return names;
  }

  void read_value(const Entry& entry, Shape shape) {
    const std::string& name = entry.key.text;
    const yaml::Node& value = entry.value;
    json_[name] = to_json(value);
    switch (shape) {
      case Shape::text: (void)yaml::read_text(value, name, report_); break;
      case Shape::whole: (void)yaml::read_integer(value, 0, INT64_MAX, name, report_); break;
      case Shape::flag: (void)yaml::read_boolean(value, name, report_); break;
      case Shape::state: (void)yaml::read_word(value, kStateWords, name, report_); break;
      case Shape::severity: (void)yaml::read_word(value, kSeverityWords, name, report_); break;
      case Shape::reason: (void)yaml::read_word(value, kReasonWords, name, report_); break;
      case Shape::kind: (void)yaml::read_word(value, kKindWords, name, report_); break;
      case Shape::local_text: read_text(value, name); break;
      case Shape::time: read_time(value, name, json_[name]); break;
      case Shape::key: read_part(value, name, key_names()); break;
      case Shape::place: read_part(value, name, place_names()); break;
      case Shape::evidence: read_evidence(value, name); break;
      case Shape::any: break;
    }
  }

  // One text is expected of both languages only if it is the English one: name what is meant.
  void read_text(const yaml::Node& value, const std::string& name) {
    (void)yaml::read_local_text(value, name, report_);
    if (value.kind == NodeKind::scalar) json_[name] = {{"en", value.text}};
  }

  void read_time(const yaml::Node& value, const std::string& name, ordered_json& json) {
    if (value.is_plain() && yaml::parse_integer(value.text)) return;
    if (const auto t = yaml::read_duration(value, name, report_)) json = unix_ms(kTestStart + *t);
  }

  bool is_a(NodeKind kind, const yaml::Node& value, std::string_view name) {
    if (value.kind == kind) return true;
    if (value.kind != NodeKind::invalid) {
      report_.add(Code::wrong_kind, value.span,
                  {name, yaml::kind_words(kind), yaml::kind_words(value.kind)});
    }
    return false;
  }

  // A name that no alert has would be found missing, and equal nothing.
  void read_part(const yaml::Node& value, const std::string& name,
                 const std::vector<std::string>& known) {
    if (!is_a(NodeKind::map, value, name)) return;
    for (const Entry& entry : value.entries) {
      if (std::ranges::find(known, entry.key.text) == known.end())
        yaml::unknown_key(entry.key, known, report_);
    }
  }

  void read_evidence(const yaml::Node& value, const std::string& name) {
    if (!is_a(NodeKind::sequence, value, name)) return;
    const std::vector<std::string> known(kEvidenceFields.begin(), kEvidenceFields.end());
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const yaml::Node& item = value.items[i];
      read_part(item, name, known);
      if (const yaml::Node* const ts = yaml::value_of(item, "ts"))
        read_time(*ts, "ts", json_[name][i]["ts"]);
    }
  }

  const yaml::Node& line_;
  const RuleText& rule_;
  yaml::Report& report_;
  ordered_json json_ = ordered_json::object();
};

}  // namespace

ordered_json read_expectation(const yaml::Node& line, const RuleText& rule, yaml::Report& report) {
  return ExpectationReader(line, rule, report).read();
}

}  // namespace tocsin::rules
