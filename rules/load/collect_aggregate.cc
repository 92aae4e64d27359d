// The form `aggregate` -> AggregateForm.
#include <algorithm>

#include "rules/load/collected.h"

namespace tocsin::rules {
namespace {

using yaml::Node;
using yaml::value_of;

class AggregateCollector {
 public:
  explicit AggregateCollector(RuleText& text) : text_(text), report_(text.file->report) {}

  AggregateForm collect(const yaml::Node& form, yaml::Span owner) {
    text_.pattern = collect_pattern(form, report_);
    text_.value = yaml::text_at(form, "value", report_);
    text_.clear = yaml::text_at(form, "clear", report_);
    read_fn(form, owner);
    read_window(form);
    read_min_samples(form);
    read_threshold(form, owner);
    return aggregate_;
  }

 private:
  void read_fn(const Node& form, yaml::Span owner) {
    const Node* const node = value_of(form, "fn");
    if (node == nullptr) return;
    const auto word = yaml::read_word(*node, kFnWords, "fn", report_);
    if (!word) return;
    const auto at = std::ranges::find(kFnWords, *word) - kFnWords.begin();
    aggregate_.fn = static_cast<AggregateForm::Fn>(at);
    const yaml::Entry* const value = form.find("value");
    const bool counts = aggregate_.fn == AggregateForm::Fn::count;
    if (counts != (value == nullptr)) {
      report_.add(Code::needs_value, value == nullptr ? owner : value->key.span, {*word});
    }
  }

  void read_window(const Node& form) {
    const Node* const node = value_of(form, "window");
    if (node == nullptr) return;
    const auto window = yaml::read_duration(*node, "window", report_);
    if (window == Duration{}) report_.add(Code::empty_window, node->span);
    aggregate_.window = window.value_or(Duration{});
  }

  void read_min_samples(const Node& form) {
    text_.min_samples = value_of(form, "min_samples");
    if (text_.min_samples == nullptr) return;
    const auto n = yaml::read_integer(*text_.min_samples, 1, kMostEvents, "min_samples", report_);
    aggregate_.min_samples = static_cast<std::uint32_t>(n.value_or(1));
  }

  void read_threshold(const Node& form, yaml::Span owner) {
    const yaml::Entry* const over = form.find("over");
    const yaml::Entry* const under = form.find("under");
    if ((over == nullptr) == (under == nullptr)) {
      report_.add(Code::one_threshold, over == nullptr ? owner : under->key.span);
      return;
    }
    aggregate_.over = over != nullptr;
    text_.threshold = yaml::text_at(form, over != nullptr ? "over" : "under", report_);
  }

  RuleText& text_;
  yaml::Report& report_;
  AggregateForm aggregate_;
};

}  // namespace

void collect_aggregate(const yaml::Node& form, yaml::Span owner, RuleText& rule) {
  AggregateForm aggregate;
  if (yaml::expect_map(form, aggregate_keys(), "aggregate", rule.file->report, owner)) {
    aggregate = AggregateCollector(rule).collect(form, owner);
  }
  rule.rule.form = std::move(aggregate);
}

}  // namespace tocsin::rules
