#pragma once
/// Rules and registries from disk: files read, validated, given a version by content. Used at start
/// and at each reload; what comes out goes into the log, and from then on only the log counts.
#include <optional>
#include <string>
#include <vector>

#include "app/runtime/bodies.h"
#include "core/diagnostic.h"

namespace tocsin::app {

struct ReadBundle {
  std::optional<Bundle> bundle;  ///< empty: see the rest
  Diagnostics diagnostics;       ///< errors, or warnings of a good bundle
  std::string unreadable;        ///< a file that could not be read, and why; empty: none
  std::size_t count = 0;         ///< rules, or devices
};

/// `paths`: as app/rule_files.h reads them.
ReadBundle read_rule_bundle(const std::vector<std::string>& paths, bool have_registry);
/// `folder` with places.csv and devices.csv. Rows that are wrong are left out: warnings.
ReadBundle read_registry(const std::string& folder);

}  // namespace tocsin::app
