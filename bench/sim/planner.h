#pragma once
/// When which scene is staged. Works window by window, so that a simulation may run without an end.
///
/// The first scenes fall into the first two seconds; the rest is spread evenly at random. A scene
/// that could not be complete before the end is not staged. In a storm, single alarms in many
/// buildings come on top.
#include <cstdint>
#include <optional>
#include <vector>

#include "bench/sim/stage.h"

namespace tocsin::sim {

inline constexpr SimTime kPlanWindow = 60'000;

struct PlannerOptions {
  double incidents_per_minute = 0;  ///< 0: by the size of the city
  std::optional<SimTime> end;
  std::optional<SimTime> alarm_every;  ///< idle mode: only single smoke alarms, this far apart
  SimTime storm_at = 0;                ///< when the scenario has a storm
};

class Planner {
 public:
  Planner(const City& city, const Transport& transport, Ground& ground, std::uint64_t seed,
          std::vector<std::uint32_t>& seq, std::int64_t epoch_ms, const PlannerOptions& options);

  /// Stages everything that starts in the next window; appends to both. Returns the end of the
  /// window.
  SimTime plan(std::vector<SimEvent>& events, std::vector<ExpectedAlert>& expected);
  std::uint32_t incidents() const { return incidents_; }

 private:
  void plan_idle(SimTime from, SimTime to);
  void plan_scenes(SimTime from, SimTime to);
  void plan_storm();
  /// Starts it between these two, or earlier if it would not be complete before the end. False if
  /// no place is left for it, or no time.
  bool stage(std::size_t scene, SimTime earliest, SimTime latest);
  SimTime last_start(SimTime span) const;

  const Transport& transport_;
  Random random_;
  Set set_;
  PlannerOptions options_;
  double per_minute_;
  SimTime planned_until_ = 0;
  std::size_t next_scene_ = 0;
  std::uint32_t incidents_ = 0;
  std::vector<SimEvent>* events_ = nullptr;
  std::vector<ExpectedAlert>* expected_ = nullptr;
};

}  // namespace tocsin::sim
