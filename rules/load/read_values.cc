#include "rules/load/read_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tocsin::yaml {
namespace {

constexpr std::int64_t kMaxDurationMs = std::int64_t{100} * 366 * 24 * 3600 * 1000;

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
// From large to small; "ms" before "m" and "s" when reading.
constexpr std::array<Unit, 5> kUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

constexpr std::array<std::string_view, 2> kLanguages{"en", "zh"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

std::vector<std::string> names_of(std::span<const KeySpec> keys) {
  std::vector<std::string> names;
  for (const KeySpec& key : keys) names.emplace_back(key.name);
  return names;
}

bool wrong_kind(const Node& node, const Words& wanted, std::string_view what, Report& report) {
  if (node.kind == NodeKind::null) {
    report.add(Code::empty_value, node.span, {what});
  } else if (node.kind != NodeKind::invalid) {
    report.add(Code::wrong_kind, node.span, {what, wanted, kind_words(node.kind)});
  }
  return false;
}

void not_a_list(const Node& node, std::string_view what, Report& report) {
  const Words wanted = kind_words(NodeKind::sequence);
  if (node.kind != NodeKind::scalar) return void(wrong_kind(node, wanted, what, report));
  Diagnostic& d =
      report.add(Code::wrong_kind, node.span, {what, wanted, kind_words(node.kind)});
  d.next_step_en = fmt::format("write {}: [{}]", what, node.text);
  d.next_step_zh = fmt::format("请写 {}: [{}]", what, node.text);
}

bool is_scalar(const Node& node, const Words& wanted, std::string_view what, Report& report) {
  return node.kind == NodeKind::scalar || wrong_kind(node, wanted, what, report);
}

void check_key(const Entry& entry, std::span<const KeySpec> keys, Report& report) {
  const auto spec = std::ranges::find(keys, entry.key.text, &KeySpec::name);
  if (spec == keys.end()) {
    unknown_key(entry.key, names_of(keys), report);
  } else if (entry.value.kind == NodeKind::null) {
    report.add(Code::empty_value, entry.key.span, {entry.key.text});
  }
}

// Reads one "<number><unit>" off the front; its unit's index. Too large a number: over the maximum.
std::optional<std::size_t> take_part(std::string_view& text, std::int64_t& ms) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::invalid_argument || !is_digit(text.front())) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  std::size_t letters = 0;
  while (letters < text.size() && is_lower(text[letters])) ++letters;
  const auto unit = std::ranges::find(kUnits, text.substr(0, letters), &Unit::name);
  if (unit == kUnits.end()) return std::nullopt;
  text.remove_prefix(letters);
  const bool fits = error == std::errc{} && number <= kMaxDurationMs / unit->ms;
  ms += fits ? number * unit->ms : kMaxDurationMs + 1;
  return static_cast<std::size_t>(unit - kUnits.begin());
}

std::optional<Duration> duration_of_any_length(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t ms = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    const auto unit = take_part(text, ms);
    if (!unit || *unit < next_unit) return std::nullopt;
    next_unit = *unit + 1;
  }
  return Duration(ms);
}

}  // namespace

const NameRule kDashedName{[](char c) { return is_lower(c) || is_digit(c) || c == '-'; },
                           [](char c) { return is_lower(c) || is_digit(c) || c == '-'; }, 64,
                           "a-z 0-9 -, 1-64"};
const NameRule kIdentifierName{[](char c) { return is_lower(c) || c == '_'; },
                               [](char c) { return is_lower(c) || is_digit(c) || c == '_'; }, 64,
                               "a-z 0-9 _, 1-64"};

bool is_name(std::string_view text, const NameRule& rule) {
  return !text.empty() && text.size() <= rule.max && rule.first(text.front()) &&
         std::ranges::all_of(text.substr(1), rule.rest);
}

Words kind_words(NodeKind kind) {
  switch (kind) {
    case NodeKind::map: return {"a map", "映射"};
    case NodeKind::sequence: return {"a list", "列表"};
    case NodeKind::scalar: return {"text", "文本"};
    default: return {"nothing", "空"};
  }
}

