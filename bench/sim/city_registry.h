#pragma once
/// A city as the engine's registry, without the detour through CSV: for benches and tests in one
/// process.
#include <memory>

#include "bench/sim/city.h"
#include "core/registry.h"

namespace tocsin::sim {

std::shared_ptr<const Registry> make_registry(const City& city);

}  // namespace tocsin::sim
