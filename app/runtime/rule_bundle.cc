#include "app/runtime/rule_bundle.h"

#include "app/loaded_bundle.h"
#include "app/rule_files.h"
#include "ingest/registry_csv.h"

namespace tocsin::app {

ReadBundle read_rule_bundle(const std::vector<std::string>& paths, bool have_registry) {
  ReadBundle read;
  RuleFiles files = read_rule_files(paths);
  read.unreadable = std::move(files.unreadable);
  if (!read.unreadable.empty()) return read;
  rules::LoadOptions options;
  options.have_registry = have_registry;
  rules::Loaded loaded = load_bundle(files.files, options).loaded;
  read.diagnostics = std::move(loaded.diagnostics);
  if (!loaded.rules) return read;
  read.count = loaded.rules->rules.size();
  read.bundle = Bundle{std::move(files.files), {}};
  read.bundle->version = content_version(read.bundle->files);
  return read;
}

ReadBundle read_registry(const std::string& folder) {
  ReadBundle read;
  RuleFiles files = read_files({folder + "/places.csv", folder + "/devices.csv"});
  read.unreadable = std::move(files.unreadable);
  if (!read.unreadable.empty()) return read;
  ingest::LoadedRegistry loaded = ingest::load_registry(files.files);
  read.diagnostics = std::move(loaded.diagnostics);
  // The bad rows are left out already; one of them must not keep a city without its alarms.
  for (Diagnostic& d : read.diagnostics) d.level = DiagnosticLevel::warning;
  read.count = loaded.registry->devices().size();
  read.bundle = Bundle{std::move(files.files), {}};
  read.bundle->version = content_version(read.bundle->files);
  return read;
}

}  // namespace tocsin::app
