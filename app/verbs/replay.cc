#include "app/replay/replay.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "app/loaded_bundle.h"
#include "app/rule_files.h"
#include "app/text.h"
#include "app/verbs/verb.h"
#include "app/workspace.h"

namespace tocsin::app {
namespace {

constexpr const char* kReplayExamples =
    "  tocsin replay --rules deploy/rules.d --events day.ndjson > alerts.ndjson\n"
    "  tocsin replay --rules my.yaml --registry deploy/registry --events - --summary < day.ndjson\n"
    "  tocsin replay --rules my.yaml --events day.ndjson --until +10m --strict\n\n"
    "The output is a function of the inputs alone. This version computes all shards on one engine, "
    "so\n"
    "--shards changes neither output nor speed.";

struct ReplayVerbOptions {
  std::vector<std::string> rules;
  std::string registry;
  std::string until;
  unsigned shards = 1;
  bool explain = false;
  ReplayOptions replay;
};

// A reload's PATH is relative to the events file, so that a recording can be moved with its rules.
std::string beside(const std::string& events, const std::string& path) {
  if (events == "-") return path;
  return (std::filesystem::path(events).parent_path() / path).string();
}

ReplayRules load_again(const std::string& path, const Catalogue& in_force,
                       const Workspace& workspace, const Common& common, std::string& why) {
  const RuleFiles read = read_rule_files({path});
  if (!read.unreadable.empty()) {
    why = "reload: " + read.unreadable;
    return {};
  }
  const LoadedBundle bundle =
      load_bundle(read.files, {.have_registry = workspace.registry != nullptr}, &in_force);
  if (!bundle.loaded.rules) {
    print_diagnostics(bundle.loaded.diagnostics, common);
    why = "reload: " + path + " has errors; the rules in force stay";
  }
  return {bundle.catalogue, bundle.loaded.rules};
}

ExitCode replay(ReplayVerbOptions options, const Common& common) {
  if (options.explain) return not_available("tocsin replay --explain");
  if (!options.until.empty()) options.replay.until = parse_duration(options.until);
  ExitCode code = fill_from_config(common, options.rules, options.registry);
  if (code != ExitCode::ok) return code;
  Workspace workspace;
  code = open_workspace(options.rules, options.registry, common, workspace);
  if (code != ExitCode::ok) return code;

  ReplayInputs inputs{{workspace.catalogue, workspace.loaded.rules}, workspace.registry, {}, {}};
  inputs.load_rules = [&](std::size_t, const std::string& path, const Catalogue& in_force,
                          std::string& why) {
    return load_again(beside(options.replay.events, path), in_force, workspace, common, why);
  };
  Output out;
  return run_replay(options.replay, std::move(inputs), out, common.quiet ? nullptr : stderr);
}

}  // namespace

void add_replay(Cli& cli) {
  CLI::App& verb =
      cli.verb("replay", "Rules over recorded events, in virtual time", kReplayExamples);
  auto o = std::make_shared<ReplayVerbOptions>();
  verb.add_option("--rules", o->rules, "Rule file or folder; several may be given")
      ->type_name("PATH");
  verb.add_option("--registry", o->registry, "Folder with places.csv and devices.csv")
      ->type_name("DIR");
  verb.add_option("--events", o->replay.events, "NDJSON, one event per line; - is stdin")
      ->type_name("FILE")
      ->capture_default_str();
  verb.add_option("--until", o->until,
                  "Run on for so long after the last line; else until no timer is left")
      ->check(kIsDuration);
  verb.add_flag("--summary", o->replay.summary, "End with one line of totals");
  verb.add_flag("--strict", o->replay.strict, "Exit 1 if any line was bad");
  verb.add_flag("--timing", o->replay.timing, "Speed on stderr");
  verb.add_option("--shards", o->shards, "Accepted; see below")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  verb.add_flag("--explain", o->explain)->group("");
  cli.on(verb, [&cli, o] { return replay(*o, cli.common()); });
}

}  // namespace tocsin::app
