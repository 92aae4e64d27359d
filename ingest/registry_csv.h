#pragma once
/// places.csv + devices.csv -> Registry, or every wrong row with its line and reason. Works on text.
#include <memory>
#include <string>
#include <vector>

#include "core/diagnostic.h"
#include "core/registry.h"
#include "core/source_file.h"

namespace tocsin::ingest {

struct LoadedRegistry {
  std::shared_ptr<const Registry> registry;
  Diagnostics diagnostics;
};

/// Takes the files whose last part is places.csv and devices.csv; one that is not there is empty.
/// `strict`: a registry with any bad row is refused (null); else bad rows are left out.
LoadedRegistry load_registry(const std::vector<SourceFile>& files, bool strict = false);

}  // namespace tocsin::ingest
