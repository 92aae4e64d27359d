#include "app/event_schema.h"

#include <nlohmann/json.hpp>

namespace tocsin::app {
namespace {

using nlohmann::ordered_json;

ordered_json type_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::boolean: return {{"type", "boolean"}};
    case ValueKind::int64:
      return {{"type", {"integer", "string"}}};  // proto3 JSON writes 64 bits as text
    case ValueKind::uint64: return {{"type", {"integer", "string"}}, {"minimum", 0}};
    case ValueKind::float64: return {{"type", "number"}};
    case ValueKind::string: return {{"type", "string"}};
    case ValueKind::timestamp:
      return {{"type", {"integer", "string"}}, {"description", "Unix milliseconds or RFC 3339"}};
    case ValueKind::duration: return {{"type", "string"}};
    case ValueKind::list:
    case ValueKind::unset: break;
  }
  return ordered_json::object();
}

ordered_json schema_of(const FieldSpec& field) {
  if (field.kind == ValueKind::list) return {{"type", "array"}, {"items", type_of(field.element)}};
  ordered_json schema = type_of(field.kind);
  if (!field.words.empty()) schema["enum"] = field.words;
  return schema;
}

ordered_json common_properties() {
  ordered_json properties;
  for (const FieldSpec& field : common_fields()) {
    if (field.name == "late") continue;  // ours, never theirs
    properties[field.name] = schema_of(field);
  }
  return properties;
}

// {"if": the type is this one, "then": its fields}
ordered_json branch_of(const EventType& type) {
  ordered_json properties = ordered_json::object();
  for (const FieldSpec& field : type.fields) properties[field.name] = schema_of(field);
  return {{"if", {{"properties", {{"type", {{"const", type.name}}}}}}},
          {"then", {{"properties", properties}}}};
}

}  // namespace

std::string event_schema(const Catalogue& catalogue) {
  ordered_json names = ordered_json::array();
  ordered_json branches = ordered_json::array();
  for (const EventType& type : catalogue.types()) {
    names.push_back(type.name);
    branches.push_back(branch_of(type));
  }
  ordered_json schema{
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "tocsin event"},
      {"description",
       "One fact from one device. Unknown fields are dropped and counted. arr, loc.* and "
       "device.* are for replay files."},
      {"type", "object"},
      {"required", {"type", "device_id"}},
      {"properties", common_properties()},
      {"allOf", branches}};
  schema["properties"]["type"] = {{"enum", names}};
  return schema.dump(2) + "\n";
}

}  // namespace tocsin::app
