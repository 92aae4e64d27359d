#pragma once
/// A made-up city: one county-level city of towns, villages, grids, sites, buildings, floors and
/// zones, and the devices in them behind gateways. A function of (devices, seed): the same on any
/// machine.
///
/// Shape (bench/README.md): about 50 devices and one gateway a building, so that 170,000
/// devices sit behind some 3,400 gateways; nine devices in ten are smoke detectors. Small cities
/// have smaller buildings, so that a hundred devices still make a dozen buildings. Lifetime: const
/// once built. Memory: about 100 bytes a device.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/registry.h"

namespace tocsin::sim {

inline constexpr std::uint32_t kMinDevices = 50;
inline constexpr std::uint32_t kMaxDevices = 2'000'000;

enum class DeviceKind : std::uint8_t {
  smoke_detector,
  panel,  ///< fire alarm control panel
  camera,
  gate,
  fume_monitor,
  charging_shed,
  component,  ///< manhole cover, hydrant, lamp
  count_,
};
inline constexpr std::size_t kDeviceKinds = static_cast<std::size_t>(DeviceKind::count_);
std::string_view to_string(DeviceKind kind);

struct CityPlace {
  std::string id;
  PlaceKind kind{};
  std::uint32_t parent = kNoIndex;
  std::string name_zh;
  std::string name_en;
  double lat = 0;
  double lon = 0;
  std::vector<std::uint32_t> adjacent;  ///< zones of the same floor, next to this one
};

struct CityDevice {
  std::string id;
  DeviceKind kind{};
  std::uint32_t place = 0;
  std::uint32_t gateway = 0;
  std::int64_t heartbeat_s = 0;
};

/// A building and what is behind its gateway, in the order the incidents need it.
struct Building {
  std::uint32_t place = 0;
  std::uint32_t site = 0;  ///< place index of the site
  std::uint32_t gateway = 0;
  std::uint32_t first_device = 0;  ///< devices of a building are consecutive
  std::uint32_t devices = 0;
};

class City {
 public:
  /// Requires: kMinDevices <= devices <= kMaxDevices.
  City(std::uint32_t devices, std::uint64_t seed);

  const std::vector<CityPlace>& places() const { return places_; }
  const std::vector<CityDevice>& devices() const { return devices_; }
  const std::vector<Building>& buildings() const { return buildings_; }
  const std::vector<std::string>& gateways() const { return gateways_; }

  const CityDevice& device(std::uint32_t i) const { return devices_[i]; }
  const CityPlace& place(std::uint32_t i) const { return places_[i]; }
  /// The place of this kind that encloses the device; kNoIndex: none.
  std::uint32_t enclosing(std::uint32_t device, PlaceKind kind) const;
  /// Devices of one kind in a building, in order.
  std::vector<std::uint32_t> in_building(const Building& building, DeviceKind kind) const;

 private:
  friend class CityBuilder;
  std::vector<CityPlace> places_;
  std::vector<CityDevice> devices_;
  std::vector<Building> buildings_;
  std::vector<std::string> gateways_;
};

}  // namespace tocsin::sim
