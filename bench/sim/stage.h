#pragma once
/// One incident being planted: what its devices say, and which alerts must follow. A scene
/// (scenes.h) is a function that fills a Stage.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/sim/city.h"
#include "bench/sim/event.h"
#include "bench/sim/ground.h"
#include "bench/sim/random.h"
#include "bench/sim/transport.h"
#include "bench/sim/truth.h"

namespace tocsin::sim {

/// What an alert is about: the key fields and their values.
using Key = std::vector<std::pair<std::string, std::string>>;

/// What every stage of a simulation shares.
struct Set {
  const City& city;
  const Transport& transport;
  Ground& ground;
  Random& random;
  std::vector<std::uint32_t>& seq;  ///< of each device's newest event
  std::int64_t epoch_ms;            ///< Unix time of SimTime 0
};

class Stage {
 public:
  /// `incident` numbers the incidents from 1; `start` is when its first event happens, `room` the
  /// time until its last one must have.
  Stage(Set& set, std::string_view scene, std::uint32_t incident, SimTime start, SimTime room);

  const City& city() const { return set_.city; }
  Ground& ground() { return set_.ground; }
  Random& random() { return set_.random; }
  SimTime start() const { return start_; }
  SimTime room() const { return room_; }
  /// A distance of up to `window` and the time there is, less what wrong clocks may add to it.
  SimTime distance(SimTime least, SimTime window);

  /// `device` says this `after` the start; it had kept it for so long. Returns its index, to name
  /// it in expect().
  std::size_t say(SimTime after, std::uint32_t device, const Payload& payload, SimTime kept = 0);
  /// An alert opens with the `completing`-th (from 1) of these events to be sent.
  void expect(std::string_view rule, std::string_view severity, Key key,
              std::vector<std::size_t> events, std::size_t completing = 1);
  /// An alert opens because nothing follows the event for `within`, and the engine knows it
  /// `lateness` later.
  void expect_absence(std::string_view rule, std::string_view severity, Key key, std::size_t event,
                      SimTime within, SimTime lateness);
  /// Whether everything arrives as it happens.
  bool prompt() const { return set_.transport.worst_planted_delay() == 0; }

  Key device_key(std::uint32_t device) const;
  /// {"loc.<kind>": id} of the place around a device.
  Key place_key(std::uint32_t device, PlaceKind kind) const;

  std::vector<SimEvent>& events() { return events_; }
  std::vector<ExpectedAlert>& expected() { return expected_; }

 private:
  Set& set_;
  std::string scene_;
  std::uint32_t incident_;
  SimTime start_;
  SimTime room_;
  std::vector<SimEvent> events_;
  std::vector<ExpectedAlert> expected_;
};

}  // namespace tocsin::sim
