#include "bench/sim/city_builder.h"

#include <fmt/format.h>

#include <algorithm>

namespace tocsin::sim {
namespace {

constexpr std::uint32_t kLargeBuilding = 50;    // devices behind a gateway at full size
constexpr std::uint32_t kSmallBuilding = 8;     // the least a building has
constexpr std::uint32_t kFewestBuildings = 40;  // aimed at, before buildings grow
constexpr std::uint32_t kBuildingsPerGrid = 7;
constexpr std::uint32_t kGridsPerVillage = 3;
constexpr std::uint32_t kBuildingsPerTown = 8;  // below it, fewer towns
constexpr std::uint32_t kDevicesPerFloor = 8;
constexpr std::uint32_t kMaxFloors = 6;
constexpr double kCityLat = 30.25;
constexpr double kCityLon = 105.40;

struct KindTraits {
  const char* prefix;
  std::int64_t heartbeat_s;
};
constexpr std::array<KindTraits, kDeviceKinds> kTraits{{
    {"SD", 0},   // drawn from kSmokeIntervals
    {"PN", 30},  // GB 26875: panels every 20-30 s
    {"CM", 60},
    {"GT", 300},
    {"FM", 60},
    {"CS", 300},
    {"CP", 3600},
}};
/// NB-IoT detectors report every 1 to 24 h.
constexpr std::array<std::int64_t, 4> kSmokeIntervals{3600, 14400, 43200, 86400};

std::uint32_t scaled_size(std::uint32_t devices) {
  return std::clamp(devices / kFewestBuildings, kSmallBuilding, kLargeBuilding);
}

}  // namespace

CityBuilder::CityBuilder(City& city, std::uint32_t devices, std::uint64_t seed)
    : city_(city),
      random_(mix(seed, 0xc17f)),
      wanted_(devices),
      typical_size_(scaled_size(devices)),
      towns_wanted_(std::clamp(devices / typical_size_ / kBuildingsPerTown, 1U, kTownNames)) {}

void CityBuilder::build() {
  city_.devices_.reserve(wanted_);
  root_ = add_place(PlaceKind::city, kNoIndex, "C1", city_name());
  while (placed() < wanted_) {
    open_districts();
    add_site();
  }
}

void CityBuilder::open_districts() {
  const std::uint64_t town_due = std::uint64_t{placed()} * towns_wanted_ / wanted_ + 1;
  if (towns_ < town_due) {
    town_ = add_place(PlaceKind::town, root_, fmt::format("T{:02}", towns_ + 1), town_name(towns_));
    ++towns_;
    village_ = kNoIndex;
  }
  if (village_ == kNoIndex ||
      (grids_in_village_ == kGridsPerVillage && buildings_in_grid_ >= kBuildingsPerGrid)) {
    village_ = add_place(PlaceKind::village, town_, fmt::format("V{:04}", villages_ + 1),
                         village_name(villages_));
    ++villages_;
    grids_in_village_ = 0;
    grid_ = kNoIndex;
  }
  if (grid_ == kNoIndex || buildings_in_grid_ >= kBuildingsPerGrid) {
    ++grids_in_village_;
    grid_ = add_place(PlaceKind::grid, village_, fmt::format("G{:05}", ++grids_),
                      numbered_name(PlaceKind::grid, grids_in_village_));
    buildings_in_grid_ = 0;
  }
}

void CityBuilder::add_site() {
  const double draw = random_.uniform();
  const SiteKind kind = draw < 0.55   ? SiteKind::compound
                        : draw < 0.85 ? SiteKind::shops
                                      : SiteKind::factory;
  const std::uint32_t site =
      add_place(PlaceKind::site, grid_, fmt::format("S{:05}", sites_ + 1), site_name(kind, sites_));
  ++sites_;
  const auto buildings =
      static_cast<std::uint32_t>(kind == SiteKind::shops ? 1 : random_.between(2, 4));
  for (std::uint32_t n = 1; n <= buildings && placed() < wanted_; ++n) {
    add_building(site, n, n == 1);
    ++buildings_in_grid_;
  }
}

std::uint32_t CityBuilder::building_size() {
  const auto spread = static_cast<std::int64_t>(typical_size_ / 4);
  const std::int64_t size = typical_size_ + random_.between(-spread, spread);
  const std::uint32_t left = wanted_ - placed();
  const auto drawn = static_cast<std::uint32_t>(size);
  return left < drawn + kSmallBuilding ? left : drawn;  // no rest too small for a building
}

void CityBuilder::add_building(std::uint32_t site, std::uint32_t number, bool has_entrance) {
  const auto count = static_cast<std::uint32_t>(city_.buildings_.size()) + 1;
  Building building;
  building.site = site;
  building.place = add_place(PlaceKind::building, site, fmt::format("B{:05}", count),
                             numbered_name(PlaceKind::building, number));
  building.gateway = count - 1;
  building.first_device = placed();
  city_.gateways_.push_back(fmt::format("g{:05}", count));
  city_.buildings_.push_back(building);

  const std::uint32_t size = building_size();
  const std::vector<std::uint32_t> zones = add_zones(building.place, size);
  const std::uint32_t end = building.first_device + size;
  if (size >= kSmallBuilding) add_kit(building.place, zones, has_entrance);
  for (std::uint32_t i = 0; placed() < end; ++i) {
    add_device(DeviceKind::smoke_detector, zones[i % zones.size()]);
  }
  city_.buildings_.back().devices = size;
}

std::vector<std::uint32_t> CityBuilder::add_zones(std::uint32_t building, std::uint32_t size) {
  const std::uint32_t floors = std::clamp(size / kDevicesPerFloor, 1U, kMaxFloors);
  std::vector<std::uint32_t> zones;
  for (std::uint32_t f = 1; f <= floors; ++f) {
    const std::string floor_id = fmt::format("{}-F{}", city_.places_[building].id, f);
    const std::uint32_t floor =
        add_place(PlaceKind::floor, building, floor_id, numbered_name(PlaceKind::floor, f));
    for (std::uint32_t z = 1; z <= 2; ++z) {
      zones.push_back(add_place(PlaceKind::zone, floor, fmt::format("{}-Z{}", floor_id, z),
                                numbered_name(PlaceKind::zone, z)));
    }
    city_.places_[zones.back()].adjacent.push_back(zones[zones.size() - 2]);
    city_.places_[zones[zones.size() - 2]].adjacent.push_back(zones.back());
  }
  return zones;
}

/// What a building has besides smoke detectors. A camera looks at the first zone; the gate, the
/// charging shed and the component belong to the site's first building.
void CityBuilder::add_kit(std::uint32_t building, const std::vector<std::uint32_t>& zones,
                          bool has_entrance) {
  const std::size_t number = city_.buildings_.size();
  const std::uint32_t site = city_.places_[building].parent;
  add_device(DeviceKind::panel, building);
  add_device(DeviceKind::camera, zones.front());
  if (has_entrance) {
    add_device(DeviceKind::gate, site);
    add_device(number % 2 == 0 ? DeviceKind::charging_shed : DeviceKind::component, site);
  }
  if (number % 4 == 0) add_device(DeviceKind::fume_monitor, zones.front());
}

void CityBuilder::add_device(DeviceKind kind, std::uint32_t place) {
  const auto k = static_cast<std::size_t>(kind);
  CityDevice device;
  device.kind = kind;
  device.place = place;
  device.gateway = static_cast<std::uint32_t>(city_.gateways_.size()) - 1;
  device.heartbeat_s = kind == DeviceKind::smoke_detector
                           ? kSmokeIntervals[random_.below(kSmokeIntervals.size())]
                           : kTraits[k].heartbeat_s;
  device.id = fmt::format("{}-{:06}", kTraits[k].prefix, ++numbers_[k]);
  city_.devices_.push_back(std::move(device));
}

std::uint32_t CityBuilder::add_place(PlaceKind kind, std::uint32_t parent, std::string id,
                                     PlaceName name) {
  CityPlace place;
  place.id = std::move(id);
  place.kind = kind;
  place.parent = parent;
  place.name_zh = std::move(name.zh);
  place.name_en = std::move(name.en);
  const double reach = kind <= PlaceKind::town ? 0.2 : kind <= PlaceKind::grid ? 0.02 : 0.001;
  const double lat0 = parent == kNoIndex ? kCityLat : city_.places_[parent].lat;
  const double lon0 = parent == kNoIndex ? kCityLon : city_.places_[parent].lon;
  place.lat = rounded(lat0 + random_.uniform(-reach, reach), 6);
  place.lon = rounded(lon0 + random_.uniform(-reach, reach), 6);
  city_.places_.push_back(std::move(place));
  return static_cast<std::uint32_t>(city_.places_.size()) - 1;
}

}  // namespace tocsin::sim
