#include "rules/load/describe.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/value.h"
#include "rules/load/read_values.h"

namespace tocsin::rules {
namespace {

using yaml::duration_text;

// A condition on one line, however it was folded in the file.
std::string one_line(const std::string& source) {
  std::string line;
  bool space = false;
  for (const char c : source) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank) {
      if (space && !line.empty()) line += ' ';
      line += c;
    }
    space = blank;
  }
  return line;
}

std::string condition(std::string_view word, const cel::Program& program) {
  return program.empty() ? "" : fmt::format(" {} ({})", word, one_line(program.source()));
}

class FormPrinter {
 public:
  FormPrinter(const RuleSet& rules, const Catalogue& catalogue)
      : rules_(rules), catalogue_(catalogue) {}

  std::string operator()(const EventForm& form) const { return "each " + pattern(form.pattern); }

  std::string operator()(const CountForm& form) const {
    const std::string what =
        form.distinct.empty() ? "" : fmt::format(" distinct {}", fmt::join(form.distinct, ", "));
    return fmt::format("count{} >= {} of {} within {}", what, form.at_least, pattern(form.pattern),
                       duration_text(form.within));
  }

  std::string operator()(const AllForm& form) const {
    return fmt::format("all of {} within {}{}{}", steps(form.steps, " and "),
                       duration_text(form.within), condition("join", form.join),
                       form.same_event ? ", one event for several steps" : "");
  }

  std::string operator()(const SequenceForm& form) const {
    std::string text = steps(form.steps, " then ");
    if (form.within) text += " within " + duration_text(*form.within);
    text += condition("join", form.join);
    if (form.until) text += " without " + pattern(*form.until) + " between";
    if (form.after_match == SequenceForm::AfterMatch::keep_anchor) text += ", keeping the first";
    if (form.absent) text += absent(*form.absent);
    return text;
  }

  std::string operator()(const AggregateForm& form) const {
    static constexpr std::string_view kFn[] = {"avg",  "min", "max", "sum",
                                               "rate", "p50", "p95", "count"};
    const cel::Program& value = form.pattern.alternatives.front().value;
    std::string text = fmt::format(
        "{}({}) of {} within {} {} {}", kFn[static_cast<std::size_t>(form.fn)],
        value.empty() ? "" : one_line(value.source()), pattern(form.pattern),
        duration_text(form.window), form.over ? ">" : "<", to_text(Value::float64(form.threshold)));
    if (form.clear != form.threshold) {
      text += fmt::format(", clear at {}", to_text(Value::float64(form.clear)));
    }
    return text + at_least(form.min_samples);
  }

  std::string operator()(const SustainedForm& form) const {
    static constexpr std::string_view kOnGap[] = {"pauses", "breaks", "holds"};
    const Pattern::Alternative& sample = form.pattern.alternatives.front();
    return fmt::format("{}{}{} for {}, a gap over {} {}{}", pattern(form.pattern),
                       condition("while", sample.holds), condition("until", sample.breaks),
                       duration_text(form.lasts), duration_text(form.max_gap),
                       kOnGap[static_cast<std::size_t>(form.on_gap)], at_least(form.min_samples));
  }

  std::string operator()(const SilenceForm& form) const {
    const std::string every =
        form.by_registry ? std::string("its heartbeat interval") : duration_text(form.interval);
    return fmt::format("no {} of {}{} for {} times {}{}", fmt::join(form.sign_names, "|"),
                       fmt::join(form.kinds, "|"), condition("where", form.where), form.missed,
                       every, form.jitter > 0 ? fmt::format(" and {:g} %", form.jitter * 100) : "");
  }

  std::string operator()(const RollUpForm& form) const {
    const std::string enough = form.at_least > 0 ? fmt::format(">= {}", form.at_least)
                                                 : fmt::format("{:g} %", form.share * 100);
    return fmt::format("{} alerts of {} opened within {}", enough, form.child,
                       duration_text(form.within));
  }

