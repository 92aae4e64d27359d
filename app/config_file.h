#pragma once
/// tocsin.yaml from disk, as -c names it.
#include "app/common.h"
#include "app/config.h"
#include "app/exit_code.h"

namespace tocsin::app {

/// Without -c: the defaults. Every problem is said on stderr; relative paths end up relative to the
/// file's folder. ok, io or bad_config.
ExitCode load_config(const Common& common, Config& config);

}  // namespace tocsin::app
