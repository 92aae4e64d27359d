#pragma once
/// What a healthy city says all day: heartbeats by interval, fume readings with the purifier on,
/// gates opening for residents, harmless detections. Nothing in it is near any rule's condition, so
/// whatever alerts was planted.
///
/// A class of devices (say, panels every 30 s) takes turns in a fixed shuffled order, evenly spaced
/// with a jitter: each device keeps its interval, and memory is one list of devices. A rate asked
/// for scales all classes alike.
#include <cstdint>
#include <optional>
#include <vector>

#include "bench/sim/city.h"
#include "bench/sim/event.h"
#include "bench/sim/random.h"
#include "bench/sim/scenario.h"

namespace tocsin::sim {

struct NoiseOptions {
  double rate = 0;             ///< events a second; 0: what the devices' intervals make
  SimTime reattach_from = -1;  ///< storm: start of the re-attachment; -1: none
};

class Noise {
 public:
  Noise(const City& city, std::uint64_t seed, const NoiseOptions& options);

  /// Due time of the next event. Never ends.
  SimTime next_due() const;
  /// The next event, in order of due time; its seq is left to the caller. A device in `silent` is
  /// passed over for the next of its class; nullopt: none of the class may speak.
  std::optional<SimEvent> next(const std::vector<bool>& silent);
  double rate() const;  ///< events a second, a passing re-attachment left out

 private:
  enum class Report : std::uint8_t {
    heartbeat,
    fume,
    gate_access,
    gate_state,
    detection,
    charging,
    component,
  };
  struct Turn {  ///< one class of devices
    Report report{};
    double slot_ms = 0;  ///< between two events of the class
    double start_ms = 0;
    double end_ms = 0;  ///< 0: for ever
    std::vector<std::uint32_t> order;
    std::uint64_t taken = 0;  ///< slots
    std::size_t cursor = 0;   ///< in `order`
    SimTime due = 0;          ///< of the next event
  };

  void add_turns();
  /// `heartbeat_s` 0: devices of any interval.
  void add_turn(Report report, DeviceKind kind, std::int64_t heartbeat_s, double interval_s);
  void add_reattachment(const NoiseOptions& options);
  void scale(double factor);
  void draw_due(Turn& turn);
  Payload say(Report report);

  const City& city_;
  Random random_;
  std::vector<Turn> turns_;
};

}  // namespace tocsin::sim
