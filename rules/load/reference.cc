// rules_reference(): the key tables, and what expressions may use, as Markdown.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "rules/cel/ast.h"
#include "rules/cel/checker.h"
#include "rules/cel/overload.h"
#include "rules/load/collected.h"
#include "rules/load/loader.h"
#include "rules/load/rule_keys.h"
#include "rules/load/scope.h"

namespace tocsin::rules {
namespace {

using cel::CallStyle;
using cel::Overload;
using yaml::KeySpec;
using yaml::Presence;
using yaml::ValueType;

constexpr std::string_view kHead =
    "# Rule reference\n\n"
    "Every key, word, limit, name and function of rule files. Written by `tocsin schema rules "
    "--markdown` from the tables\n"
    "that the loader checks against; a test compares. What it all means, and how to begin: "
    "[rules.md](rules.md).\n";

// Of a table cell.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string code(std::string_view text) { return fmt::format("`{}`", escaped(text)); }

std::string listed(std::span<const std::string_view> words) {
  std::vector<std::string> quoted;
  for (const std::string_view word : words) quoted.push_back(code(word));
  return fmt::format("{}", fmt::join(quoted, ", "));
}

std::string_view shape_of(ValueType type) {
  switch (type) {
    case ValueType::text: return "text";
    case ValueType::local_text: return "text, or `{en, zh}`";
    case ValueType::word: return "one of";
    case ValueType::words: return "list of";
    case ValueType::texts: return "list of texts";
    case ValueType::text_or_texts: return "text, or a list of texts";
    case ValueType::integer: return "whole number";
    case ValueType::number: return "number";
    case ValueType::boolean: return "`true` or `false`";
    case ValueType::duration: return "duration";
    case ValueType::expression: return "expression";
    case ValueType::threshold: return "number or expression";
    case ValueType::expressions: return "list of expressions";
    case ValueType::map: return "map";
    case ValueType::maps: return "list of maps";
    case ValueType::named_maps: return "`name:` map, any number";
    case ValueType::named_lists: return "`name:` list of maps, any number";
    case ValueType::steps: return "list of `- name:` map";
    case ValueType::named_texts: return "`name:` expression, any number";
    case ValueType::other: return "see right";
  }
  return "";
}

// One section per key table, the first place it is met at giving its name.
class KeySections {
 public:
  void add(std::string title, Keys keys) {
    const std::size_t begin = sections_.size();
    place(std::move(title), keys);
    for (std::size_t i = begin; i < sections_.size(); ++i) print(i);
  }
  std::string take() { return std::move(text_); }

 private:
  struct Section {
    std::string title;
    Keys keys;
  };

  const Section* find(Keys keys) const {
    const auto at = std::ranges::find(sections_, keys.data(),
                                      [](const Section& section) { return section.keys.data(); });
    return at == sections_.end() ? nullptr : &*at;
  }

  void place(std::string title, Keys keys) {
    if (find(keys) != nullptr) return;
    sections_.push_back({title, keys});
    for (const KeySpec& key : keys) {
      if (!key.keys.empty()) place(fmt::format("{}.{}", title, key.name), key.keys);
    }
  }

  void print(std::size_t index) {
    const Section& section = sections_[index];
    text_ += fmt::format("\n### {}\n\n| key | | value | |\n|---|---|---|---|\n", section.title);
    for (const KeySpec& key : section.keys) {
      text_ += fmt::format("| {} | {} | {} | {} |\n", code(key.name),
                           key.presence == Presence::required ? "required" : "", value(key),
                           escaped(key.doc));
    }
  }

  std::string value(const KeySpec& key) const {
    std::string text(shape_of(key.type));
    if (!key.words.empty()) text += " " + listed(key.words);
    if (const Section* section = key.keys.empty() ? nullptr : find(key.keys)) {
      text += fmt::format(": [{}](#{})", section->title, anchor(section->title));
    }
    return text;
  }

  static std::string anchor(std::string_view title) {
    std::string link;
    for (const char c : title) {
      if (c == ' ') link += '-';
      if (c != ' ' && c != '.') link += c;
    }
    return link;
  }

