#include <memory>
#include <optional>

#include "app/expression.h"
#include "app/output.h"
#include "app/verbs/verb.h"
#include "app/workspace.h"

namespace tocsin::app {
namespace {

constexpr const char* kEvalExamples =
    "  tocsin eval '1 + 2'                          {\"type\":\"int\",\"value\":\"3\"}\n"
    "  tocsin eval 'duration(\"90s\") > duration(\"1m\")'\n"
    "  tocsin eval '[1, 2].exists(x, x > 1)'\n"
    "  tocsin eval 'e.level > 2.0' --event '{\"type\":\"smoke.alarm\",\"device_id\":\"D1\","
    "\"level\":3}'\n"
    "  tocsin eval -- '-7 % 3'                      an expression that begins with a dash";

ExitCode eval(const std::string& expression, const std::optional<std::string>& event,
              const std::vector<std::string>& rules, const Common& common) {
  Catalogue catalogue;
  if (const ExitCode read = read_event_types(rules, common, catalogue); read != ExitCode::ok)
    return read;
  const Evaluated result = event ? evaluate(expression, *event, catalogue, common.language())
                                 : evaluate(expression, common.language());
  Output out;
  if (common.json) {
    out.line(R"({"schema":"tocsin.eval/1",)" + result.json.substr(1));
  } else if (result.code != ExitCode::bad_config) {
    out.line(result.json);
  } else {
    print_diagnostics(result.diagnostics, common);
  }
  return out.flush() ? result.code : ExitCode::io;
}

}  // namespace

void add_eval(Cli& cli) {
  CLI::App& verb = cli.verb("eval", "Evaluate one condition of the rule language", kEvalExamples);
  auto expression = std::make_shared<std::string>();
  verb.add_option("EXPR", *expression, "The expression")->required();
  auto event = std::make_shared<std::optional<std::string>>();
  verb.add_option("--event", *event, "An event, read as e.*: one line of a replay file")
      ->type_name("JSON");
  auto rules = std::make_shared<std::vector<std::string>>();
  verb.add_option("--rules", *rules, "Folders or files with descriptor sets, for the event's type")
      ->type_name("PATH");
  cli.on(verb, [&cli, expression, event, rules] {
    return eval(*expression, *event, *rules, cli.common());
  });
}

}  // namespace tocsin::app
