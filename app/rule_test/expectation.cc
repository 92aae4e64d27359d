#include "app/rule_test/expectation.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/diagnostic.h"

namespace tocsin::app {
namespace {

using nlohmann::ordered_json;

std::string flow(const ordered_json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_structured()) return value.dump();
  std::string text;
  for (const auto& [name, item] : value.items()) {
    if (!text.empty()) text += ", ";
    text += value.is_object() ? name + ": " + flow(item) : flow(item);
  }
  return value.is_object() ? "{" + text + "}" : "[" + text + "]";
}

// A field that a line leaves out when it has nothing to say.
bool is_nothing(const ordered_json& value) {
  return value.is_null() || value == false || value == "" || value == 0 ||
         (value.is_structured() && value.empty());
}

// `{}` stands for an empty object; only as an item of a list it says that there is one.
bool matches_field(const ordered_json& expected, const ordered_json& got);

bool matches(const ordered_json& expected, const ordered_json& got) {
  if (expected.is_object()) {
    if (!got.is_object()) return false;
    for (const auto& [name, item] : expected.items()) {
      const auto found = got.find(name);
      if (found == got.end() ? !is_nothing(item) : !matches_field(item, *found)) return false;
    }
    return true;
  }
  if (expected.is_array()) {
    if (!got.is_array() || got.size() != expected.size()) return false;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (!matches(expected[i], got[i])) return false;
    }
    return true;
  }
  return expected == got;  // numbers by value
}

bool matches_field(const ordered_json& expected, const ordered_json& got) {
  const bool nothing_in_it = expected.is_object() && expected.empty();
  return nothing_in_it ? got.is_object() && got.empty() : matches(expected, got);
}

// "loc.building" is looked for in the alert's key and place, other names among its fields.
const ordered_json* find(const ordered_json& alert, const std::string& name) {
  if (const auto field = alert.find(name); field != alert.end()) return &*field;
  if (const auto key = alert.find("key"); key != alert.end() && key->contains(name)) {
    return &(*key)[name];
  }
  const auto place = alert.find("place");
  if (name.starts_with("loc.") && place != alert.end() && place->contains(name.substr(4))) {
    return &(*place)[name.substr(4)];
  }
  return nullptr;
}

std::string no_such_field(const ordered_json& alert, const std::string& name, Language language) {
  const bool zh = language == Language::zh;
  std::vector<std::string> names{"t"};
  for (const auto& [field, value] : alert.items()) names.push_back(field);
  const std::string near = nearest(name, names);
  const std::string hint = near.empty() ? ""
                           : zh         ? fmt::format("，是否指 '{}'？", near)
                                        : fmt::format(", did you mean '{}'?", near);
  return zh ? fmt::format("告警没有字段 '{}'{}", name, hint)
            : fmt::format("an alert has no '{}'{}", name, hint);
}

// Where two long texts part: the eye does not find it.
std::string where_texts_part(const ordered_json& wanted, const ordered_json& got, bool zh) {
  constexpr std::size_t kShort = 16;  // bytes
  if (!wanted.is_string() || !got.is_string()) return "";
  const auto& a = wanted.get_ref<const std::string&>();
  const auto& b = got.get_ref<const std::string&>();
  if (std::min(a.size(), b.size()) < kShort) return "";
  auto at = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  while (at > 0 && at < a.size() && (a[at] & 0xC0) == 0x80) --at;
  const std::size_t character = count_code_points(std::string_view(a).substr(0, at)) + 1;
  return zh ? fmt::format("（从第 {} 个字符起不同）", character)
            : fmt::format(" (they part at character {})", character);
}

// The differing leaves of a value, each with its path.
void compare(const std::string& path, const ordered_json& wanted, const ordered_json& got,
             Language language, std::vector<std::string>& found) {
  if (wanted.is_object() && !wanted.empty() && got.is_object()) {
    for (const auto& [name, item] : wanted.items()) {
      const auto at = got.find(name);
      const ordered_json nothing;
      compare(path + "." + name, item, at == got.end() ? nothing : *at, language, found);
    }
    return;
  }
  if (got.is_null() ? is_nothing(wanted) : matches_field(wanted, got)) return;
  const bool zh = language == Language::zh;
  const std::string part = where_texts_part(wanted, got, zh);
  found.push_back(
      zh ? fmt::format("{}：期望 {}，实际 {}{}", path, flow(wanted), flow(got), part)
         : fmt::format("{}: expected {}, got {}{}", path, flow(wanted), flow(got), part));
}

}  // namespace

std::vector<std::string> differences(const std::string& expected_json,
                                     const std::string& alert_json, Language language) {
  const auto expected = ordered_json::parse(expected_json, nullptr, false);
  const auto alert = ordered_json::parse(alert_json, nullptr, false);
  std::vector<std::string> found;
  for (const auto& [name, wanted] : expected.items()) {
    const ordered_json* got = find(alert, name);
    if (got == nullptr) {
      if (!is_nothing(wanted)) found.push_back(no_such_field(alert, name, language));
    } else {
      compare(name, wanted, *got, language, found);
    }
  }
  return found;
}

std::string short_alert(const std::string& alert_json) {
  const auto alert = ordered_json::parse(alert_json, nullptr, false);
  ordered_json brief = ordered_json::object();
  for (const char* name : {"state", "rev", "severity", "reason", "count", "distinct", "key"}) {
    if (const auto field = alert.find(name); field != alert.end()) brief[name] = *field;
  }
  return flow(brief);
}

std::string flow_yaml(const std::string& json) {
  return flow(ordered_json::parse(json, nullptr, false));
}

}  // namespace tocsin::app
