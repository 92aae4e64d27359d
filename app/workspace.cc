#include "app/workspace.h"

#include "app/config_file.h"
#include "app/loaded_bundle.h"
#include "app/rule_files.h"
#include "ingest/descriptor_set.h"
#include "ingest/registry_csv.h"

namespace tocsin::app {
namespace {

ExitCode load_registry_folder(const std::string& folder, const Common& common,
                              Workspace& workspace) {
  const RuleFiles read = read_files({folder + "/places.csv", folder + "/devices.csv"});
  if (!read.unreadable.empty()) {
    complain(read.unreadable);
    return ExitCode::io;
  }
  auto loaded = ingest::load_registry(read.files);
  print_diagnostics(loaded.diagnostics, common);
  workspace.registry = std::move(loaded.registry);
  return ExitCode::ok;
}

}  // namespace

ExitCode open_workspace(const std::vector<std::string>& rule_paths, const std::string& registry,
                        const Common& common, Workspace& workspace, TestUse use) {
  if (!registry.empty()) {
    const ExitCode code = load_registry_folder(registry, common, workspace);
    if (code != ExitCode::ok) return code;
  }
  const RuleFiles read = read_rule_files(rule_paths);
  if (!read.unreadable.empty()) {
    complain(read.unreadable);
    return ExitCode::io;
  }
  LoadedBundle bundle = load_bundle(read.files, {.have_registry = workspace.registry != nullptr,
                                                 .run_disabled = use.run_disabled,
                                                 .watch_branches = use.watch_branches});
  workspace.catalogue = std::move(bundle.catalogue);
  workspace.loaded = std::move(bundle.loaded);
  print_diagnostics(workspace.loaded.diagnostics, common);
  return workspace.loaded.rules ? ExitCode::ok : ExitCode::bad_config;
}

ExitCode read_event_types(const std::vector<std::string>& rule_paths, const Common& common,
                          Catalogue& catalogue) {
  const RuleFiles read = read_rule_files(rule_paths);
  if (!read.unreadable.empty()) {
    complain(read.unreadable);
    return ExitCode::io;
  }
  ingest::LoadedTypes types = ingest::load_event_types(read.files);
  print_diagnostics(types.diagnostics, common);
  catalogue = std::move(types.catalogue);
  return has_errors(types.diagnostics) ? ExitCode::bad_config : ExitCode::ok;
}

ExitCode fill_from_config(const Common& common, std::vector<std::string>& rule_paths,
                          std::string& registry) {
  if (!common.config.empty()) {
    Config config;
    const ExitCode code = load_config(common, config);
    if (code != ExitCode::ok) return code;
    if (rule_paths.empty()) rule_paths = config.rules;
    if (registry.empty()) registry = config.registry;
  }
  if (!rule_paths.empty()) return ExitCode::ok;
  complain("no rules: give --rules PATH, or a configuration with -c");
  return ExitCode::usage;
}

}  // namespace tocsin::app
