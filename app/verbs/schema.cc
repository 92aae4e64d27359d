#include <memory>

#include "alerts/alert_schema.h"
#include "app/config.h"
#include "app/event_schema.h"
#include "app/output.h"
#include "app/verbs/verb.h"
#include "app/workspace.h"
#include "rules/load/loader.h"

namespace tocsin::app {
namespace {

constexpr const char* kSchemaExamples =
    "  tocsin schema config > tocsin.schema.json       for an editor's completion\n"
    "  tocsin schema alert                             what readers of the topic can rely on\n"
    "  tocsin schema event --rules deploy/rules.d      with the event types of its descriptor sets";

ExitCode schema(const std::string& what, const std::vector<std::string>& rules,
                const Common& common) {
  Output out;
  Catalogue catalogue;
  const ExitCode read = read_event_types(rules, common, catalogue);
  if (read != ExitCode::ok) return read;
  if (what == "config") out.buffer() += config_schema();
  if (what == "rules") out.buffer() += rules::rules_json_schema();
  if (what == "event") out.buffer() += event_schema(catalogue);
  if (what == "alert") out.buffer() += alerts::alert_schema();
  return out.flush() ? ExitCode::ok : ExitCode::io;
}

}  // namespace

void add_schema(Cli& cli) {
  CLI::App& verb = cli.verb("schema", "JSON Schema of what is read and written", kSchemaExamples);
  auto what = std::make_shared<std::string>();
  verb.add_option("WHAT", *what, "config, rules, event or alert")
      ->required()
      ->check(CLI::IsMember({"config", "rules", "event", "alert"}));
  auto rules = std::make_shared<std::vector<std::string>>();
  verb.add_option("--rules", *rules, "Folders or files with descriptor sets, for event")
      ->type_name("PATH");
  cli.on(verb, [&cli, what, rules] { return schema(*what, *rules, cli.common()); });
}

}  // namespace tocsin::app
