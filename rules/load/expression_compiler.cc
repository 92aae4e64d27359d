#include <algorithm>

#include "rules/load/compiler.h"

namespace tocsin::rules {
namespace {

constexpr std::size_t kMaxTemplateHoles = 32;

// The text in quotes that is all between the parentheses of a call, its quotes included.
std::optional<std::pair<std::size_t, std::size_t>> quoted_argument(std::string_view text,
                                                                   std::size_t at) {
  const auto skip = [&](std::string_view what) { return text.find_first_not_of(what, at); };
  at = skip(" \n(");
  if (at == std::string_view::npos || (text[at] != '\'' && text[at] != '"')) return std::nullopt;
  const std::size_t begin = at;
  const std::size_t end = text.find(text[begin], begin + 1);
  if (end == std::string_view::npos) return std::nullopt;
  at = end + 1;
  at = skip(" \n");
  if (at == std::string_view::npos || text[at] != ')') return std::nullopt;
  return std::pair(begin, end + 1);
}

}  // namespace

// The calendar must be known when the rule is loaded.
bool ExpressionCompiler::ask_calendar(const Expression& expression, const NameUse& call) {
  const auto argument = quoted_argument(expression.text, call.end);
  const std::size_t begin = argument ? argument->first : call.begin;
  const std::size_t end = argument ? argument->second : call.end;
  const yaml::Span where{expression.offsets[begin],
                         std::max(expression.offsets[end], expression.offsets[begin] + 1)};
  if (argument) {
    const std::string name = expression.text.substr(begin + 1, end - begin - 2);
    if (!is_new({"calendar", where.begin, where.end})) return true;
    const auto calendar = bundle_.use_calendar(name, where, report_);
    if (calendar) calendars_.insert(*calendar);
    return calendar.has_value();
  }
  if (is_new({"calendar", where.begin, where.end})) report_.add(Code::calendar_name, where);
  return false;
}

bool ExpressionCompiler::calendars_known(const Expression& expression) {
  bool all = true;
  for (const NameUse& name : names_in(expression.text)) {
    uses_registry_ = uses_registry_ || (name.call && name.path == "adjacent");
    if (name.call && name.path == "in_calendar") all = ask_calendar(expression, name) && all;
  }
  return all;
}

cel::Program ExpressionCompiler::compile(const Expression& expression, const RuleScope& scope,
                                         Wanted wanted, std::string_view type) {
  const bool readable = count_code_points(expression.text) <= cel::CompileLimits{}.max_length;
  if (readable && !calendars_known(expression)) return {};
  if (cost_ > limits_.max_cost) return {};
  std::optional<cel::Type> expected;
  if (wanted == Wanted::condition) expected = cel::Type{ValueKind::boolean, ValueKind::unset};
  const cel::CompileLimits limits{.max_cost = limits_.max_cost,
                                  .max_regex_bytes = limits_.max_regex_bytes};
  const bool watch = watched_ != nullptr && wanted == Wanted::condition;
  auto branches = watch ? std::make_shared<cel::Branches>() : nullptr;
  cel::Compiled compiled = cel::compile(expression.text, scope, expected, limits, branches);
  if (!compiled.program.empty()) note_cost(expression.offsets.front(), compiled.program.cost());
  if (watch) add_watched(std::move(branches), expression);
  for (const cel::CompileError& error : compiled.errors) report(error, expression, scope, type);
  return std::move(compiled.program);
}

void check_unused(const Condition& condition) {
  yaml::Report& report = condition.file->report;
  const Expression expression = expression_of(*condition.expression, report.source());
  const cel::Type boolean{ValueKind::boolean, ValueKind::unset};
  const auto compiled = cel::compile(expression.text, RuleScope{}, boolean, {}, nullptr);
  const bool about_an_event = std::ranges::find(compiled.errors, "E3101",
                                                &cel::CompileError::code) != compiled.errors.end();
  for (const cel::CompileError& error : compiled.errors) {
    if (about_an_event && !error.code.starts_with("E30")) continue;
    Diagnostic texts;
    texts.code = error.code;
    texts.message_en = error.message_en;
    texts.message_zh = error.message_zh;
    texts.suggestion = error.suggestion;
    report.add(std::move(texts), expression.span(error.begin, error.end));
  }
}

void ExpressionCompiler::note_cost(std::size_t place, std::size_t cost) {
  std::size_t& known = costs_[place];
  if (cost <= known) return;
  cost_ += cost - known;
  known = cost;
}

void ExpressionCompiler::add_watched(std::shared_ptr<cel::Branches> branches,
                                     const Expression& expression) {
  WatchedCondition condition{rule_, report_.source().name(), std::move(branches), {}};
  for (const cel::Branch& branch : *condition.branches) {
    const yaml::Span span = expression.span(branch.begin, branch.end);
    const yaml::Position at = report_.source().position(span.begin);
    condition.places.push_back({at.line, at.col});
  }
  watched_->push_back(std::move(condition));
}

bool ExpressionCompiler::is_new(Reported one) {
  if (std::ranges::find(reported_, one) != reported_.end()) return false;
  reported_.push_back(std::move(one));
  return true;
}

void ExpressionCompiler::report(const cel::CompileError& error, const Expression& expression,
                                const RuleScope& scope, std::string_view type) {
  const yaml::Span span = expression.span(error.begin, error.end);
  if (!is_new({error.code, span.begin, span.end})) return;
  Diagnostic texts;
  texts.code = error.code;
  texts.message_en = error.message_en;
  texts.message_zh = error.message_zh;
  texts.suggestion = error.suggestion;
  Diagnostic& d = report_.add(std::move(texts), span);
  const std::string_view condition = expression.condition_at(error.begin);
  if (!condition.empty() &&
      bundle_.conditions.contains(expression.text_at(error.begin, error.end))) {
    d.next_step_en = "a condition of bundle.yaml cannot name another: write it out in '" +
                     std::string(condition) + "'";
    d.next_step_zh =
        "bundle.yaml 的条件不能引用另一个条件：请在 '" + std::string(condition) + "' 中写全";
  } else if (!condition.empty()) {
    d.next_step_en = "it comes from condition '" + std::string(condition) + "' of bundle.yaml";
    d.next_step_zh = "来自 bundle.yaml 的条件 '" + std::string(condition) + "'";
  } else if (scope.is_partial(report_.source().text(span))) {
    d.next_step_en =
        "not every event type that can stand here has this field alike; name a step, or use a rule "
        "per type";
    d.next_step_zh =
        "此处可能出现的事件类型并非都有相同的该字段；请用步骤名，或为每种类型写一条规则";
  } else if (!type.empty()) {
    d.next_step_en = "checked for event type '" + std::string(type) + "'";
    d.next_step_zh = "按事件类型 '" + std::string(type) + "' 检查";
  }
}

namespace {

// Splits `{{expr}}` text; compiles the holes.
class TemplateCompiler {
 public:
  TemplateCompiler(const yaml::Node& text, const RuleScope& scope, ExpressionCompiler& compiler,
                   yaml::Report& report)
      : node_(text),
        whole_(expression_of(text, report.source())),
        scope_(scope),
        compiler_(compiler),
        report_(report) {
    made_.source = text.text;
  }

