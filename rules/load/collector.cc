// Documents of rule files -> RuleText.
#include <algorithm>
#include <array>

#include "rules/load/collected.h"

namespace tocsin::rules {
namespace {

using yaml::Node;
using yaml::NodeKind;
using yaml::Report;
using yaml::Span;
using yaml::value_of;

constexpr std::array kReserved{
    std::string_view("e"),         std::string_view("key"),      std::string_view("params"),
    std::string_view("latest"),    std::string_view("device"),   std::string_view("loc"),
    std::string_view("count"),     std::string_view("distinct"), std::string_view("severity"),
    std::string_view("opened_at"), std::string_view("at"),       std::string_view("true"),
    std::string_view("false"),     std::string_view("null"),     std::string_view("in"),
    std::string_view("as"),        std::string_view("break"),    std::string_view("const"),
    std::string_view("continue"),  std::string_view("else"),     std::string_view("for"),
    std::string_view("function"),  std::string_view("if"),       std::string_view("import"),
    std::string_view("let"),       std::string_view("loop"),     std::string_view("package"),
    std::string_view("namespace"), std::string_view("return"),   std::string_view("var"),
    std::string_view("void"),      std::string_view("while")};

constexpr std::array<std::string_view, 7> kForms{"event",     "count",     "all",    "sequence",
                                                 "aggregate", "sustained", "silence"};

FileRole role_of(std::string_view name) {
  const std::string_view last = name.substr(name.find_last_of('/') + 1);
  if (last == "bundle.yaml") return FileRole::bundle;
  if (SourceFile::has_descriptor_set_name(last)) return FileRole::types;
  return last.ends_with(".test.yaml") ? FileRole::tests : FileRole::rules;
}

constexpr Duration kDefaultQuiet{10 * 60 * 1000};

class RuleCollector {
 public:
  RuleCollector(RuleFile& file, const yaml::Document& document)
      : report_(file.report), root_(document.root) {
    text_.file = &file;
    text_.document = &document;
    text_.rule.alert.resolve.quiet_for = kDefaultQuiet;
  }

  RuleText collect() {
    if (!yaml::expect_map(root_, rule_keys(), "rule", report_)) return std::move(text_);
    check_format(root_, report_);
    read_name();
    read_words();
    if (const Node* node = value_of(root_, "for_each")) read_for_each(*node);
    if (const Node* node = value_of(root_, "params")) text_.params = collect_params(*node, report_);
    if (value_of(root_, "latest") != nullptr) collect_latest(*root_.find("latest"), text_);
    if (const Node* node = value_of(root_, "limits")) text_.limits = collect_limits(*node, report_);
    if (const yaml::Entry* entry = root_.find("match")) read_match(*entry);
    if (const Node* node = value_of(root_, "alert")) collect_alert(*node, text_);
    return std::move(text_);
  }

 private:
  void read_name() {
    const Node* const node = value_of(root_, "rule");
    if (node == nullptr) return;
    const auto name = yaml::read_text(*node, "rule", report_);
    if (!name) return;
    if (!yaml::is_name(*name, yaml::kDashedName)) {
      report_.add(Code::bad_name, node->span, {*name, yaml::kDashedName.allowed});
      return;
    }
    text_.name = node;
    text_.rule.name = *name;
    text_.rule.title = {*name, *name};
  }

  void read_words() {
    Rule& rule = text_.rule;
    if (const Node* node = value_of(root_, "title")) {
      rule.title = yaml::read_local_text(*node, "title", report_).value_or(rule.title);
    }
    if (const Node* node = value_of(root_, "owner")) {
      rule.owner = yaml::read_text(*node, "owner", report_).value_or("");
    }
    if (const Node* node = value_of(root_, "category")) {
      rule.category = yaml::read_text(*node, "category", report_).value_or("");
    }
    if (const Node* node = value_of(root_, "severity")) {
      const auto word = yaml::read_word(*node, kSeverityWords, "severity", report_);
      if (word) rule.severity = *severity_from(*word);
    }
    if (const Node* node = value_of(root_, "carry")) {
      rule.carry_firing = yaml::read_word(*node, kCarryWords, "carry", report_).has_value();
    }
    if (const Node* node = value_of(root_, "mode")) {
      const auto word = yaml::read_word(*node, kModeWords, "mode", report_);
      if (word)
        rule.mode = *word == "live"     ? Mode::live
                    : *word == "shadow" ? Mode::shadow
                                        : Mode::disabled;
    }
  }

  void read_for_each(const Node& node) {
    text_.for_each = yaml::read_scalars(node, "for_each", report_, {.may_be_empty = true});
    for (const Node* field : text_.for_each) text_.rule.for_each.push_back(field->text);
  }

  void read_match(const yaml::Entry& entry) {
    const Node& match = entry.value;
    if (match.kind == NodeKind::null || !yaml::expect_map(match, match_keys(), "match", report_))
      return;
    std::vector<const yaml::Entry*> forms;
    bool other = false;  // refused by name already
    for (const yaml::Entry& form : match.entries) {
      const std::string& name = form.key.text;
      std::ranges::find(kForms, name) != kForms.end() ? forms.push_back(&form) : void(other = true);
    }
    if (forms.size() > 1) report_.add(Code::one_form, forms[1]->key.span);
    if (forms.empty() && !other) report_.add(Code::one_form, entry.key.span);
    if (forms.empty() || forms.front()->value.kind == NodeKind::null) return;
    const Node& form = forms.front()->value;
    const Span owner = forms.front()->key.span;
    text_.form = &forms.front()->key;
    if (forms.front()->key.text == "event") return read_event(form, owner);
    if (forms.front()->key.text == "count") return read_count(form, owner);
    if (forms.front()->key.text == "sequence") return collect_sequence(form, owner, text_);
    if (forms.front()->key.text == "sustained") return collect_sustained(form, owner, text_);
    if (forms.front()->key.text == "aggregate") return collect_aggregate(form, owner, text_);
    if (forms.front()->key.text == "silence") return collect_silence(form, owner, text_);
    read_all(form, owner);
  }

