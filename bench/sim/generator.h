#pragma once
/// The whole stream of a simulated city: noise and incidents, through clocks and gateways, in order
/// of intended send time. A function of its options: the same events for one seed on any machine.
///
///     Noise ----\                                   .--> SimEvent, SimEvent, ...
///                >-- Transport -- waiting events --<
///     Planner --/                                   '--> ExpectedAlert (when its last event went)
///
/// Thread: one. Memory: the events that are planned or delayed, plus the city.
#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "bench/sim/city.h"
#include "bench/sim/event.h"
#include "bench/sim/ground.h"
#include "bench/sim/noise.h"
#include "bench/sim/planner.h"
#include "bench/sim/scenario.h"
#include "bench/sim/surge.h"
#include "bench/sim/transport.h"
#include "bench/sim/truth.h"

namespace tocsin::sim {

struct GeneratorOptions {
  std::uint64_t seed = 1;
  Scenario scenario;
  double rate = 0;             ///< of noise, events a second; 0: natural
  std::optional<SimTime> end;  ///< empty: endless
  double incidents_per_minute = 0;
  std::optional<SimTime> alarm_every;  ///< idle mode: these alarms and no noise
  std::int64_t epoch_ms = 0;           ///< Unix time of SimTime 0, for the truth
};

class Generator {
 public:
  /// `city` must outlive it.
  Generator(const City& city, const GeneratorOptions& options);

  /// The next event; nullopt after the end.
  std::optional<SimEvent> next();
  /// The alerts that open at or before `until`, in that order; each is handed out once.
  std::vector<ExpectedAlert> take_expected(SimTime until);
  std::uint32_t incidents() const { return planner_.incidents(); }

 private:
  struct Later {
    bool operator()(const SimEvent& a, const SimEvent& b) const;
    bool operator()(const ExpectedAlert& a, const ExpectedAlert& b) const;
  };
  void plan_window();
  void take_noise();
  void wait(SimEvent event);
  SimTime next_noise() const;

  const City& city_;
  GeneratorOptions options_;
  Transport transport_;
  Ground ground_;
  Noise noise_;
  std::vector<std::uint32_t> seq_;  ///< of each device's newest event
  Planner planner_;
  SimTime planned_until_ = 0;
  std::priority_queue<SimEvent, std::vector<SimEvent>, Later> waiting_;
  std::priority_queue<ExpectedAlert, std::vector<ExpectedAlert>, Later> expected_;
  SurgeTruth surges_;
};

}  // namespace tocsin::sim
