#pragma once
/// `tocsin validate`: what the files given are, and everything that is wrong with them.
///
/// A folder with places.csv or devices.csv is a registry, one with *.yaml a rule bundle; a *.csv
/// file stands for its registry; a *.yaml file is a configuration if it says so by its name or its
/// top-level keys, else a rule file. Rule files given one by one are checked together, as one
/// bundle, with the bundle.yaml and the descriptor sets of their folder if there are any and none
/// is given.
#include <memory>
#include <string>
#include <vector>

#include "core/diagnostic.h"
#include "rules/load/loader.h"

namespace tocsin::app {

enum class FileKind : unsigned char { rules, types, config, registry };

/// By name and content. Text is only looked at for *.yaml files.
FileKind kind_of_file(const std::string& path, const std::string& text);

struct Validation {
  Diagnostics diagnostics;
  std::string unreadable;          ///< the first path that could not be read; empty: none
  std::string bundle_beside;       ///< the bundle.yaml that was not given but used; empty: none
  std::vector<std::string> rules;  ///< one line each
  std::size_t tests = 0;
  std::size_t configurations = 0;
  std::size_t devices = 0;
  std::size_t places = 0;
  std::size_t registries = 0;
};

Validation validate_paths(const std::vector<std::string>& paths);

}  // namespace tocsin::app
