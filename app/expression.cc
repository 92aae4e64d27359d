#include "app/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "alerts/json_text.h"
#include "core/event.h"
#include "ingest/decoder.h"
#include "rules/cel/cel.h"
#include "rules/load/loader.h"
#include "rules/load/scope.h"

namespace tocsin::app {
namespace {

constexpr const char* kFile = "expression";
constexpr const char* kEventFile = "event";

class EmptyScope final : public cel::Scope {
 public:
  std::optional<cel::Input> find(std::string_view) const override { return std::nullopt; }
  std::vector<std::string> names() const override { return {}; }
};

// The names of an event, without the functions that ask a bundle or a registry.
class EventScope final : public cel::Scope {
 public:
  explicit EventScope(const rules::EventTypes& types) { scope_.event = &types; }
  std::optional<cel::Input> find(std::string_view path) const override { return scope_.find(path); }
  std::vector<std::string> names() const override { return scope_.names(); }

 private:
  rules::RuleScope scope_;
};

constexpr std::array<std::string_view, 2> kNotHere{"adjacent", "in_calendar"};

void append_typed(const Value& value, std::string& out) {
  out += R"({"type":)";
  alerts::append_json_string(to_string(value.kind()), out);
  out += R"(,"value":)";
  switch (value.kind()) {
    case ValueKind::int64: out += '"' + std::to_string(value.as_int()) + '"'; break;
    case ValueKind::uint64: out += '"' + std::to_string(value.as_uint()) + '"'; break;
    case ValueKind::list: {
      out += '[';
      for (const char* comma = ""; const Value& item : value.as_list()) {
        out += comma;
        append_typed(item, out);
        comma = ",";
      }
      out += ']';
      break;
    }
    default: alerts::append_json_value(value, out);
  }
  out += '}';
}

std::string error_json(std::string_view what, const nlohmann::ordered_json& more = {}) {
  std::string json = R"({"error":)";
  alerts::append_json_string(what, json);
  for (const auto& [key, value] : more.items()) json += ",\"" + key + "\":" + value.dump();
  return json + "}";
}

std::string error_json(const Diagnostic& d, Language language) {
  nlohmann::ordered_json more{
      {"code", d.code}, {"line", d.line}, {"col", d.col}, {"end_col", d.end_col}};
  if (!d.suggestion.empty()) more["suggestion"] = d.suggestion;
  return error_json(language == Language::zh ? d.message_zh : d.message_en, more);
}

// The line of `text` that holds code point `at`, and where it starts.
struct Line {
  std::size_t number = 1;
  std::size_t first_code_point = 0;
  std::string text;
};
Line line_at(std::string_view text, std::size_t at) {
  Line line;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos;
       end = text.find('\n', begin)) {
    const std::size_t next =
        line.first_code_point + count_code_points(text.substr(begin, end + 1 - begin));
    if (at < next) break;
    line.first_code_point = next;
    ++line.number;
    begin = end + 1;
  }
  line.text = text.substr(begin, text.find('\n', begin) - begin);
  return line;
}

Diagnostic diagnostic_of(const cel::CompileError& error, std::string_view source) {
  const Line line = line_at(source, error.begin);
  Diagnostic d;
  d.code = error.code;
  d.file = kFile;
  d.line = line.number;
  d.col = error.begin - line.first_code_point + 1;
  d.end_col = d.col + std::max<std::size_t>(error.end - error.begin, 1);
  d.message_en = error.message_en;
  d.message_zh = error.message_zh;
  d.suggestion = error.suggestion;
  d.source_line = line.text;
  return d;
}

void say_what_is_missing(const cel::CompileError& error, std::string_view source, Diagnostic& d) {
  for (const std::string_view function : kNotHere) {
    if (!source.substr(std::min(error.begin, source.size())).starts_with(function)) continue;
    d.next_step_en = fmt::format(
        "{} asks the registry or the calendars of a bundle: try it in a test, with tocsin test",
        function);
    d.next_step_zh = fmt::format("{} 需要台账或规则包中的日历：请写成测试，用 tocsin test 运行",
                                 function);
    d.suggestion.clear();
  }
}

}  // namespace

std::string typed_json(const Value& value) {
  std::string out;
  append_typed(value, out);
  return out;
}

namespace {

Evaluated evaluate_in(const cel::Scope& scope, std::string_view expression, cel::Frames frames,
                      Language language) {
  const cel::Compiled compiled = cel::compile(expression, scope, std::nullopt);
  Evaluated result;
  if (!compiled.errors.empty()) {
    for (const cel::CompileError& error : compiled.errors) {
      result.diagnostics.push_back(diagnostic_of(error, expression));
      say_what_is_missing(error, expression, result.diagnostics.back());
    }
    result.code = ExitCode::bad_config;
    result.json = error_json(result.diagnostics.front(), language);
    return result;
  }
  cel::Scratch scratch;
  const cel::Outcome outcome = compiled.program.eval(frames, scratch);
  result.code = outcome.error ? ExitCode::failed : ExitCode::ok;
  result.json =
      outcome.error ? error_json(cel::to_string(*outcome.error)) : typed_json(outcome.value);
  return result;
}

// Evaluates while the event is there: what it holds does not outlive the call.
class AgainstOneEvent final : public ingest::EventSink {
 public:
  AgainstOneEvent(std::string_view expression, const Catalogue& catalogue, Language language)
      : expression_(expression), catalogue_(catalogue), language_(language) {}

  void on_event(Event& event) override {
    const rules::EventTypes types{&catalogue_.type(event.type)};
    const Value* const frame = event.slots.data();
    result = evaluate_in(EventScope(types), expression_, {&frame, 1}, language_);
  }
  void on_rejected(const ingest::Rejection& rejection) override {
    without_time = rejection.reason == RejectReason::missing_ts;
    const std::string what =
        std::string(to_string(rejection.reason)) + ": " + std::string(rejection.detail);
    result.code = ExitCode::bad_config;
    result.json = error_json(what);
    Diagnostic d;
    d.code = "E3301";
    d.file = kEventFile;
    d.message_en = "no event: " + what;
    d.message_zh = "不是事件：" + what;
    result.diagnostics = {d};
  }

  Evaluated result;
  bool without_time = false;  // the event has neither ts nor arr

 private:
  std::string_view expression_;
  const Catalogue& catalogue_;
  Language language_;
};

}  // namespace

Evaluated evaluate(std::string_view expression, Language language) {
  Evaluated result = evaluate_in(EmptyScope{}, expression, {}, language);
  for (Diagnostic& d : result.diagnostics) {
    if (d.code != "E3101") continue;
    d.next_step_en = "names of an event need one: --event '{\"type\":...}'";
    d.next_step_zh = "引用事件的名称时需给出事件：--event '{\"type\":...}'";
  }
  return result;
}

Evaluated evaluate(std::string_view expression, std::string_view event, const Catalogue& catalogue,
                   Language language) {
  ingest::Decoder decoder(catalogue, nullptr);
  AgainstOneEvent sink(expression, catalogue, language);
  decoder.decode_line(event, Timestamp{}, sink);
  if (sink.without_time) {
    std::string at_start(event);
    at_start.insert(event.find('{') + 1, fmt::format("\"arr\":{},", unix_ms(rules::kTestStart)));
    decoder.decode_line(at_start, Timestamp{}, sink);
  }
  return std::move(sink.result);
}

}  // namespace tocsin::app
