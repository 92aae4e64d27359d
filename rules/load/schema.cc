// rules_json_schema(): the key tables as JSON Schema.
#include <nlohmann/json.hpp>

#include "rules/load/loader.h"
#include "rules/load/rule_keys.h"

namespace tocsin::rules {
namespace {

using nlohmann::ordered_json;
using yaml::KeySpec;
using yaml::Presence;
using yaml::ValueType;

constexpr const char* kDurationPattern = "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$";

ordered_json object_of(Keys keys);

ordered_json list_of(ordered_json items) {
  ordered_json schema;
  schema["type"] = "array";
  schema["items"] = std::move(items);
  return schema;
}

ordered_json typed(const char* type) {
  ordered_json schema;
  schema["type"] = type;
  return schema;
}

ordered_json word_of(const KeySpec& key) {
  ordered_json words = ordered_json::array();
  for (const std::string_view word : key.words) words.push_back(word);
  ordered_json schema;
  schema["enum"] = std::move(words);
  return schema;
}

ordered_json one_of(ordered_json a, ordered_json b) {
  ordered_json schema;
  schema["anyOf"] = ordered_json::array();
  schema["anyOf"].push_back(std::move(a));
  schema["anyOf"].push_back(std::move(b));
  return schema;
}

ordered_json local_text_schema() {
  ordered_json object = typed("object");
  object["properties"]["en"] = typed("string");
  object["properties"]["zh"] = typed("string");
  object["additionalProperties"] = false;
  return one_of(typed("string"), std::move(object));
}

ordered_json any_name(ordered_json value) {
  ordered_json schema = typed("object");
  schema["additionalProperties"] = std::move(value);
  return schema;
}

ordered_json one_name(ordered_json value) {
  ordered_json schema = any_name(std::move(value));
  schema["minProperties"] = 1;
  schema["maxProperties"] = 1;
  return schema;
}

ordered_json duration_schema() {
  ordered_json schema = typed("string");
  schema["pattern"] = kDurationPattern;
  schema["minLength"] = 1;
  return schema;
}

// Steps and expectations have the fields of events and alerts, which have schemas of their own.
ordered_json map_of(Keys keys) { return keys.empty() ? typed("object") : object_of(keys); }

ordered_json value_of(const KeySpec& key) {
  switch (key.type) {
    case ValueType::text: return typed("string");
    case ValueType::local_text: return local_text_schema();
    case ValueType::word: return word_of(key);
    case ValueType::words: return list_of(word_of(key));
    case ValueType::texts:
    case ValueType::expressions: return list_of(typed("string"));
    case ValueType::text_or_texts: return one_of(typed("string"), list_of(typed("string")));
    case ValueType::integer: return typed("integer");
    case ValueType::number: return typed("number");
    case ValueType::boolean: return typed("boolean");
    case ValueType::duration: return duration_schema();
    case ValueType::expression: return one_of(typed("string"), typed("boolean"));
    case ValueType::threshold: return one_of(typed("number"), typed("string"));
    case ValueType::map: return map_of(key.keys);
    case ValueType::maps: return list_of(map_of(key.keys));
    case ValueType::named_maps: return any_name(map_of(key.keys));
    case ValueType::named_lists: return any_name(list_of(map_of(key.keys)));
    case ValueType::steps: return list_of(one_name(map_of(key.keys)));
    case ValueType::named_texts: return any_name(typed("string"));
    case ValueType::other: return ordered_json::object();
  }
  return ordered_json::object();
}

ordered_json object_of(Keys keys) {
  ordered_json schema = typed("object");
  ordered_json required = ordered_json::array();
  for (const KeySpec& key : keys) {
    ordered_json value = value_of(key);
    value["description"] = key.doc;
    schema["properties"][std::string(key.name)] = std::move(value);
    if (key.presence == Presence::required) required.push_back(key.name);
  }
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

std::string document_of(std::string_view title, Keys keys) {
  ordered_json schema;
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["title"] = title;
  schema.update(object_of(keys));
  return schema.dump(2) + "\n";
}

}  // namespace

std::string rules_json_schema(RuleDocument document) {
  switch (document) {
    case RuleDocument::rule: return document_of("tocsin/1 rule", rule_keys());
    case RuleDocument::bundle: return document_of("tocsin/1 bundle.yaml", bundle_keys());
    case RuleDocument::test_file: break;
  }
  return document_of("tocsin/1 *.test.yaml", test_file_keys());
}

}  // namespace tocsin::rules
