#pragma once
/// JSON Schema (2020-12) of an event as gateways and replay files write it, from the catalogue.
#include <string>

#include "core/catalogue.h"

namespace tocsin::app {

std::string event_schema(const Catalogue& catalogue);

}  // namespace tocsin::app
