// The form `sustained` -> SustainedForm.
#include "rules/load/collected.h"

namespace tocsin::rules {
namespace {

using yaml::Node;
using yaml::value_of;

class SustainedCollector {
 public:
  explicit SustainedCollector(RuleText& text) : text_(text), report_(text.file->report) {}

  SustainedForm collect(const Node& form) {
    text_.pattern = collect_pattern(form, report_);
    text_.holds = yaml::text_at(form, "holds", report_);
    text_.breaks = yaml::text_at(form, "breaks", report_);
    sustained_.lasts = yaml::duration_at(form, "for", report_).value_or(sustained_.lasts);
    sustained_.max_gap = yaml::duration_at(form, "max_gap", report_).value_or(sustained_.max_gap);
    read_on_gap(form);
    read_min_samples(form);
    if (const Node* node = value_of(form, "also_on")) read_also_on(*node);
    return sustained_;
  }

 private:
  void read_on_gap(const Node& form) {
    const Node* const node = value_of(form, "on_gap");
    if (node == nullptr) return;
    const auto word = yaml::read_word(*node, kOnGapWords, "on_gap", report_);
    if (word == "break") sustained_.on_gap = SustainedForm::OnGap::ends;
    if (word == "hold") sustained_.on_gap = SustainedForm::OnGap::hold;
  }

  void read_min_samples(const Node& form) {
    const Node* const node = value_of(form, "min_samples");
    if (node == nullptr) return;
    const auto n = yaml::read_integer(*node, 1, kMostEvents, "min_samples", report_);
    sustained_.min_samples = static_cast<std::uint32_t>(n.value_or(1));
  }

  void read_also_on(const Node& node) {
    PatternText& also = text_.also_on.emplace();
    also.events = yaml::read_scalars(node, "also_on", report_, {.or_one = true});
    for (const Node* type : also.events) {
      for (const Node* sample : text_.pattern.events) {
        if (sample->text == type->text) report_.add(Code::also_sample, type->span, {type->text});
      }
    }
  }

  RuleText& text_;
  yaml::Report& report_;
  SustainedForm sustained_;
};

}  // namespace

void collect_sustained(const yaml::Node& form, yaml::Span owner, RuleText& rule) {
  SustainedForm sustained;
  if (yaml::expect_map(form, sustained_keys(), "sustained", rule.file->report, owner)) {
    sustained = SustainedCollector(rule).collect(form);
  }
  rule.rule.form = std::move(sustained);
}

}  // namespace tocsin::rules
