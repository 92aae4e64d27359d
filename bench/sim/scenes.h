#pragma once
/// The scenes that can be staged: for each shipped rule at least one that must alert, and near
/// misses that must not. Figures (how many, how far apart) are those of deploy/rules.d, written
/// down a second time on purpose: the truth must not be read from what it checks.
#include <span>
#include <string_view>

#include "bench/sim/stage.h"

namespace tocsin::sim {

struct Scene {
  std::string_view name;
  SimTime span = 0;               ///< from its first to its last event, at most
  SimTime least = 0;              ///< the time it needs even in a short run
  bool exact_clocks = false;      ///< a near miss by milliseconds: not with wrong clocks
  bool (*act)(Stage&) = nullptr;  ///< false: no place is free; the stage is dropped
};

/// In the order they are staged; the short ones first.
std::span<const Scene> scenes();
/// Index of the single smoke alarm, for storms and the idle mode.
std::size_t single_alarm_scene();

}  // namespace tocsin::sim
