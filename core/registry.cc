#include "core/registry.h"

#include <xxhash.h>

#include <algorithm>

#include "core/check.h"

namespace tocsin {

std::string_view to_string(PlaceKind kind) {
  static constexpr std::string_view names[] = {"city",     "town",  "village", "grid", "site",
                                               "building", "floor", "zone",    "unit"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(DeviceState state) {
  static constexpr std::string_view names[] = {"commissioned", "test", "maintenance",
                                               "decommissioned"};
  return names[static_cast<std::size_t>(state)];
}

std::size_t Registry::Hash::operator()(std::string_view s) const {
  return XXH3_64bits(s.data(), s.size());
}

void Registry::reserve(std::size_t places, std::size_t devices) {
  place_by_id_.reserve(places);
  device_by_id_.reserve(devices);
}

PlaceIndex Registry::add_place(Place place) {
  const auto index = static_cast<PlaceIndex>(places_.size());
  if (place.parent == kNoIndex) {
    place.enclosing.fill(kNoIndex);
  } else {
    place.enclosing = places_[place.parent].enclosing;
  }
  place.enclosing[static_cast<std::size_t>(place.kind)] = index;
  const bool added = place_by_id_.emplace(place.place_id, index).second;
  TOCSIN_CHECK(added);
  places_.push_back(std::move(place));
  return index;
}

DeviceIndex Registry::add_device(Device device) {
  const auto index = static_cast<DeviceIndex>(devices_.size());
  const bool added = device_by_id_.emplace(device.device_id, index).second;
  TOCSIN_CHECK(added);
  devices_.push_back(std::move(device));
  Device& stored = devices_.back();
  stored.tag_values.clear();
  for (const std::string& tag : stored.tags) stored.tag_values.push_back(Value::string(tag));
  return index;
}

PlaceIndex Registry::find_place(std::string_view place_id) const {
  const auto it = place_by_id_.find(place_id);
  return it == place_by_id_.end() ? kNoIndex : it->second;
}

DeviceIndex Registry::find_device(std::string_view device_id) const {
  const auto it = device_by_id_.find(device_id);
  return it == device_by_id_.end() ? kNoIndex : it->second;
}

bool Registry::adjacent(std::string_view a, std::string_view b) const {
  const auto names = [this](std::string_view from, std::string_view to) {
    const PlaceIndex i = find_place(from);
    return i != kNoIndex && std::ranges::find(places_[i].adjacent, to) != places_[i].adjacent.end();
  };
  return a == b || names(a, b) || names(b, a);
}

}  // namespace tocsin
