#pragma once
/// A rule bundle as everyone loads it, from disk or from the log: first its descriptor sets, then
/// the rules against the event types they make.
///
/// Thread: any; no state.
#include <memory>
#include <vector>

#include "core/catalogue.h"
#include "core/source_file.h"
#include "rules/load/loader.h"

namespace tocsin::app {

struct LoadedBundle {
  std::shared_ptr<const Catalogue> catalogue;  ///< never null
  rules::Loaded loaded;                        ///< diagnostics of both; no rules if any is an error
};

/// `before`: the catalogue in force, for a reload (ingest::load_event_types).
LoadedBundle load_bundle(const std::vector<SourceFile>& files,
                         const rules::LoadOptions& options = {}, const Catalogue* before = nullptr);

}  // namespace tocsin::app
