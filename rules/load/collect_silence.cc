// The form `silence` -> SilenceForm.
#include "rules/load/collected.h"

namespace tocsin::rules {
namespace {

using yaml::Node;
using yaml::Report;
using yaml::Span;
using yaml::value_of;

constexpr std::int64_t kMaxMissed = 1000;
constexpr double kMaxJitter = 1;

class SilenceCollector {
 public:
  explicit SilenceCollector(RuleText& text) : text_(text), report_(text.file->report) {}

  SilenceForm collect(const Node& form, Span owner) {
    if (const Node* node = value_of(form, "population")) read_population(*node, owner);
    if (const Node* node = value_of(form, "any_of")) {
      text_.pattern.events = yaml::read_scalars(*node, "any_of", report_);
    }
    read_interval(form, owner);
    if (const Node* node = value_of(form, "missed")) {
      const auto missed = yaml::read_integer(*node, 1, kMaxMissed, "missed", report_);
      silence_.missed = static_cast<std::uint32_t>(missed.value_or(1));
    }
    if (const Node* node = value_of(form, "jitter")) {
      silence_.jitter = yaml::read_number(*node, 0, kMaxJitter, "jitter", report_).value_or(0);
    }
    if (const Node* node = value_of(form, "startup_grace")) {
      silence_.startup_grace =
          yaml::read_duration(*node, "startup_grace", report_).value_or(Duration{});
    }
    return std::move(silence_);
  }

 private:
  void read_population(const Node& map, Span owner) {
    if (!yaml::expect_map(map, population_keys(), "population", report_, owner)) return;
    if (const Node* node = value_of(map, "kind")) {
      for (const Node* kind : yaml::read_scalars(*node, "kind", report_, {.or_one = true})) {
        silence_.kinds.push_back(kind->text);
      }
    }
    const Node* const where = value_of(map, "where");
    if (where != nullptr && yaml::read_text(*where, "where", report_)) {
      text_.population_where = where;
    }
  }

  void read_interval(const Node& form, Span owner) {
    const yaml::Entry* const interval = form.find("interval");
    const yaml::Entry* const field = form.find("interval_field");
    if ((interval == nullptr) == (field == nullptr)) {
      report_.add(Code::one_interval, field == nullptr ? owner : field->key.span);
    }
    if (const Node* node = value_of(form, "interval")) {
      silence_.interval = yaml::read_duration(*node, "interval", report_).value_or(Duration{});
    }
    if (const Node* node = value_of(form, "interval_field")) {
      silence_.by_registry =
          yaml::read_word(*node, kIntervalWords, "interval_field", report_).has_value();
    }
  }

  RuleText& text_;
  Report& report_;
  SilenceForm silence_;
};

}  // namespace

void collect_silence(const yaml::Node& form, Span owner, RuleText& rule) {
  SilenceForm silence;
  if (yaml::expect_map(form, silence_keys(), "silence", rule.file->report, owner)) {
    silence = SilenceCollector(rule).collect(form, owner);
  }
  rule.rule.form = std::move(silence);
}

}  // namespace tocsin::rules
