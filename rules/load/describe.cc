#include "rules/load/describe.h"

#include <fmt/format.h>

#include <algorithm>

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
  explicit FormPrinter(const Catalogue& catalogue) : catalogue_(catalogue) {}

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

  std::string pattern(const Pattern& pattern) const {
    std::vector<std::string> types;
    for (const auto& alternative : pattern.alternatives)
      types.push_back(catalogue_.type(alternative.type).name);
    return fmt::format("{}{}", fmt::join(types, "|"),
                       condition("where", pattern.alternatives.front().where));
  }

 private:
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

  const Catalogue& catalogue_;
};

struct FormName {
  std::string_view operator()(const EventForm&) const { return "event"; }
  std::string_view operator()(const CountForm&) const { return "count"; }
  std::string_view operator()(const AllForm&) const { return "all"; }
  std::string_view operator()(const SequenceForm&) const { return "sequence"; }
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

std::string describe(const Rule& rule, const Catalogue& catalogue) {
  const std::string key =
      rule.for_each.empty() ? "city-wide" : fmt::format("by {}", fmt::join(rule.for_each, ", "));
  return key + ": " + std::visit(FormPrinter(catalogue), rule.form);
}

std::string describe_resolve(const Rule& rule, const Catalogue& catalogue) {
  const Resolve& resolve = rule.alert.resolve;
  std::vector<std::string> ways;
  if (resolve.quiet_for) ways.push_back("quiet for " + duration_text(*resolve.quiet_for));
  if (resolve.or_event) ways.push_back(FormPrinter(catalogue).pattern(resolve.or_event->pattern));
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
