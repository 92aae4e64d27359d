#pragma once
/// The two halves of load_registry.
#include <cstddef>

#include "core/diagnostic.h"
#include "core/registry.h"
#include "core/source_file.h"

namespace tocsin::ingest {

/// Adds the places of the file, parents first. Returns how many rows were refused.
std::size_t load_places(const SourceFile& file, Registry& registry, Diagnostics& out);

/// Adds the devices of the file. Requires: the places are in.
std::size_t load_devices(const SourceFile& file, Registry& registry, Diagnostics& out);

}  // namespace tocsin::ingest