  std::vector<Section> sections_;
  std::string text_;
};

std::string keys_part() {
  KeySections sections;
  sections.add("rule", rule_keys());
  sections.add("bundle", bundle_keys());
  sections.add("test file", test_file_keys());
  return "\n## Keys\n\nA document of a rule file is a [rule](#rule), `bundle.yaml` a "
         "[bundle](#bundle), a document of a `*.test.yaml`\n"
         "a [test file](#test-file). Any other key is an error.\n" +
         sections.take();
}

std::string values_part() {
  return fmt::format(
      "\n## Values\n\n"
      "| | |\n|---|---|\n"
      "| duration | whole numbers with the units `d`, `h`, `m`, `s`, `ms`, from large to small: "
      "`{}`, `{}`; `0s` is allowed |\n"
      "| names of rules, calendars, of a `roll_up`'s `as` | {} |\n"
      "| names of params, conditions, cells, steps | {} |\n"
      "| names no step can have | {} |\n"
      "| severities, rising | {} |\n"
      "| `keep` | 1 to {}, default {} |\n"
      "| `at_least`, `min_samples` | up to {} |\n"
      "| a file | {} bytes, {} levels |\n",
      yaml::duration_text(Duration(250)), yaml::duration_text(Duration(641'000)),
      yaml::kDashedName.allowed, yaml::kIdentifierName.allowed, listed(reserved_names()),
      listed(kSeverityWords), kMaxKeep, kDefaultKeep, kMostEvents, yaml::kMaxYamlBytes,
      yaml::kMaxYamlDepth);
}

std::string limits_part() {
  std::string text =
      "\n## Limits\n\nIn `limits` of `bundle.yaml` for all rules, or of a rule.\n\n"
      "| limit | default | most |\n|---|---|---|\n";
  for (const LimitSpec& limit : limit_specs()) {
    text += fmt::format("| {} | {} | {} |\n", code(limit.name), Limits{}.*limit.field, limit.max);
  }
  return text;
}

std::string fields_part() {
  std::string text =
      "\n## Fields of every event\n\n`tocsin schema event` lists those of each type. An unset "
      "field reads as its type's zero; `has()` tells.\n\n| field | type |\n|---|---|\n";
  for (const FieldSpec& field : common_fields()) {
    text += fmt::format("| {} | {} |\n", code("e." + field.name),
                        cel::to_string(cel::Type{field.kind, field.element}));
  }
  return text;
}

std::string call_row(std::string_view call, std::string_view result, std::size_t cost, bool fails,
                     std::string_view note = "") {
  return fmt::format("| {} | {} | {} | {} | {} |\n", code(call), result, cost, fails ? "yes" : "",
                     note);
}

std::string_view note_of(const Overload& overload) {
  switch (overload.prepared) {
    case cel::Prepared::pattern: return "RE2, anywhere in the text; a literal or a parameter";
    case cel::Prepared::zone: return "the zone: a literal or a parameter";
    case cel::Prepared::nothing: break;
  }
  return "";
}

constexpr std::string_view kCallHead = "| | gives | cost | can fail | |\n|---|---|---|---|---|\n";

std::string calls_of(std::initializer_list<CallStyle> styles) {
  std::string text(kCallHead);
  for (const CallStyle style : styles) {
    for (const Overload* overload : cel::all_overloads()) {
      if (overload->style != style) continue;
      text += call_row(cel::signature(*overload), cel::to_string(cel::Type{overload->result}),
                       overload->cost, overload->may_fail, note_of(*overload));
    }
  }
  return text;
}

std::string comparisons() {
  constexpr std::array kKinds{ValueKind::boolean,  ValueKind::int64,  ValueKind::uint64,
                              ValueKind::float64,  ValueKind::string, ValueKind::timestamp,
                              ValueKind::duration, ValueKind::list};
  std::string text;
  for (const ValueKind a : kKinds) {
    std::vector<std::string> equal, ordered;
    for (const ValueKind b : kKinds) {
      if (cel::relation_overload(a, b, cel::Relation::eq) != nullptr)
        equal.push_back(cel::to_string(cel::Type{b}));
      if (cel::relation_overload(a, b, cel::Relation::lt) != nullptr)
        ordered.push_back(cel::to_string(cel::Type{b}));
    }
    text += fmt::format("| {} | {} | {} |\n", cel::to_string(cel::Type{a}), fmt::join(equal, ", "),
                        fmt::join(ordered, ", "));
  }
  return "| | `== !=` with | `< <= > >=` with |\n|---|---|---|\n" + text;
}

std::string macros_part() {
  std::string text =
      "\n### Macros\n\nOver a list; the condition's cost counts once for each item it may have.\n\n"
      "| | gives |\n|---|---|\n| `has(e.field)` | bool: the field is set |\n";
  for (const cel::Macro& macro : cel::macros()) {
    text += fmt::format("| `list.{}(item, condition)` | bool |\n", macro.name);
  }
  return text;
}

std::string host_functions() {
  const EventTypes types;
  RuleScope scope;
  scope.event = &types;
  std::string text = "\n### Of this engine\n\n| | gives |\n|---|---|\n";
  for (const cel::HostFunction& function : scope.functions()) {
    std::vector<std::string> parameters;
    for (const cel::Type type : function.parameters) parameters.push_back(cel::to_string(type));
    text += fmt::format("| {} | {} |\n",
                        code(cel::signature(function.name, CallStyle::function, parameters)),
                        cel::to_string(function.result));
  }
  return text;
}

std::string expressions_part() {
  const cel::CompileLimits limits;
  return fmt::format(
             "\n## Expressions\n\nCost is in steps. All expressions of a rule, each evaluated "
             "once, may cost {} (`max_cost`). One has at most {} characters and {} levels; a "
             "macro walks over at most {} items. What can fail makes an evaluation error, never a "
             "false.\n",
             limits.max_cost, limits.max_length, limits.max_depth, limits.max_list_items) +
         "\n### Operators\n\nBesides these `a && b`, `a || b`, `!a`, `c ? a : b`, `item in list` "
         "and `list[index]`.\n\n" +
         calls_of({CallStyle::unary, CallStyle::binary}) + "\n### Comparisons\n\n" + comparisons() +
         "\n### Functions\n\n" + calls_of({CallStyle::function, CallStyle::method}) +
         macros_part() + host_functions();
}

}  // namespace

std::string rules_reference() {
  return std::string(kHead) + keys_part() + values_part() + limits_part() + fields_part() +
         expressions_part();
}

}  // namespace tocsin::rules
