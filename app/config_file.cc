#include "app/config_file.h"

#include <filesystem>

#include "app/rule_files.h"

namespace tocsin::app {

ExitCode load_config(const Common& common, Config& config) {
  config = Config{};
  if (common.config.empty()) return ExitCode::ok;
  std::string why;
  const auto text = read_file(common.config, why);
  if (!text) {
    complain(why);
    return ExitCode::io;
  }
  ConfigRead read = parse_config(common.config, *text);
  print_diagnostics(read.diagnostics, common);
  if (has_errors(read.diagnostics)) return ExitCode::bad_config;
  config = std::move(read.config);
  resolve_paths(config, std::filesystem::path(common.config).parent_path().string());
  return ExitCode::ok;
}

}  // namespace tocsin::app
