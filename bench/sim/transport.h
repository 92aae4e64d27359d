#pragma once
/// What happens to an event between the device and the broker: its clock is wrong, its frame is
/// overtaken, its gateway is away, two gateways heard it. A function of (seed, event), so noise and
/// incidents suffer the same way and truth can be told before anything is sent.
#include <cstdint>
#include <vector>

#include "bench/sim/city.h"
#include "bench/sim/event.h"
#include "bench/sim/random.h"
#include "bench/sim/scenario.h"

namespace tocsin::sim {

class Transport {
 public:
  Transport(const City& city, const Scenario& scenario, std::uint64_t seed);

  /// Turns the true time `event.due` into what the device says (ts) and when it is sent (due).
  /// `planted`: bounded, so that what an incident needs stays within its windows.
  void carry(SimEvent& event, bool planted) const;
  /// Appends the copies other gateways heard (same id, same ts).
  void add_echoes(const SimEvent& event, std::vector<SimEvent>& out) const;
  /// Whether the gateway is away at this moment.
  bool away(std::uint32_t gateway, SimTime at) const;

  /// How much later than it happened a planted event may be sent.
  SimTime worst_planted_delay() const;
  /// By how much the distance of two planted events' ts may differ from the true distance.
  SimTime clock_slack() const { return scenario_.skew ? 2 * kPlantedClockBound : 0; }
  const Scenario& scenario() const { return scenario_; }

 private:
  std::uint64_t event_seed(std::uint64_t stream, const SimEvent& event) const;
  SimTime clock_error(std::uint32_t device, bool planted) const;
  SimTime reorder_delay(Random& random, bool planted) const;

  const City& city_;
  Scenario scenario_;
  std::uint64_t seed_;
};

}  // namespace tocsin::sim
