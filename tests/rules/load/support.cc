#include "support.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tocsin::rules::test {
namespace {

FieldSpec field(std::string name, ValueKind kind, std::vector<std::string> words = {}) {
  FieldSpec spec;
  spec.name = std::move(name);
  spec.kind = kind;
  spec.element = kind == ValueKind::list ? ValueKind::string : ValueKind::unset;
  spec.words = std::move(words);
  return spec;
}

Catalogue make_catalogue() {
  using enum ValueKind;
  Catalogue c;
  c.add("smoke.alarm",
        {field("level", float64), field("temperature", float64), field("test_mode", boolean)});
  c.add("smoke.clear", {});
  c.add("camera.detection",
        {field("label", string), field("confidence", float64), field("tags", list)});
  c.add("gate.state", {field("state", string, {"open", "closed"})});
  c.add("gate.count", {field("state", int64)});
  c.add("panel.operation", {field("op", string)});
  c.add("meter", {field("value", int64), field("unit", string), field("total", uint64)});
  return c;
}

}  // namespace

const Catalogue& catalogue() {
  static const Catalogue made = make_catalogue();
  return made;
}

Loaded load_text(const std::string& text, const std::string& name, const LoadOptions& options) {
  return load({{name, text}}, catalogue(), options);
}

Loaded load_bundle(const std::string& bundle, const std::string& rule) {
  return load({{"rules.d/bundle.yaml", bundle}, {"rules.d/r.yaml", rule}}, catalogue());
}

Rule rule_of(const std::string& text) {
  const Loaded loaded = load_text(text);
  for (const Diagnostic& d : loaded.diagnostics) ADD_FAILURE() << render(d, Language::en, false);
  if (!loaded.rules || loaded.rules->rules.size() != 1) {
    ADD_FAILURE() << "not one rule";
    return {};
  }
  return loaded.rules->rules.front();
}

std::vector<std::string> brief(const Diagnostics& all) {
  std::vector<std::string> lines;
  for (const Diagnostic& d : all) {
    std::string line = fmt::format("{} {}:{}", d.code, d.line, d.col);
    if (!d.suggestion.empty()) line += " " + d.suggestion;
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace tocsin::rules::test
