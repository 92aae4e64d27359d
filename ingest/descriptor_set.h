#pragma once
/// Event types of a deployment's own: the descriptor sets of a rule bundle (`protoc
/// --descriptor_set_out`) beside the built-in types. docs/event_types.md is how to make one.
///
/// Path: a rule bundle, from disk or from the log -> Catalogue -> rules, codecs, schemas. Thread:
/// any; no state. Limits: kMaxDescriptorSet, and those of the catalogue. Errors: coded E44xx, with
/// the message or field; all of all files at once.
#include <vector>

#include "core/catalogue.h"
#include "core/diagnostic.h"
#include "core/source_file.h"

namespace tocsin::ingest {

inline constexpr std::size_t kMaxDescriptorSet = 1024 * 1024;  ///< bytes of one file

struct LoadedTypes {
  Catalogue catalogue;  ///< the built-in types and what is right in the sets
  Diagnostics diagnostics;
};

/// `files`: a bundle; what is no descriptor set is not looked at. `before`: the catalogue in force,
/// whose types keep their numbers while their definitions are the same (events that rules keep name
/// their type by number).
LoadedTypes load_event_types(const std::vector<SourceFile>& files,
                             const Catalogue* before = nullptr);

}  // namespace tocsin::ingest
