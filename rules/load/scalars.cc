#include "rules/load/scalars.h"

#include <nlohmann/json.hpp>

#include "rules/load/read_values.h"

namespace tocsin::rules {

OwnedValue typed_scalar(const yaml::Node& node, DurationIs durations) {
  const std::string& text = node.text;
  if (node.is_plain()) {
    if (text == "true" || text == "false") return OwnedValue(Value::boolean(text == "true"));
    if (const auto integer = yaml::parse_integer(text)) return OwnedValue(Value::int64(*integer));
    if (const auto number = yaml::parse_number(text)) return OwnedValue(Value::float64(*number));
    if (durations == DurationIs::duration) {
      if (const auto d = yaml::parse_duration(text)) return OwnedValue(Value::duration(*d));
    }
  }
  return OwnedValue(Value::string(text));
}

nlohmann::ordered_json to_json(const yaml::Node& node) {
  nlohmann::ordered_json json;
  switch (node.kind) {
    case yaml::NodeKind::scalar: {
      const OwnedValue value = typed_scalar(node);
      switch (value.view().kind()) {
        case ValueKind::boolean: return value.view().as_bool();
        case ValueKind::int64: return value.view().as_int();
        case ValueKind::float64: return value.view().as_double();
        default: return node.text;
      }
    }
    case yaml::NodeKind::sequence:
      json = nlohmann::ordered_json::array();
      for (const yaml::Node& item : node.items) json.push_back(to_json(item));
      return json;
    case yaml::NodeKind::map:
      json = nlohmann::ordered_json::object();
      for (const yaml::Entry& entry : node.entries) json[entry.key.text] = to_json(entry.value);
      return json;
    default: return json;
  }
}

}  // namespace tocsin::rules
