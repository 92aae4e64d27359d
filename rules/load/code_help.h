#pragma once
/// What `tocsin help CODE` says about the codes of rule files and their expressions: E1xxx to
/// E3xxx and their lints.
#include <span>

#include "core/code_help.h"

namespace tocsin::rules {

/// One row per code.
std::span<const CodeHelp> code_help();

}  // namespace tocsin::rules
