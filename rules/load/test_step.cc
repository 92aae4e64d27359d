#include "rules/load/test_step.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "rules/load/compiler.h"
#include "rules/load/rule_graph.h"
#include "rules/load/scalars.h"

namespace tocsin::rules {
namespace {

using nlohmann::ordered_json;
using yaml::Entry;
using yaml::Node;
using yaml::NodeKind;
using yaml::Report;
using yaml::Words;

struct EngineWord {
  std::string_view word;
  std::array<std::string_view, 2> needs;  ///< keys besides `engine` and `t`
};
constexpr std::array<EngineWord, 6> kEngineWords{{{"restart", {}},
                                                  {"down", {}},
                                                  {"up", {}},
                                                  {"tick", {}},
                                                  {"gateway", {"id", "state"}},
                                                  {"reload", {"rules"}}}};
constexpr std::array<std::string_view, 6> kEngineNames{"restart", "down",    "up",
                                                       "tick",    "gateway", "reload"};

constexpr std::array<std::string_view, 1> kVerbs{"close"};
constexpr std::array kCommandKeys{
    yaml::KeySpec{"verb", yaml::Presence::required, yaml::ValueType::word, "close", kVerbs},
    yaml::KeySpec{"rule", yaml::Presence::optional, yaml::ValueType::text,
                  "whose alerts; default any rule's"},
    yaml::KeySpec{"key", yaml::Presence::required, yaml::ValueType::other,
                  "the alert's key: names and values"},
};

// A step sets neither: `t` is the arrival, `late` follows from it.
bool is_input(const FieldSpec& field) {
  return field.name != "type" && field.name != "arr" && field.name != "late";
}

const FieldSpec* find_input(const EventType& type, std::string_view name) {
  const FieldSpec* const field = type.find(name);
  return field != nullptr && is_input(*field) ? field : nullptr;
}

std::vector<std::string> input_names(const EventType& type) {
  std::vector<std::string> names{"t", "event"};
  for (const FieldSpec& field : type.fields) names.push_back(field.name);
  for (const FieldSpec& field : common_fields()) {
    if (is_input(field)) names.push_back(field.name);
  }
  return names;
}

// "9s" after the start, "-30s" before and "+30s" after the step, RFC 3339, or Unix milliseconds.
bool is_time(const Node& node, ValueKind kind) {
  if (kind == ValueKind::int64) return true;
  std::string_view text = node.text;
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return kind == ValueKind::string &&
         (yaml::parse_duration(text) || text.find('T') != std::string_view::npos);
}

bool fits(const Node& node, ValueKind wanted) {
  const OwnedValue value = typed_scalar(node);
  const ValueKind kind = value.view().kind();
  switch (wanted) {
    case ValueKind::float64: return kind == ValueKind::float64 || kind == ValueKind::int64;
    case ValueKind::uint64: return kind == ValueKind::int64 && value.view().as_int() >= 0;
    case ValueKind::timestamp: return is_time(node, kind);
    default: return kind == wanted;
  }
}

class StepReader {
 public:
  StepReader(const Node& step, const Catalogue& catalogue, Report& report)
      : step_(step), catalogue_(catalogue), report_(report) {}

  ordered_json read() {
    const Entry* event = step_.find("event");
    if (event == nullptr) event = step_.find("type");
    const Entry* const engine = step_.find("engine");
    const Entry* const command = step_.find("command");
    const int kinds = (event != nullptr) + (engine != nullptr) + (command != nullptr);
    if (kinds != 1) {
      const yaml::Span first = step_.entries.empty() ? step_.span : step_.entries.front().key.span;
      report_.add(Code::test_step_kind, first);
      return line_;
    }
    if (event != nullptr) read_event(*event);
    if (engine != nullptr) read_engine(*engine);
    if (command != nullptr) read_command(*command);
    return line_;
  }

 private:
  void read_event(const Entry& entry) {
    if (!is_filled(entry)) return;
    if (const std::string_view rule = alert_rule_of(entry.value.text); !rule.empty()) {
      report_.add(Code::test_alert, entry.value.span, {entry.value.text, rule});
      return;
    }
    const EventType* const type = resolve_type(entry.value, catalogue_, report_);
    if (type == nullptr) return;
    line_["type"] = type->name;
    for (const Entry& field : step_.entries) {
      if (&field != &entry && field.key.text != "t") read_field(field, *type);
    }
    if (step_.find("device_id") == nullptr) {
      report_.add(Code::missing_key, entry.key.span, {"device_id", "the device that says it"});
    }
  }

