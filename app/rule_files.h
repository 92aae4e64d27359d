#pragma once
/// Paths -> texts. The only place that reads rules and registries from disk; the loaders work on
/// text.
#include <optional>
#include <string>
#include <vector>

#include "rules/load/loader.h"

namespace tocsin::app {

struct RuleFiles {
  std::vector<rules::SourceFile> files;
  std::string
      unreadable;  ///< which path and why: "rules.d: No such file or directory"; empty: all read
};

/// Each path is a file, or a folder whose *.yaml files and descriptor sets are taken in order of
/// name (bundle.yaml and *.test.yaml among them; subfolders are not entered). A folder without any
/// *.yaml is `unreadable`.
RuleFiles read_rule_files(const std::vector<std::string>& paths);

/// Paths of the descriptor sets in a folder, in order of name; empty: none, or no folder.
std::vector<std::string> descriptor_sets_in(const std::string& folder);

/// The whole file; nullopt: `why` says which and why not.
std::optional<std::string> read_file(const std::string& path, std::string& why);

/// Each path is a file.
RuleFiles read_files(const std::vector<std::string>& paths);

}  // namespace tocsin::app
