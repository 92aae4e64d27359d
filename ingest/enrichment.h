#pragma once
/// What the registry knows of an event's device, ready to be copied into its slots: loc.* are the
/// place ids that enclose the device, device.* its own row.
///
/// Thread: any once built. Memory: about 100 bytes a device and 150 a place that has devices.
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "core/registry.h"

namespace tocsin::ingest {

inline constexpr std::size_t kDeviceSlots = kCommonSlots - kFirstDevice;

class Enrichment {
 public:
  /// `registry` may be null: no device is known.
  explicit Enrichment(std::shared_ptr<const Registry> registry);

  /// Fills loc.* and device.*; false: the device is not registered, nothing is changed.
  bool apply(std::string_view device_id, Event& event) const;

 private:
  struct DeviceRow {
    std::uint32_t place_row = 0;
    std::array<Value, kDeviceSlots> values;
  };
  using PlaceRow = std::array<Value, kLocKinds>;

  static PlaceRow place_row(const Registry& registry, PlaceIndex place);
  static DeviceRow device_row(const Registry& registry, const Device& device);

  std::shared_ptr<const Registry> registry_;
  std::vector<PlaceRow> places_;  // the first: of a device without a place
  std::vector<DeviceRow> devices_;
};

}  // namespace tocsin::ingest
