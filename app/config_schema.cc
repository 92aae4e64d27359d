#include <nlohmann/json.hpp>

#include "app/config.h"
#include "app/text.h"

namespace tocsin::app {
namespace {

using nlohmann::ordered_json;

ordered_json default_of(const ConfigKey& key, Config& defaults) {
  return std::visit(
      [](auto* value) -> ordered_json {
        if constexpr (std::is_same_v<decltype(value), Duration*>) {
          return duration_text(*value);
        } else if constexpr (std::is_same_v<decltype(value), std::uint64_t*>) {
          return bytes_text(*value);
        } else {
          return *value;
        }
      },
      key.field(defaults));
}

ordered_json type_of(const ConfigKey& key) {
  switch (key.kind) {
    case ConfigKind::flag: return {{"type", "boolean"}};
    case ConfigKind::word:
      return {{"enum", std::vector<std::string>(key.words.begin(), key.words.end())}};
    case ConfigKind::count:
      return {{"type", "integer"}, {"minimum", key.min}, {"maximum", key.max}};
    case ConfigKind::duration:
      return {{"type", "string"}, {"pattern", "^([0-9]+(ms|s|m|h|d))+$|^0$"}};
    case ConfigKind::bytes:
      return {{"type", {"string", "integer"}}, {"pattern", "^[0-9]+ ?(B|KiB|MiB|GiB)?$"}};
    case ConfigKind::paths: {
      ordered_json list{{"type", "array"}, {"items", {{"type", "string"}}}};
      return {{"anyOf", ordered_json::array({{{"type", "string"}}, list})}};
    }
    case ConfigKind::text:
    case ConfigKind::path: break;
  }
  return {{"type", "string"}};
}

// The object that holds the last part of `path`, made on the way.
ordered_json& section_of(ordered_json& root, std::string_view path, std::string& name) {
  ordered_json* section = &root;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    ordered_json& next = (*section)["properties"][std::string(path.substr(0, dot))];
    if (next.is_null()) {
      next = {{"type", "object"},
              {"additionalProperties", false},
              {"properties", ordered_json::object()}};
    }
    section = &next;
    path.remove_prefix(dot + 1);
  }
  name = path;
  return *section;
}

}  // namespace

std::string config_schema() {
  Config defaults;
  ordered_json root{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                    {"title", "tocsin.yaml"},
                    {"type", "object"},
                    {"additionalProperties", false},
                    {"properties", ordered_json::object()}};
  for (const ConfigKey& key : config_keys()) {
    std::string name;
    ordered_json& section = section_of(root, key.path, name);
    ordered_json property = type_of(key);
    property["default"] = default_of(key, defaults);
    property["description"] = key.meaning;
    section["properties"][name] = std::move(property);
  }
  return root.dump(2) + "\n";
}

}  // namespace tocsin::app