std::string join(std::span<const std::string_view> words) {
  std::string all;
  for (const std::string_view word : words) all += (all.empty() ? "" : ", ") + std::string(word);
  return all;
}

void unknown_key(const Node& key, const std::vector<std::string>& known, Report& report) {
  Diagnostic& d = report.add(Code::unknown_key, key.span, {key.text}, nearest(key.text, known));
  if (!d.suggestion.empty() || known.empty()) return;
  d.next_step_en = fmt::format("known here: {}", fmt::join(known, ", "));
  d.next_step_zh = fmt::format("此处可用：{}", fmt::join(known, "、"));
}

bool expect_map(const Node& node, std::span<const KeySpec> keys, std::string_view what,
                Report& report, std::optional<Span> owner) {
  if (node.kind != NodeKind::map) return wrong_kind(node, kind_words(NodeKind::map), what, report);
  for (const Entry& entry : node.entries) check_key(entry, keys, report);
  for (const KeySpec& key : keys) {
    if (key.presence != Presence::required || node.find(key.name) != nullptr) continue;
    const Span first = node.entries.empty() ? node.span : node.entries.front().key.span;
    report.add(Code::missing_key, owner.value_or(first), {key.name, key.doc});
  }
  return true;
}

bool expect_named(const Node& node, std::string_view what, Report& report) {
  if (node.kind != NodeKind::map) return wrong_kind(node, kind_words(NodeKind::map), what, report);
  for (const Entry& entry : node.entries) {
    if (entry.value.kind == NodeKind::null)
      report.add(Code::empty_value, entry.key.span, {entry.key.text});
  }
  if (node.entries.empty()) report.add(Code::empty_collection, node.span, {what});
  return !node.entries.empty();
}

const Node* value_of(const Node& map, std::string_view key) {
  const Entry* const entry = map.find(key);
  return entry == nullptr || entry->value.kind == NodeKind::null ? nullptr : &entry->value;
}

std::optional<std::string> read_text(const Node& node, std::string_view what, Report& report) {
  if (!is_scalar(node, kind_words(NodeKind::scalar), what, report)) return std::nullopt;
  if (node.text.find_first_not_of(" \n") == std::string::npos) {
    report.add(Code::empty_value, node.span, {what});
    return std::nullopt;
  }
  return node.text;
}

const Node* text_at(const Node& map, std::string_view key, Report& report) {
  const Node* const node = value_of(map, key);
  return node != nullptr && read_text(*node, key, report) ? node : nullptr;
}

std::optional<Duration> duration_at(const Node& map, std::string_view key, Report& report) {
  const Node* const node = value_of(map, key);
  return node == nullptr ? std::nullopt : read_duration(*node, key, report);
}

std::optional<LocalText> read_local_text(const Node& node, std::string_view what, Report& report) {
  static constexpr std::array<KeySpec, 2> kKeys{
      {{"en", {}, ValueType::text, "English"}, {"zh", {}, ValueType::text, "中文"}}};
  if (node.kind != NodeKind::map) {
    const Words wanted{"text or {en, zh}", "文本或 {en, zh}"};
    if (!is_scalar(node, wanted, what, report)) return std::nullopt;
    const auto text = read_text(node, what, report);
    return text ? std::optional(LocalText{*text, *text}) : std::nullopt;
  }
  expect_map(node, kKeys, what, report);
  if (node.entries.empty()) report.add(Code::empty_collection, node.span, {what});
  std::array<std::optional<std::string>, 2> texts;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (const Node* value = value_of(node, kLanguages[i]))
      texts[i] = read_text(*value, kLanguages[i], report);
  }
  if (!texts[0] && !texts[1]) return std::nullopt;
  return LocalText{texts[0].value_or(texts[1].value_or("")),
                   texts[1].value_or(texts[0].value_or(""))};
}