  std::string pattern(const Pattern& pattern) const {
    std::vector<std::string> types;
    for (const auto& alternative : pattern.alternatives)
      types.push_back(type_name(alternative.type));
    return fmt::format("{}{}", fmt::join(types, "|"),
                       condition("where", pattern.alternatives.front().where));
  }

 private:
  // Those of alerts are numbered after the catalogue's.
  std::string type_name(EventTypeId type) const {
    const auto index = static_cast<std::size_t>(type);
    const std::size_t known = catalogue_.types().size();
    if (index < known) return catalogue_.type(type).name;
    return rules_.rules[rules_.alert_types[index - known]].alert_events->name;
  }

  static std::string at_least(std::uint32_t samples) {
    return samples > 1 ? fmt::format(", at least {} samples", samples) : "";
  }

  std::string steps(const std::vector<Step>& steps, std::string_view between) const {
    std::vector<std::string> texts;
    for (const Step& step : steps) texts.push_back(step.name + ": " + pattern(step.pattern));
    return fmt::format("{}", fmt::join(texts, between));
  }

  std::string absent(const Absence& absence) const {
    std::string text = fmt::format(", then no {} within {}", pattern(absence.pattern),
                                   duration_text(absence.within));
    if (absence.look_back > Duration{}) {
      text += fmt::format(" (or {} before)", duration_text(absence.look_back));
    }
    return text;
  }

  const RuleSet& rules_;
  const Catalogue& catalogue_;
};

struct FormName {
  std::string_view operator()(const EventForm&) const { return "event"; }
  std::string_view operator()(const CountForm&) const { return "count"; }
  std::string_view operator()(const AllForm&) const { return "all"; }
  std::string_view operator()(const SequenceForm&) const { return "sequence"; }
  std::string_view operator()(const AggregateForm&) const { return "aggregate"; }
  std::string_view operator()(const SustainedForm&) const { return "sustained"; }
  std::string_view operator()(const SilenceForm&) const { return "silence"; }
  std::string_view operator()(const RollUpForm&) const { return "roll_up"; }
};

}  // namespace

std::string_view form_name(const Form& form) { return std::visit(FormName{}, form); }

std::string_view to_string(Mode mode) {
  switch (mode) {
    case Mode::live: return "live";
    case Mode::shadow: return "shadow";
    case Mode::disabled: return "disabled";
  }
  return "";
}

std::string describe(const Rule& rule, const RuleSet& rules, const Catalogue& catalogue) {
  const std::string key =
      rule.for_each.empty() ? "city-wide" : fmt::format("by {}", fmt::join(rule.for_each, ", "));
  return key + ": " + std::visit(FormPrinter(rules, catalogue), rule.form);
}

std::string describe_resolve(const Rule& rule, const RuleSet& rules, const Catalogue& catalogue) {
  const Resolve& resolve = rule.alert.resolve;
  std::vector<std::string> ways;
  if (resolve.quiet_for) ways.push_back("quiet for " + duration_text(*resolve.quiet_for));
  if (resolve.or_event)
    ways.push_back(FormPrinter(rules, catalogue).pattern(resolve.or_event->pattern));
  if (resolve.after) ways.push_back("after " + duration_text(*resolve.after));
  if (resolve.breaks_for) ways.push_back("breaks for " + duration_text(*resolve.breaks_for));
  if (resolve.on_first_event) ways.push_back("the next sign of life");
  return fmt::format("{}", fmt::join(ways, ", or "));
}

std::string describe(const StateBound& bound) {
  if (bound.per_key == 0) return "none";
  std::string text = fmt::format("at most {} keys of {} B", bound.keys, bound.per_key);
  if (bound.partials > 0) {
    text +=
        fmt::format("; per key at most {} kept events of {} B", bound.partials, bound.per_partial);
  }
  if (bound.pending > 0) {
    text += fmt::format("; per key at most {} pending absences of {} B", bound.pending,
                        bound.per_pending);
  }
  return text;
}

}  // namespace tocsin::rules
