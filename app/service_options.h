#pragma once
/// tocsin.yaml (with the flags over it) -> what the running engine is given.
#include "app/config.h"
#include "app/runtime/engine_service.h"

namespace tocsin::app {

ServiceOptions service_options(const Config& config);

}  // namespace tocsin::app