  bool is_filled(const Entry& entry) {
    if (entry.value.kind == NodeKind::scalar) return true;
    if (entry.value.kind == NodeKind::null) {
      report_.add(Code::empty_value, entry.key.span, {entry.key.text});
    } else if (entry.value.kind != NodeKind::invalid) {
      report_.add(Code::wrong_kind, entry.value.span,
                  {entry.key.text, kind_words(NodeKind::scalar), kind_words(entry.value.kind)});
    }
    return false;
  }

  void read_field(const Entry& entry, const EventType& type) {
    const std::string& name = entry.key.text;
    const FieldSpec* const field = find_input(type, name);
    if (field == nullptr) {
      yaml::unknown_key(entry.key, input_names(type), report_);
      return;
    }
    const bool list = field->kind == ValueKind::list && entry.value.kind == NodeKind::sequence;
    if (list) {
      for (const Node& item : entry.value.items) check(item, name, field->element, {});
    } else if (field->kind == ValueKind::list) {
      refuse(entry.value, name, "list");
    } else if (is_filled(entry)) {
      check(entry.value, name, field->kind, field->words);
    }
    line_[name] = to_json(entry.value);
  }

  void check(const Node& node, std::string_view name, ValueKind kind,
             const std::vector<std::string>& words) {
    if (node.kind == NodeKind::invalid) return;
    if (node.kind != NodeKind::scalar || !fits(node, kind)) {
      refuse(node, name, to_string(kind));
    } else if (!words.empty() && std::ranges::find(words, node.text) == words.end()) {
      const std::vector<std::string_view> views(words.begin(), words.end());
      report_.add(Code::unknown_word, node.span, {name, node.text, yaml::join(views)},
                  nearest(node.text, words));
    }
  }

  void refuse(const Node& node, std::string_view name, std::string_view wanted) {
    const bool scalar = node.kind == NodeKind::scalar;
    const Words got =
        scalar ? Words(to_string(typed_scalar(node).view().kind())) : kind_words(node.kind);
    const bool quote = scalar && wanted == "string";
    report_.add(Code::test_value_kind, node.span,
                {name, wanted, got, quote ? "quote it: \"" + node.text + "\"" : std::string(),
                 quote ? "请加引号：\"" + node.text + "\"" : std::string()});
  }

  void read_engine(const Entry& entry) {
    if (!is_filled(entry)) return;
    const auto word = yaml::read_word(entry.value, kEngineNames, "engine", report_);
    if (!word) return;
    const EngineWord& engine = *std::ranges::find(kEngineWords, *word, &EngineWord::word);
    line_["engine"] = *word;
    for (const Entry& field : step_.entries) {
      const std::string& name = field.key.text;
      if (name == "engine" || name == "t") continue;
      if (std::ranges::find(engine.needs, name) == engine.needs.end()) {
        std::vector<std::string> known(engine.needs.begin(), engine.needs.end());
        std::erase(known, "");
        yaml::unknown_key(field.key, known, report_);
      }
      line_[name] = to_json(field.value);
    }
    for (const std::string_view need : engine.needs) {
      if (!need.empty() && yaml::value_of(step_, need) == nullptr) {
        report_.add(Code::test_engine, entry.value.span, {*word, need});
      }
    }
  }

  void read_command(const Entry& entry) {
    if (yaml::expect_map(entry.value, kCommandKeys, "command", report_, entry.key.span)) {
      if (const Node* const verb = yaml::value_of(entry.value, "verb"))
        (void)yaml::read_word(*verb, kVerbs, "verb", report_);
      if (const Node* const key = yaml::value_of(entry.value, "key"))
        (void)yaml::expect_named(*key, "key", report_);
    }
    line_["command"] = to_json(entry.value);
    for (const Entry& field : step_.entries) {
      if (field.key.text != "command" && field.key.text != "t") {
        yaml::unknown_key(field.key, {"command", "t"}, report_);
      }
    }
  }

  const Node& step_;
  const Catalogue& catalogue_;
  Report& report_;
  ordered_json line_ = ordered_json::object();
};

}  // namespace

ordered_json read_test_step(const yaml::Node& step, const Catalogue& catalogue,
                            yaml::Report& report) {
  return StepReader(step, catalogue, report).read();
}

}  // namespace tocsin::rules
