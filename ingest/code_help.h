#pragma once
/// What `tocsin help CODE` says about the codes of registries and of descriptor sets: E4xxx, W4xxx.
#include <span>

#include "core/code_help.h"

namespace tocsin::ingest {

/// One row per code.
std::span<const CodeHelp> code_help();

}  // namespace tocsin::ingest