std::optional<std::string_view> read_word(const Node& node, std::span<const std::string_view> words,
                                          std::string_view what, Report& report) {
  if (!is_scalar(node, kind_words(NodeKind::scalar), what, report)) return std::nullopt;
  const auto at = std::ranges::find(words, node.text);
  if (at != words.end()) return *at;
  report.add(Code::unknown_word, node.span, {what, node.text, join(words)},
             nearest(node.text, std::vector<std::string>(words.begin(), words.end())));
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(const Node& node, std::int64_t min, std::int64_t max,
                                         std::string_view what, Report& report) {
  if (!is_scalar(node, {"a whole number", "整数"}, what, report)) return std::nullopt;
  const auto number = node.is_plain() ? parse_integer(node.text) : std::nullopt;
  if (!number) {
    report.add(Code::bad_integer, node.span, {what, node.text});
  } else if (*number < min || *number > max) {
    report.add(Code::out_of_range, node.span,
               {what, std::to_string(min), std::to_string(max), node.text});
    return std::nullopt;
  }
  return number;
}

std::optional<double> read_number(const Node& node, double min, double max, std::string_view what,
                                  Report& report) {
  if (!is_scalar(node, {"a number", "数字"}, what, report)) return std::nullopt;
  const auto number = parse_number(node.text);
  if (!number) {
    report.add(Code::bad_number, node.span, {what, node.text});
    return std::nullopt;
  }
  if (*number >= min && *number <= max) return number;
  report.add(Code::out_of_range, node.span,
             {what, fmt::format("{}", min), fmt::format("{}", max), node.text});
  return std::nullopt;
}

std::optional<bool> read_boolean(const Node& node, std::string_view what, Report& report) {
  if (!is_scalar(node, {"true or false", "true 或 false"}, what, report)) return std::nullopt;
  if (node.is_plain() && (node.text == "true" || node.text == "false")) return node.text == "true";
  report.add(Code::bad_boolean, node.span, {what, node.text},
             nearest(node.text, {"true", "false"}));
  return std::nullopt;
}

std::optional<Duration> read_duration(const Node& node, std::string_view what, Report& report) {
  if (!is_scalar(node, {"a duration such as 30s", "时长，例如 30s"}, what, report))
    return std::nullopt;
  if (const auto duration = duration_of_any_length(node.text)) {
    if (duration->count() <= kMaxDurationMs) return duration;
    report.add(Code::out_of_range, node.span,
               {what, "0s", duration_text(Duration(kMaxDurationMs)), node.text});
    return std::nullopt;
  }
  const bool bare =
      !node.text.empty() && node.text.size() < 10 && std::ranges::all_of(node.text, is_digit);
  report.add(Code::bad_duration, node.span, {what, node.text}, bare ? node.text + "s" : "");
  return std::nullopt;
}

std::vector<const Node*> read_scalars(const Node& node, std::string_view what, Report& report,
                                      ListRules rules) {
  std::vector<const Node*> found;
  if (rules.or_one && node.kind == NodeKind::scalar) return {&node};
  if (node.kind != NodeKind::sequence) {
    not_a_list(node, what, report);
    if (node.kind == NodeKind::scalar) found.push_back(&node);  // what was meant, for other checks
    return found;
  }
  if (node.items.empty() && !rules.may_be_empty)
    report.add(Code::empty_collection, node.span, {what});
  for (const Node& item : node.items) {
    if (!is_scalar(item, kind_words(NodeKind::scalar), what, report)) continue;
    const bool twice =
        std::ranges::any_of(found, [&](const Node* n) { return n->text == item.text; });
    if (twice) {
      report.add(Code::listed_twice, item.span, {item.text});
    } else {
      found.push_back(&item);
    }
  }
  return found;
}

std::optional<Duration> parse_duration(std::string_view text) {
  const auto duration = duration_of_any_length(text);
  return duration && duration->count() <= kMaxDurationMs ? duration : std::nullopt;
}

std::string duration_text(Duration d) {
  std::string text;
  std::int64_t rest = d.count();
  for (const Unit& unit : kUnits) {
    if (rest / unit.ms > 0) text += std::to_string(rest / unit.ms) + std::string(unit.name);
    rest %= unit.ms;
  }
  return text.empty() ? "0s" : text;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> parse_number(std::string_view text) {
  const std::size_t first = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  if (text.size() == first || !(is_digit(text[first]) || text[first] == '.')) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

}  // namespace tocsin::yaml
