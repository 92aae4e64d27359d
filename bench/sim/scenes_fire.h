#pragma once
/// Scenes with smoke. Each returns false if no place is free for it.
#include "bench/sim/stage.h"

namespace tocsin::sim {

bool single_alarm(Stage& s);
bool two_detectors(Stage& s);
bool three_detectors(Stage& s);  ///< the confirmation comes with the second, once
bool smoke_and_flame(Stage& s);  ///< next zone, either first
bool ebike_upstairs(Stage& s);   ///< seen by a camera, and smoke in that building
bool hot_shed(Stage& s);         ///< and smoke at that site
bool nuisance_site(Stage& s);    ///< more alarms at one site than a day may have

// Near misses.
bool test_alarm(Stage& s);       ///< a test raises nothing
bool alarm_and_clear(Stage& s);  ///< one alarm, however often its frame comes again after the clear
bool two_faint_detectors(Stage& s);          ///< below the level that confirms
bool latched_detector(Stage& s);             ///< one detector again and again is no confirmation
bool two_detectors_too_far_apart(Stage& s);  ///< a minute and a millisecond
bool flame_elsewhere(Stage& s);              ///< smoke and flame in zones that do not touch

}  // namespace tocsin::sim
