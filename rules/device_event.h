#pragma once
/// A device of the registry as an event would show it: device_id, gateway, loc.*, device.*. What
/// happens to a device that says nothing is told with it.
#include "core/event.h"
#include "core/registry.h"

namespace tocsin::rules {

/// Texts point into the registry.
void set_device_slots(const Registry& registry, const Device& device, Event& event);

}  // namespace tocsin::rules
