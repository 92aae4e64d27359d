#pragma once
/// Who has which place: incidents reserve what they use, so that no two of them combine into an
/// alert nobody planned, and noise keeps off the devices they use.
///
/// Limits: a building stages one fire scene an hour; a site takes kSiteAlarms smoke alarms a day
/// besides a scene that is about their number. When nothing is left, a scene is not staged.
#include <cstdint>
#include <optional>
#include <vector>

#include "bench/sim/city.h"
#include "bench/sim/event.h"
#include "bench/sim/random.h"

namespace tocsin::sim {

/// Under the number at which a site counts as a nuisance.
inline constexpr std::uint32_t kSiteAlarms = 4;

class Ground {
 public:
  Ground(const City& city, std::uint64_t seed);

  /// A building with at least `detectors` smoke detectors where nothing happened for an hour, in a
  /// site that can take `alarms` more.
  std::optional<std::uint32_t> take_building(SimTime at, std::size_t detectors,
                                             std::uint32_t alarms);
  /// A whole site without an alarm so far, for the rest of the day: its first building, which has
  /// `needed` and a smoke detector.
  std::optional<std::uint32_t> take_site(SimTime at, DeviceKind needed);
  /// A device of this kind whose last scene is over: after a day, or an hour for gates and cameras.
  std::optional<std::uint32_t> take_device(SimTime at, DeviceKind kind);
  /// A device of this building becomes part of a scene.
  void use(std::uint32_t device) { used_[device] = true; }
  const std::vector<bool>& used() const { return used_; }  ///< by device: part of some scene

 private:
  struct Lot {
    SimTime free_from = 0;
    std::size_t detectors = 0;
  };
  struct Site {
    std::uint32_t alarms = 0;
    SimTime last = 0;
    std::vector<std::uint32_t> buildings;
  };
  struct Pool {
    std::vector<std::uint32_t> devices;
    std::size_t next = 0;
  };
  Site& site_of(std::uint32_t building, SimTime at);
  bool untouched(const Site& site, SimTime at) const;
  void take(std::uint32_t building, SimTime at, std::uint32_t alarms);

  const City& city_;
  std::vector<Lot> lots_;  ///< by building
  std::vector<std::uint32_t> order_;
  std::size_t cursor_ = 0;
  std::vector<Site> sites_;  ///< by place index; few are sites
  std::vector<Pool> pools_;  ///< by DeviceKind
  std::vector<SimTime> device_free_from_;
  std::vector<bool> used_;
};

}  // namespace tocsin::sim
