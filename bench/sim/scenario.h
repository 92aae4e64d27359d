#pragma once
/// Which mischief a simulation makes, and how much. The figures are those of real installations
/// (bench/README.md); every one is a field, so that a test can turn it up.
#include <cstdint>
#include <optional>
#include <string_view>

#include "bench/sim/event.h"

namespace tocsin::sim {

/// Several may be on at once. With none it is `steady`: noise and planted incidents only.
struct Scenario {
  bool duplicates = false;  ///< panels resend, QoS 1 redelivers, LoRaWAN hears twice
  bool storm = false;       ///< power is back: everything re-attaches while many detectors alarm
  bool reorder = false;     ///< frames overtake each other
  bool skew = false;        ///< clocks of devices are wrong
  bool outage = false;      ///< gateways are away and come back with a backlog
};

/// "storm,duplicates". nullopt: a word is unknown; `bad` (if given) then holds it.
std::optional<Scenario> parse_scenario(std::string_view words, std::string_view* bad = nullptr);

// duplicates
inline constexpr double kResentFrames = 0.015;     ///< share of frames a panel sends again
inline constexpr double kResentAlarmFrames = 0.5;  ///< of frames with alarms: they are what counts
inline constexpr std::int64_t kMaxCopies = 3;      ///< besides the original
inline constexpr SimTime kResendSpan = 40'000;
inline constexpr std::uint64_t kLoraPercent = 20;  ///< of smoke detectors speak LoRaWAN
inline constexpr double kLoraHeardTwice = 0.3;  ///< share of their uplinks that come in 2-4 copies
inline constexpr SimTime kLoraSpan = 500;
inline constexpr SimTime kReconnectEvery =
    10'000;  ///< some gateway sends its in-flight window again
inline constexpr std::size_t kInFlightWindow = 100;

// storm
inline constexpr SimTime kReattachSpan = 60'000;  ///< the whole city is back within
inline constexpr std::uint32_t kDevicesPerStormAlarm = 100;

// reorder
inline constexpr SimTime kUsualReorder = 500;
inline constexpr double kLateFrames = 0.01;
inline constexpr SimTime kLateSpan = 60'000;

// skew: N(0, 5 s); 1 % minutes off; 0.1 % in the year 2000 or one zone off; 0.01 % in the future
inline constexpr double kClockDeviationMs = 5000;
inline constexpr SimTime kPlantedClockBound = 4000;  ///< of devices in incidents, either way

// outage
inline constexpr SimTime kOutageEvery = 20'000;
inline constexpr SimTime kOutageSpan = 15'000;
inline constexpr SimTime kBacklogSpan = 1000;  ///< a backlog is sent within

}  // namespace tocsin::sim
