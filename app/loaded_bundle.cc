#include "app/loaded_bundle.h"

#include <utility>

#include "app/in_parallel.h"
#include "ingest/descriptor_set.h"

namespace tocsin::app {

LoadedBundle load_bundle(const std::vector<SourceFile>& files, const rules::LoadOptions& options,
                         const Catalogue* before) {
  ingest::LoadedTypes types = ingest::load_event_types(files, before);
  LoadedBundle bundle;
  bundle.catalogue = std::make_shared<const Catalogue>(std::move(types.catalogue));
  rules::LoadOptions at_once = options;
  at_once.each = in_parallel;
  bundle.loaded = rules::load(files, *bundle.catalogue, at_once);
  Diagnostics& all = bundle.loaded.diagnostics;
  if (has_errors(types.diagnostics)) bundle.loaded.rules = nullptr;
  all.insert(all.begin(), types.diagnostics.begin(), types.diagnostics.end());
  return bundle;
}

}  // namespace tocsin::app
