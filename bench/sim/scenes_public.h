#pragma once
/// Scenes at gates, cameras, covers, and with ailing detectors. Each returns false if no place is
/// free.
#include "bench/sim/stage.h"

namespace tocsin::sim {

bool gate_held_open(Stage& s);
bool gate_forced(Stage& s);
bool gate_opened_by_a_card(Stage& s);
bool denied_again_and_again(Stage& s);  ///< one credential, at one gate
bool things_thrown(Stage& s);           ///< from high up, at one facade
bool manhole_open(Stage& s);
bool water_rising(Stage& s);
bool fume_for_ten_minutes(Stage& s);  ///< handed over at once after a disturbed line
bool low_battery(Stage& s);
bool detector_removed(Stage& s);

// Near misses.
bool denied_not_often_enough(Stage& s);
bool water_just_below(Stage& s);  ///< the limit
bool fume_cleared_between(Stage& s);

}  // namespace tocsin::sim