  void read_event(const Node& form, Span owner) {
    text_.rule.form = EventForm{};
    if (yaml::expect_map(form, event_keys(), "event", report_, owner)) {
      text_.pattern = collect_pattern(form, report_);
    }
  }

  void read_count(const Node& form, Span owner) {
    CountForm count;
    if (yaml::expect_map(form, count_keys(), "count", report_, owner)) {
      text_.pattern = collect_pattern(form, report_);
      text_.at_least = value_of(form, "at_least");
      if (text_.at_least != nullptr) {
        const auto n = yaml::read_integer(*text_.at_least, 1, kMostEvents, "at_least", report_);
        count.at_least = static_cast<std::uint32_t>(n.value_or(1));
      }
      count.within = read_within(form);
      if (const Node* node = value_of(form, "distinct")) {
        text_.distinct = yaml::read_scalars(*node, "distinct", report_);
        for (const Node* field : text_.distinct) count.distinct.push_back(field->text);
      }
    }
    text_.rule.form = std::move(count);
  }

  void read_all(const Node& form, Span owner) {
    AllForm all;
    if (yaml::expect_map(form, all_keys(), "all", report_, owner)) {
      if (const yaml::Entry* steps = form.find("steps")) read_steps(*steps);
      all.within = read_within(form);
      text_.join = yaml::text_at(form, "join", report_);
      if ((text_.keep = value_of(form, "keep")) != nullptr) {
        const auto keep = yaml::read_integer(*text_.keep, 1, kMaxKeep, "keep", report_);
        all.keep = static_cast<std::uint32_t>(keep.value_or(kDefaultKeep));
      }
      if (const Node* node = value_of(form, "same_event")) {
        all.same_event = yaml::read_boolean(*node, "same_event", report_).value_or(false);
      }
    }
    text_.rule.form = std::move(all);
  }

  void read_steps(const yaml::Entry& entry) {
    if (entry.value.kind == NodeKind::null || !yaml::expect_named(entry.value, "steps", report_))
      return;
    const auto& steps = entry.value.entries;
    if (steps.size() < 2 || steps.size() > kMaxSteps) {
      report_.add(Code::step_count, entry.key.span,
                  {std::to_string(kMaxSteps), std::to_string(steps.size())});
    }
    for (const yaml::Entry& step : steps) collect_step(step, text_);
  }

  Duration read_within(const Node& form) {
    const Node* const node = value_of(form, "within");
    return node == nullptr ? Duration{}
                           : yaml::read_duration(*node, "within", report_).value_or(Duration{});
  }

  Report& report_;
  const Node& root_;
  RuleText text_;
};

}  // namespace

RuleFile::RuleFile(const SourceFile& file)
    : role(role_of(file.name)),
      source(file.name, file.text),
      report(source) {}

bool is_reserved(std::string_view name) {
  return std::ranges::find(kReserved, name) != kReserved.end();
}

std::span<const std::string_view> reserved_names() { return kReserved; }

void check_format(const yaml::Node& root, yaml::Report& report) {
  const Node* const node = value_of(root, "format");
  if (node == nullptr || node->kind == NodeKind::invalid || node->text == kFormat) return;
  report.add(Code::bad_format, node->span, {node->text},
             nearest(node->text, {std::string(kFormat)}));
}

void collect_step(const yaml::Entry& step, RuleText& rule) {
  Report& report = rule.file->report;
  const std::string& name = step.key.text;
  if (!yaml::is_name(name, yaml::kIdentifierName)) {
    report.add(Code::bad_name, step.key.span, {name, yaml::kIdentifierName.allowed});
  } else if (is_reserved(name)) {
    report.add(Code::reserved_name, step.key.span, {name});
  }
  if (step.value.kind == NodeKind::null) return;
  if (!yaml::expect_map(step.value, event_keys(), name, report, step.key.span)) return;
  rule.steps.push_back({&step.key, collect_pattern(step.value, report)});
}

PatternText collect_pattern(const yaml::Node& map, yaml::Report& report) {
  PatternText pattern;
  if (const Node* node = value_of(map, "event")) {
    pattern.events = yaml::read_scalars(*node, "event", report, {.or_one = true});
  }
  const Node* const where = value_of(map, "where");
  if (where != nullptr && yaml::read_text(*where, "where", report)) pattern.where = where;
  return pattern;
}

std::vector<LimitText> collect_limits(const yaml::Node& limits, yaml::Report& report) {
  std::vector<LimitText> found;
  if (!yaml::expect_map(limits, limit_keys(), "limits", report)) return found;
  for (const LimitSpec& spec : limit_specs()) {
    const Node* const node = value_of(limits, spec.name);
    if (node == nullptr) continue;
    const auto value = yaml::read_integer(*node, 1, spec.max, spec.name, report);
    if (value) found.push_back({&spec, static_cast<std::uint32_t>(*value), node});
  }
  return found;
}

RuleText collect_rule(RuleFile& file, const yaml::Document& document) {
  return RuleCollector(file, document).collect();
}

}  // namespace tocsin::rules
