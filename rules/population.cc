#include "rules/population.h"

#include <set>

namespace tocsin::rules {
namespace {

constexpr auto slot(CommonSlot s) { return static_cast<std::uint16_t>(s); }

std::string_view enclosing(const Registry& registry, PlaceIndex place, std::uint16_t by) {
  if (place == kNoIndex) return {};
  const PlaceIndex outer = registry.place(place).enclosing[by - kFirstLoc];
  return outer == kNoIndex ? std::string_view() : std::string_view(registry.place(outer).place_id);
}

std::string_view value_of_slot(const Registry& registry, const Device& device, std::uint16_t by) {
  if (by == slot(CommonSlot::gateway) || by == slot(CommonSlot::gateway_id)) {
    return device.gateway_id;
  }
  return enclosing(registry, device.place, by);
}

template <class Counts>
std::size_t count_of(const Counts& counts, std::string_view value) {
  const auto at = counts.find(std::string(value));
  return at == counts.end() ? 0 : at->second;
}

}  // namespace

Population::ByKind& Population::of_devices(std::uint16_t by) {
  const auto [at, added] = devices_.try_emplace(by);
  if (!added) return at->second;
  for (const Device& device : registry_->devices()) {
    if (device.state == DeviceState::decommissioned) continue;
    ++at->second[device.kind][std::string(value_of_slot(*registry_, device, by))];
  }
  return at->second;
}

Population::Counts& Population::of_places(std::uint16_t by, PlaceKind kind) {
  const auto [at, added] = places_[by].try_emplace(std::string(to_string(kind)));
  if (!added) return at->second;
  const auto& all = registry_->places();
  for (PlaceIndex i = 0; i < all.size(); ++i) {
    if (all[i].kind == kind) ++at->second[std::string(enclosing(*registry_, i, by))];
  }
  return at->second;
}

std::size_t Population::devices(std::uint16_t by, std::string_view value,
                                std::span<const std::string_view> like) {
  if (registry_ == nullptr || value.empty()) return 0;
  std::set<std::string_view> kinds;
  for (const std::string_view device : like) {
    const DeviceIndex i = registry_->find_device(device);
    if (i != kNoIndex) kinds.insert(registry_->device(i).kind);
  }
  std::size_t all = 0;
  const ByKind& by_kind = of_devices(by);
  for (const std::string_view kind : kinds) {
    const auto counts = by_kind.find(kind);
    if (counts != by_kind.end()) all += count_of(counts->second, value);
  }
  return all;
}

std::size_t Population::places(std::uint16_t by, std::string_view value, PlaceKind kind) {
  if (registry_ == nullptr || value.empty()) return 0;
  return count_of(of_places(by, kind), value);
}

}  // namespace tocsin::rules
