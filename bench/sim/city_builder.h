#pragma once
/// Fills a City, site by site, until it has its number of devices. Used by City's constructor only.
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/sim/city.h"
#include "bench/sim/city_names.h"
#include "bench/sim/random.h"

namespace tocsin::sim {

class CityBuilder {
 public:
  CityBuilder(City& city, std::uint32_t devices, std::uint64_t seed);
  void build();

 private:
  void open_districts();  ///< a new town, village, grid when it is time for one
  void add_site();
  void add_building(std::uint32_t site, std::uint32_t number, bool has_entrance);
  std::uint32_t building_size();
  std::vector<std::uint32_t> add_zones(std::uint32_t building, std::uint32_t size);
  void add_kit(std::uint32_t building, const std::vector<std::uint32_t>& zones, bool has_entrance);
  void add_device(DeviceKind kind, std::uint32_t place);
  std::uint32_t add_place(PlaceKind kind, std::uint32_t parent, std::string id, PlaceName name);
  std::uint32_t placed() const { return static_cast<std::uint32_t>(city_.devices_.size()); }

  City& city_;
  Random random_;
  std::uint32_t wanted_;
  std::uint32_t typical_size_;  ///< devices a building
  std::uint32_t towns_wanted_;
  std::uint32_t root_ = 0;
  std::uint32_t town_ = kNoIndex;
  std::uint32_t village_ = kNoIndex;
  std::uint32_t grid_ = kNoIndex;
  std::uint32_t towns_ = 0, villages_ = 0, grids_ = 0, sites_ = 0;
  std::uint32_t grids_in_village_ = 0, buildings_in_grid_ = 0;
  std::array<std::uint32_t, kDeviceKinds> numbers_{};
};

}  // namespace tocsin::sim