  Template compile() {
    const std::string& text = whole_.text;
    const std::size_t max_length = compiler_.limits().max_template_length;
    if (count_code_points(text) > max_length) {
      report_.add(Code::too_long, node_.span, {"summary", std::to_string(max_length)});
      return std::move(made_);
    }
    std::size_t at = 0;
    for (std::size_t open = text.find("{{"); open != std::string::npos;
         open = text.find("{{", at)) {
      literal(at, open);
      const std::size_t close = closing(open + 2);
      if (close == std::string::npos) {
        report_.add(Code::template_unclosed, {whole_.offsets[open], whole_.offsets[open] + 2});
        return std::move(made_);
      }
      hole(open, close);
      at = close + 2;
    }
    literal(at, text.size());
    if (holes_ > kMaxTemplateHoles) {
      const std::size_t begin = whole_.offsets.front();
      report_.add(Code::template_holes, {begin, begin + 1}, {std::to_string(kMaxTemplateHoles)});
    }
    return std::move(made_);
  }

 private:
  void literal(std::size_t begin, std::size_t end) {
    if (begin < end) made_.pieces.push_back({whole_.text.substr(begin, end - begin), {}});
  }

  // The "}}" outside of quotes.
  std::size_t closing(std::size_t at) const {
    const std::string& text = whole_.text;
    char quote = '\0';
    for (; at < text.size(); ++at) {
      if (quote != '\0') {
        if (text[at] == '\\')
          ++at;
        else if (text[at] == quote)
          quote = '\0';
      } else if (text[at] == '"' || text[at] == '\'') {
        quote = text[at];
      } else if (text.compare(at, 2, "}}") == 0) {
        return at;
      }
    }
    return std::string::npos;
  }

  void hole(std::size_t open, std::size_t close) {
    const Expression expression = whole_.part(open + 2, close);
    if (expression.text.find_first_not_of(" \n") == std::string::npos) {
      report_.add(Code::template_empty, {whole_.offsets[open], whole_.offsets[close] + 2});
      return;
    }
    ++holes_;
    made_.pieces.push_back(
        {{}, compiler_.compile(expression, scope_, ExpressionCompiler::Wanted::any)});
  }

  const yaml::Node& node_;
  Expression whole_;
  const RuleScope& scope_;
  ExpressionCompiler& compiler_;
  yaml::Report& report_;
  Template made_;
  std::size_t holes_ = 0;
};

}  // namespace

Template compile_template(const yaml::Node& text, const RuleScope& scope,
                          ExpressionCompiler& compiler, yaml::Report& report) {
  return TemplateCompiler(text, scope, compiler, report).compile();
}

}  // namespace tocsin::rules
