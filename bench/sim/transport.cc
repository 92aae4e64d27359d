#include "bench/sim/transport.h"

#include <algorithm>

namespace tocsin::sim {
namespace {

enum Stream : std::uint64_t {
  kClock = 0xc10c,
  kDelay = 0xde1a,
  kAway = 0xa3a9,
  kEcho = 0xec40,
  kLora = 0x104a
};

constexpr SimTime kHour = 60 * kMinute;
constexpr SimTime kYears26 = 26 * 365 * 24 * kHour;  // a clock that starts at the year 2000
constexpr SimTime kPlantedLateSpan = 10'000;
constexpr double kPlantedLate = 0.1;
constexpr std::uint64_t kGatewaysPerOutage = 25;  // one in so many is away in each period

}  // namespace

Transport::Transport(const City& city, const Scenario& scenario, std::uint64_t seed)
    : city_(city), scenario_(scenario), seed_(seed) {}

std::uint64_t Transport::event_seed(std::uint64_t stream, const SimEvent& event) const {
  return mix(mix(mix(seed_, stream), event.device), event.seq);
}

SimTime Transport::clock_error(std::uint32_t device, bool planted) const {
  Random random(mix(mix(seed_, kClock), device));
  const double kind = random.uniform();
  const double normal = random.normal() * kClockDeviationMs;
  if (planted) {
    return std::clamp(static_cast<SimTime>(normal), -kPlantedClockBound, kPlantedClockBound);
  }
  if (kind < 0.0001) return random.between(kHour, 365 * 24 * kHour);
  if (kind < 0.0006) return -kYears26;
  if (kind < 0.0011) return random.chance(0.5) ? 8 * kHour : -8 * kHour;
  if (kind < 0.0111) return random.between(-30 * kMinute, 30 * kMinute);
  return static_cast<SimTime>(normal);
}

SimTime Transport::reorder_delay(Random& random, bool planted) const {
  const double share = planted ? kPlantedLate : kLateFrames;
  const SimTime span = planted ? kPlantedLateSpan : kLateSpan;
  if (random.chance(share)) return random.between(1000, span);
  return random.between(0, kUsualReorder);
}

bool Transport::away(std::uint32_t gateway, SimTime at) const {
  if (!scenario_.outage || at % kOutageEvery >= kOutageSpan) return false;
  const auto period = static_cast<std::uint64_t>(at / kOutageEvery);
  return mix(mix(seed_, kAway) + period, gateway) % kGatewaysPerOutage == 0;
}

void Transport::carry(SimEvent& event, bool planted) const {
  const SimTime happened = event.due;
  event.ts = happened;
  if (scenario_.skew) event.ts += clock_error(event.device, planted);
  Random random(event_seed(kDelay, event));
  if (scenario_.reorder) event.due += reorder_delay(random, planted);
  if (away(event.gateway, event.due)) {
    const SimTime back = event.due / kOutageEvery * kOutageEvery + kOutageSpan;
    event.due = back + random.between(0, kBacklogSpan);
  }
}

void Transport::add_echoes(const SimEvent& event, std::vector<SimEvent>& out) const {
  if (!scenario_.duplicates) return;
  if (city_.device(event.device).kind != DeviceKind::smoke_detector) return;
  if (mix(mix(seed_, kLora), event.device) % 100 >= kLoraPercent) return;
  Random random(event_seed(kEcho, event));
  if (!random.chance(kLoraHeardTwice)) return;
  const std::int64_t copies = random.between(1, kMaxCopies);
  const auto gateways = static_cast<std::uint32_t>(city_.gateways().size());
  for (std::int64_t i = 1; i <= copies; ++i) {
    SimEvent copy = event;
    copy.due += random.between(0, kLoraSpan);
    copy.echo = true;
    copy.gateway = (event.gateway + static_cast<std::uint32_t>(i)) % gateways;
    out.push_back(std::move(copy));
  }
}

SimTime Transport::worst_planted_delay() const {
  const SimTime reorder = scenario_.reorder ? kPlantedLateSpan : 0;
  return reorder + (scenario_.outage ? kOutageSpan + kBacklogSpan : 0);
}

}  // namespace tocsin::sim
