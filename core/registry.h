#pragma once
/// The city as data: places in a tree, devices at places behind gateways. Loaded from CSV in
/// ingest/registry_csv.h, read by enrichment and by `adjacent()`. Const once built, shared.
///
/// Limits: 2^32-2 places and devices; 170,000 devices load in under 1 s.
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalogue.h"

namespace tocsin {

/// In the order of CommonSlot::city..unit.
enum class PlaceKind : std::uint8_t {
  city,
  town,
  village,
  grid,
  site,
  building,
  floor,
  zone,
  unit
};
std::string_view to_string(PlaceKind kind);

using PlaceIndex = std::uint32_t;
using DeviceIndex = std::uint32_t;
inline constexpr std::uint32_t kNoIndex = 0xffffffff;

struct Place {
  std::string place_id;
  PlaceKind kind{};
  PlaceIndex parent = kNoIndex;
  std::string name_zh;
  std::string name_en;
  double lat = 0;
  double lon = 0;
  bool has_position = false;
  std::vector<std::string> adjacent;  ///< place ids
  std::vector<std::string> tags;
  std::array<PlaceIndex, kLocKinds> enclosing{};  ///< by kind, itself included; kNoIndex where none
};

enum class DeviceState : std::uint8_t { commissioned, test, maintenance, decommissioned };
std::string_view to_string(DeviceState state);

struct Device {
  std::string device_id;
  std::string kind;
  PlaceIndex place = kNoIndex;
  std::string gateway_id;
  std::int64_t heartbeat_interval_s = 0;  ///< 0: not stated
  DeviceState state = DeviceState::commissioned;
  std::vector<std::string> tags;
  std::vector<Value> tag_values;  ///< views of `tags`
};

class Registry {
 public:
  /// Requires: place_id new, parent already added (or kNoIndex).
  PlaceIndex add_place(Place place);
  /// Requires: device_id new, place kNoIndex or added.
  DeviceIndex add_device(Device device);
  void reserve(std::size_t places, std::size_t devices);  ///< sizes the indexes

  PlaceIndex find_place(std::string_view place_id) const;     ///< kNoIndex: unknown
  DeviceIndex find_device(std::string_view device_id) const;  ///< kNoIndex: unknown
  const Place& place(PlaceIndex i) const { return places_[i]; }
  const Device& device(DeviceIndex i) const { return devices_[i]; }
  const std::deque<Place>& places() const { return places_; }
  const std::deque<Device>& devices() const { return devices_; }

  /// True if one names the other as adjacent, or they are the same place. Unknown: false.
  bool adjacent(std::string_view a, std::string_view b) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const;
  };
  template <class V>
  using Map = boost::unordered_flat_map<std::string, V, Hash, std::equal_to<>>;

  // Deques: an element never moves, so events may point into it.
  std::deque<Place> places_;
  std::deque<Device> devices_;
  Map<PlaceIndex> place_by_id_;
  Map<DeviceIndex> device_by_id_;
};

}  // namespace tocsin
