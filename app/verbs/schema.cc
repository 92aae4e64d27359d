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
    "  tocsin schema event --rules deploy/rules.d      with the event types of its descriptor "
    "sets\n"
    "  tocsin schema rules, bundle, tests              rule files, bundle.yaml, *.test.yaml\n"
    "  tocsin schema rules --markdown                  docs/rules_reference.md: every key and "
    "function";

struct SchemaOptions {
  std::string what;
  std::vector<std::string> rules;
  bool markdown = false;
};

ExitCode schema(const SchemaOptions& options, const Common& common) {
  const std::string& what = options.what;
  if (options.markdown && what != "rules") {
    complain("--markdown: only of rules");
    return ExitCode::usage;
  }
  using rules::RuleDocument;
  using rules::rules_json_schema;
  Output out;
  Catalogue catalogue;
  const ExitCode read = read_event_types(options.rules, common, catalogue);
  if (read != ExitCode::ok) return read;
  if (options.markdown) {
    out.buffer() += rules::rules_reference();
    return out.flush() ? ExitCode::ok : ExitCode::io;
  }
  if (what == "config") out.buffer() += config_schema();
  if (what == "rules") out.buffer() += rules_json_schema(RuleDocument::rule);
  if (what == "bundle") out.buffer() += rules_json_schema(RuleDocument::bundle);
  if (what == "tests") out.buffer() += rules_json_schema(RuleDocument::test_file);
  if (what == "event") out.buffer() += event_schema(catalogue);
  if (what == "alert") out.buffer() += alerts::alert_schema();
  return out.flush() ? ExitCode::ok : ExitCode::io;
}

}  // namespace

void add_schema(Cli& cli) {
  CLI::App& verb = cli.verb("schema", "JSON Schema of what is read and written", kSchemaExamples);
  auto o = std::make_shared<SchemaOptions>();
  verb.add_option("WHAT", o->what, "config, rules, bundle, tests, event or alert")
      ->required()
      ->check(CLI::IsMember({"config", "rules", "bundle", "tests", "event", "alert"}));
  verb.add_option("--rules", o->rules, "Folders or files with descriptor sets, for event")
      ->type_name("PATH");
  verb.add_flag("--markdown", o->markdown, "Of rules: a page to read instead");
  cli.on(verb, [&cli, o] { return schema(*o, cli.common()); });
}

}  // namespace tocsin::app
