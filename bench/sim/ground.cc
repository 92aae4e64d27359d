#include "bench/sim/ground.h"

#include <algorithm>

namespace tocsin::sim {
namespace {

constexpr SimTime kHour = 3'600'000;
constexpr SimTime kDay = 25 * kHour;  // what stays open for a quiet day is over by then

void shuffle(std::vector<std::uint32_t>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}

}  // namespace

Ground::Ground(const City& city, std::uint64_t seed)
    : city_(city),
      lots_(city.buildings().size()),
      sites_(city.places().size()),
      pools_(kDeviceKinds),
      device_free_from_(city.devices().size(), 0),
      used_(city.devices().size(), false) {
  Random random(mix(seed, 0x9c0d));
  for (std::uint32_t b = 0; b < lots_.size(); ++b) {
    const Building& building = city.buildings()[b];
    lots_[b].detectors = city.in_building(building, DeviceKind::smoke_detector).size();
    sites_[building.site].buildings.push_back(b);
    order_.push_back(b);
  }
  for (std::uint32_t d = 0; d < city.devices().size(); ++d) {
    pools_[static_cast<std::size_t>(city.device(d).kind)].devices.push_back(d);
  }
  shuffle(order_, random);
  for (Pool& pool : pools_) shuffle(pool.devices, random);
}

Ground::Site& Ground::site_of(std::uint32_t building, SimTime at) {
  Site& site = sites_[city_.buildings()[building].site];
  if (at - site.last > kDay) site.alarms = 0;
  return site;
}

void Ground::take(std::uint32_t building, SimTime at, std::uint32_t alarms) {
  lots_[building].free_from = at + kHour;
  Site& site = site_of(building, at);
  site.alarms += alarms;
  site.last = at;
}

std::optional<std::uint32_t> Ground::take_building(SimTime at, std::size_t detectors,
                                                   std::uint32_t alarms) {
  for (std::size_t tried = 0; tried < order_.size(); ++tried) {
    const std::uint32_t b = order_[(cursor_ + tried) % order_.size()];
    if (lots_[b].free_from > at || lots_[b].detectors < detectors) continue;
    if (site_of(b, at).alarms + alarms > kSiteAlarms) continue;
    cursor_ = (cursor_ + tried + 1) % order_.size();
    take(b, at, alarms);
    return b;
  }
  return std::nullopt;
}

bool Ground::untouched(const Site& site, SimTime at) const {
  return site.alarms == 0 &&
         std::ranges::all_of(site.buildings, [&](auto b) { return lots_[b].free_from <= at; });
}

std::optional<std::uint32_t> Ground::take_site(SimTime at, DeviceKind needed) {
  for (std::size_t tried = 0; tried < order_.size(); ++tried) {
    const std::uint32_t first = order_[(cursor_ + tried) % order_.size()];
    const Site& site = site_of(first, at);
    if (!untouched(site, at) || lots_[first].detectors == 0) continue;
    if (city_.in_building(city_.buildings()[first], needed).empty()) continue;
    for (const std::uint32_t b : site.buildings) take(b, at, kSiteAlarms);
    return first;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> Ground::take_device(SimTime at, DeviceKind kind) {
  Pool& pool = pools_[static_cast<std::size_t>(kind)];
  for (std::size_t tried = 0; tried < pool.devices.size(); ++tried) {
    const std::uint32_t d = pool.devices[pool.next];
    pool.next = (pool.next + 1) % pool.devices.size();
    if (device_free_from_[d] > at) continue;
    const bool soon = kind == DeviceKind::gate || kind == DeviceKind::camera;
    device_free_from_[d] = at + (soon ? kHour : kDay);
    used_[d] = true;
    return d;
  }
  return std::nullopt;
}

}  // namespace tocsin::sim
