#include <memory>

#include "alerts/alert_schema.h"
#include "app/config.h"
#include "app/event_schema.h"
#include "app/output.h"
#include "app/verbs/verb.h"
#include "ingest/catalogue_builder.h"
#include "rules/load/loader.h"

namespace tocsin::app {
namespace {

constexpr const char* kSchemaExamples =
    "  tocsin schema config > tocsin.schema.json       for an editor's completion\n"
    "  tocsin schema alert                             what readers of the topic can rely on\n"
    "  tocsin schema rules --markdown                  docs/rules_reference.md: every key and "
    "function";

ExitCode schema(const std::string& what, bool markdown) {
  if (markdown && what != "rules") {
    complain("--markdown: only of rules");
    return ExitCode::usage;
  }
  Output out;
  if (markdown) {
    out.buffer() += rules::rules_reference();
    return out.flush() ? ExitCode::ok : ExitCode::io;
  }
  if (what == "config") out.buffer() += config_schema();
  if (what == "rules") out.buffer() += rules::rules_json_schema();
  if (what == "event") out.buffer() += event_schema(ingest::builtin_catalogue());
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
  auto markdown = std::make_shared<bool>(false);
  verb.add_flag("--markdown", *markdown, "Of rules: a page to read instead");
  cli.on(verb, [what, markdown] { return schema(*what, *markdown); });
}

}  // namespace tocsin::app
