#include "ingest/enrichment.h"

#include <algorithm>

namespace tocsin::ingest {
namespace {

Value text_or_unset(std::string_view text) { return text.empty() ? Value{} : Value::string(text); }

}  // namespace

Enrichment::Enrichment(std::shared_ptr<const Registry> registry) : registry_(std::move(registry)) {
  if (registry_ == nullptr) return;
  std::vector<std::uint32_t> row_of(registry_->places().size(), 0);
  places_.resize(1);
  devices_.reserve(registry_->devices().size());
  for (const Device& device : registry_->devices()) {
    DeviceRow row = device_row(*registry_, device);
    if (device.place != kNoIndex) {
      std::uint32_t& shared = row_of[device.place];
      if (shared == 0) {
        shared = static_cast<std::uint32_t>(places_.size());
        places_.push_back(place_row(*registry_, device.place));
      }
      row.place_row = shared;
    }
    devices_.push_back(row);
  }
}

Enrichment::PlaceRow Enrichment::place_row(const Registry& registry, PlaceIndex place) {
  PlaceRow row;
  const auto& enclosing = registry.place(place).enclosing;
  for (std::size_t kind = 0; kind < kLocKinds; ++kind) {
    if (enclosing[kind] == kNoIndex) continue;
    row[kind] = Value::string(registry.place(enclosing[kind]).place_id);
  }
  return row;
}

Enrichment::DeviceRow Enrichment::device_row(const Registry& registry, const Device& device) {
  const auto at = [](CommonSlot slot) { return static_cast<std::size_t>(slot) - kFirstDevice; };
  DeviceRow row;
  row.values[at(CommonSlot::kind)] = text_or_unset(device.kind);
  if (device.place != kNoIndex) {
    row.values[at(CommonSlot::place_id)] = Value::string(registry.place(device.place).place_id);
  }
  row.values[at(CommonSlot::gateway_id)] = text_or_unset(device.gateway_id);
  if (device.heartbeat_interval_s > 0) {
    row.values[at(CommonSlot::heartbeat_interval_s)] = Value::int64(device.heartbeat_interval_s);
  }
  row.values[at(CommonSlot::state)] = Value::string(to_string(device.state));
  row.values[at(CommonSlot::tags)] = Value::list(device.tag_values);
  return row;
}

bool Enrichment::apply(std::string_view device_id, Event& event) const {
  if (registry_ == nullptr) return false;
  const DeviceIndex index = registry_->find_device(device_id);
  if (index == kNoIndex) return false;
  const DeviceRow& device = devices_[index];
  std::ranges::copy(places_[device.place_row], event.slots.begin() + kFirstLoc);
  std::ranges::copy(device.values, event.slots.begin() + kFirstDevice);
  return true;
}

}  // namespace tocsin::ingest
