// The form `sequence` -> SequenceForm.
#include <algorithm>

#include "rules/load/collected.h"

namespace tocsin::rules {
namespace {

using yaml::Node;
using yaml::NodeKind;
using yaml::Report;
using yaml::Span;
using yaml::value_of;

class SequenceCollector {
 public:
  explicit SequenceCollector(RuleText& text) : text_(text), report_(text.file->report) {}

  SequenceForm collect(const Node& form) {
    if (const yaml::Entry* steps = form.find("steps")) read_steps(*steps, form);
    read_windows(form);
    text_.join = yaml::text_at(form, "join", report_);
    if ((text_.keep = value_of(form, "keep")) != nullptr) {
      const auto keep = yaml::read_integer(*text_.keep, 1, kMaxKeep, "keep", report_);
      sequence_.keep = static_cast<std::uint32_t>(keep.value_or(kDefaultKeep));
    }
    if (const Node* node = value_of(form, "after_match")) {
      const auto word = yaml::read_word(*node, kAfterMatchWords, "after_match", report_);
      if (word == "keep_anchor") sequence_.after_match = SequenceForm::AfterMatch::keep_anchor;
    }
    if (const yaml::Entry* until = entry_of(form, "until")) {
      if (yaml::expect_map(until->value, event_keys(), "until", report_, until->key.span)) {
        text_.until = collect_pattern(until->value, report_);
      }
    }
    if (const yaml::Entry* absent = entry_of(form, "absent")) read_absent(*absent);
    return std::move(sequence_);
  }

 private:
  static const yaml::Entry* entry_of(const Node& map, std::string_view key) {
    return value_of(map, key) == nullptr ? nullptr : map.find(key);
  }

  void read_windows(const Node& form) {
    if (const Node* node = value_of(form, "within")) {
      sequence_.within = yaml::read_duration(*node, "within", report_);
    }
    const yaml::Entry* const wait = entry_of(form, "max_wait");
    if (wait == nullptr) return;
    if (form.find("within") != nullptr) report_.add(Code::two_windows, wait->key.span);
    sequence_.max_wait =
        yaml::read_duration(wait->value, "max_wait", report_).value_or(sequence_.max_wait);
  }

  void read_steps(const yaml::Entry& entry, const Node& form) {
    const Node& steps = entry.value;
    if (steps.kind == NodeKind::null || steps.kind == NodeKind::invalid) return;
    if (steps.kind != NodeKind::sequence) {
      report_.add(Code::step_shape, steps.span);
      return;
    }
    const std::size_t least = form.find("absent") == nullptr ? 2 : 1;
    for (const Node& step : steps.items) read_step(step);
    const bool misplaced = std::ranges::any_of(steps.items, is_absent);
    if (!misplaced && (steps.items.size() < least || steps.items.size() > kMaxSteps)) {
      report_.add(
          Code::sequence_steps, entry.key.span,
          {std::to_string(least), std::to_string(kMaxSteps), std::to_string(steps.items.size())});
    }
  }

  static bool is_absent(const Node& step) {
    return step.kind == NodeKind::map && step.entries.size() == 1 &&
           step.entries.front().key.text == "absent";
  }

  void read_step(const Node& step) {
    if (step.kind == NodeKind::invalid) return;
    if (step.kind != NodeKind::map || step.entries.size() != 1) {
      report_.add(Code::step_shape, step.span);
      return;
    }
    const yaml::Entry& entry = step.entries.front();
    if (is_absent(step)) {
      report_.add(Code::absent_place, entry.key.span);
    } else if (is_known(entry.key.text)) {
      report_.add(Code::listed_twice, entry.key.span, {entry.key.text});
    } else {
      if (entry.value.kind == NodeKind::null) {
        report_.add(Code::empty_value, entry.key.span, {entry.key.text});
      }
      collect_step(entry, text_);
    }
  }

  bool is_known(std::string_view name) const {
    return std::ranges::any_of(text_.steps,
                               [&](const StepText& step) { return step.name->text == name; });
  }

  void read_absent(const yaml::Entry& entry) {
    const Node& map = entry.value;
    if (!yaml::expect_map(map, absent_keys(), "absent", report_, entry.key.span)) return;
    text_.absent = collect_pattern(map, report_);
    Absence& absent = sequence_.absent.emplace();
    absent.within = yaml::duration_at(map, "within", report_).value_or(absent.within);
    absent.look_back = yaml::duration_at(map, "look_back", report_).value_or(absent.look_back);
    absent.hold_max = yaml::duration_at(map, "hold_max", report_).value_or(absent.hold_max);
    read_source_down(map, absent);
    if (const Node* node = value_of(map, "source")) {
      read_source(yaml::read_text(*node, "source", report_).value_or(""), absent);
    }
  }

  void read_source_down(const Node& map, Absence& absent) {
    const Node* const node = value_of(map, "if_source_down");
    if (node == nullptr) return;
    const auto word = yaml::read_word(*node, kSourceDownWords, "if_source_down", report_);
    if (!word || *word == "hold") return;
    absent.if_source_down =
        *word == "fire" ? Absence::SourceDown::fire : Absence::SourceDown::fire_degraded;
    if (const yaml::Entry* hold = map.find("hold_max")) {
      report_.add(Code::idle_key, hold->key.span, {"hold_max", *word});
    }
  }

  // The name of a step, else the id of a gateway.
  void read_source(const std::string& source, Absence& absent) const {
    const auto step = std::ranges::find_if(
        text_.steps, [&](const StepText& s) { return s.name->text == source; });
    if (step == text_.steps.end()) {
      absent.gateway = source;
    } else {
      absent.source_step = static_cast<std::uint16_t>(step - text_.steps.begin());
    }
  }

  RuleText& text_;
  Report& report_;
  SequenceForm sequence_;
};

}  // namespace

void collect_sequence(const yaml::Node& form, Span owner, RuleText& rule) {
  SequenceForm sequence;
  if (yaml::expect_map(form, sequence_keys(), "sequence", rule.file->report, owner)) {
    sequence = SequenceCollector(rule).collect(form);
  }
  rule.rule.form = std::move(sequence);
}

}  // namespace tocsin::rules
