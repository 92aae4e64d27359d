#include "bench/sim/city.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/sim/city_builder.h"
#include "core/check.h"

namespace tocsin::sim {

std::string_view to_string(DeviceKind kind) {
  static constexpr std::string_view names[] = {
      "smoke_detector", "panel", "camera", "gate", "fume_monitor", "charging_shed", "component"};
  return names[static_cast<std::size_t>(kind)];
}

City::City(std::uint32_t devices, std::uint64_t seed) {
  TOCSIN_CHECK(devices >= kMinDevices && devices <= kMaxDevices);
  CityBuilder(*this, devices, seed).build();
}

std::uint32_t City::enclosing(std::uint32_t device, PlaceKind kind) const {
  std::uint32_t at = devices_[device].place;
  while (at != kNoIndex && places_[at].kind != kind) at = places_[at].parent;
  return at;
}

std::vector<std::uint32_t> City::in_building(const Building& building, DeviceKind kind) const {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < building.devices; ++i) {
    if (devices_[building.first_device + i].kind == kind)
      found.push_back(building.first_device + i);
  }
  return found;
}

}  // namespace tocsin::sim
