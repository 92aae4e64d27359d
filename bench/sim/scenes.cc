#include "bench/sim/scenes.h"

#include <algorithm>
#include <array>

namespace tocsin::sim {
namespace {

constexpr SimTime kSecond = 1000;

SmokeAlarm smoke(Random& random) {
  return {rounded(random.uniform(2.5, 9), 1), rounded(random.uniform(28, 60), 1), false};
}

/// The detectors of a fresh building; empty: none is free.
std::vector<std::uint32_t> fresh_detectors(Stage& s, std::size_t at_least, std::uint32_t alarms) {
  const auto building = s.ground().take_building(s.start(), at_least, alarms);
  if (!building) return {};
  return s.city().in_building(s.city().buildings()[*building], DeviceKind::smoke_detector);
}

/// Says it and expects the detector's own alert: a first alarm is always announced.
std::size_t alarm(Stage& s, SimTime after, std::uint32_t detector) {
  const std::size_t said = s.say(after, detector, smoke(s.random()));
  s.expect("smoke-alarm", "high", s.device_key(detector), {said});
  return said;
}

bool single_alarm(Stage& s) {
  const auto detectors = fresh_detectors(s, 1, 1);
  if (detectors.empty()) return false;
  alarm(s, 0, detectors[s.random().below(detectors.size())]);
  return true;
}

/// One detector again and again is not a confirmation.
bool latched_detector(Stage& s) {
  const auto detectors = fresh_detectors(s, 1, 3);
  if (detectors.empty()) return false;
  const std::size_t first = s.say(0, detectors[0], smoke(s.random()));
  const std::size_t second = s.say(9 * kSecond, detectors[0], smoke(s.random()));
  const std::size_t third = s.say(18 * kSecond, detectors[0], smoke(s.random()));
  s.expect("smoke-alarm", "high", s.device_key(detectors[0]), {first, second, third});
  return true;
}

bool two_detectors(Stage& s) {
  const auto detectors = fresh_detectors(s, 2, 2);
  if (detectors.empty()) return false;
  const SimTime gap = s.random().between(kSecond, 30 * kSecond);
  const std::size_t first = alarm(s, 0, detectors[0]);
  const std::size_t second = alarm(s, gap, detectors[1]);
  s.expect("smoke-confirmed", "critical", s.place_key(detectors[0], PlaceKind::building),
           {first, second}, 2);
  return true;
}

/// A minute and a millisecond apart: two alarms, no confirmation.
bool two_detectors_too_far_apart(Stage& s) {
  const auto detectors = fresh_detectors(s, 2, 2);
  if (detectors.empty()) return false;
  alarm(s, 0, detectors[0]);
  alarm(s, 60 * kSecond + 1, detectors[1]);
  return true;
}

bool test_alarm(Stage& s) {
  const auto detectors = fresh_detectors(s, 2, 0);
  if (detectors.empty()) return false;
  for (std::size_t i = 0; i < 2; ++i) {
    SmokeAlarm test = smoke(s.random());
    test.test_mode = true;
    s.say(static_cast<SimTime>(i) * kSecond, detectors[i], test);
  }
  return true;
}

constexpr std::array kScenes{
    Scene{"single-alarm", 0, false, single_alarm},
    Scene{"test-alarm", kSecond, false, test_alarm},
    Scene{"two-detectors", 30 * kSecond, false, two_detectors},
    Scene{"latched-detector", 18 * kSecond, false, latched_detector},
    Scene{"two-detectors-too-far-apart", 60 * kSecond + 1, true, two_detectors_too_far_apart},
};

}  // namespace

std::span<const Scene> scenes() { return kScenes; }
std::size_t single_alarm_scene() { return 0; }

}  // namespace tocsin::sim
