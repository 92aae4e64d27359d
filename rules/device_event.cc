#include "rules/device_event.h"

namespace tocsin::rules {

void set_device_slots(const Registry& registry, const Device& device, Event& event) {
  const auto set_text = [&](CommonSlot slot, std::string_view text) {
    if (!text.empty()) event.slot(slot) = Value::string(text);
  };
  set_text(CommonSlot::device_id, device.device_id);
  set_text(CommonSlot::gateway, device.gateway_id);
  set_text(CommonSlot::kind, device.kind);
  set_text(CommonSlot::gateway_id, device.gateway_id);
  set_text(CommonSlot::state, to_string(device.state));
  event.slot(CommonSlot::tags) = Value::list(device.tag_values);
  if (device.heartbeat_interval_s > 0) {
    event.slot(CommonSlot::heartbeat_interval_s) = Value::int64(device.heartbeat_interval_s);
  }
  if (device.place == kNoIndex) return;
  const Place& place = registry.place(device.place);
  set_text(CommonSlot::place_id, place.place_id);
  for (std::size_t kind = 0; kind < kLocKinds; ++kind) {
    if (place.enclosing[kind] == kNoIndex) continue;
    event.slots[kFirstLoc + kind] = Value::string(registry.place(place.enclosing[kind]).place_id);
  }
}

}  // namespace tocsin::rules
