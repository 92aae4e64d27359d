#include "bench/sim/scenes.h"

#include <array>

#include "bench/sim/scenes_fire.h"
#include "bench/sim/scenes_public.h"

namespace tocsin::sim {
namespace {

constexpr std::array kScenes{
    // name, span, least, exact_clocks, act
    Scene{"single-alarm", 0, 0, false, single_alarm},
    Scene{"gate-held-open", 0, 0, false, gate_held_open},
    Scene{"gate-forced", 33 * kSecond, 33 * kSecond, false, gate_forced},
    Scene{"gate-opened-by-a-card", 8 * kSecond, 8 * kSecond, false, gate_opened_by_a_card},
    Scene{"detector-removed", 0, 0, false, detector_removed},
    Scene{"manhole-open", 0, 0, false, manhole_open},
    Scene{"low-battery", 2 * kSecond, kSecond, false, low_battery},
    Scene{"hot-shed", 40 * kSecond, kSecond, false, hot_shed},
    Scene{"nuisance-site", 40 * kSecond, 10 * kSecond, false, nuisance_site},
    Scene{"two-detectors", 50 * kSecond, 2 * kSecond, false, two_detectors},
    Scene{"smoke-and-flame", 20 * kSecond, kSecond, false, smoke_and_flame},
    Scene{"denied-again-and-again", 40 * kSecond, 4 * kSecond, false, denied_again_and_again},
    Scene{"things-thrown", 50 * kSecond, 4 * kSecond, false, things_thrown},
    Scene{"ebike-upstairs", 40 * kSecond, kSecond, false, ebike_upstairs},
    Scene{"water-rising", 10 * kSecond, kSecond, false, water_rising},
    Scene{"alarm-and-clear", 5 * kSecond, kSecond, false, alarm_and_clear},
    Scene{"test-alarm", kSecond, kSecond, false, test_alarm},
    Scene{"latched-detector", 18 * kSecond, 18 * kSecond, false, latched_detector},
    Scene{"flame-elsewhere", 10 * kSecond, kSecond, false, flame_elsewhere},
    Scene{"denied-not-often-enough", 8 * kSecond, 8 * kSecond, false, denied_not_often_enough},
    Scene{"two-faint-detectors", 5 * kSecond, 5 * kSecond, false, two_faint_detectors},
    Scene{"water-just-below", 0, 0, false, water_just_below},
    Scene{"fume-for-ten-minutes", kSecond, kSecond, false, fume_for_ten_minutes},
    Scene{"fume-cleared-between", kSecond, kSecond, false, fume_cleared_between},
    Scene{"three-detectors", 40 * kSecond, 4 * kSecond, false, three_detectors},
    Scene{"two-detectors-too-far-apart", kMinute + 1, kMinute + 1, true,
          two_detectors_too_far_apart},
};

}  // namespace

std::span<const Scene> scenes() { return kScenes; }
std::size_t single_alarm_scene() { return 0; }

}  // namespace tocsin::sim
