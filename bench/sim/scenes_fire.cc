#include "bench/sim/scenes_fire.h"

#include <algorithm>

namespace tocsin::sim {
namespace {

constexpr SimTime kConfirmWithin = 60 * kSecond;
constexpr SimTime kFlameWithin = 30 * kSecond;
constexpr std::size_t kNuisanceAlarms = 6;  // more than five a day
constexpr double kFaint = 1.9;              // %/m; 2.0 confirms

SmokeAlarm smoke(Random& random) {
  return {rounded(random.uniform(2.5, 9), 1), rounded(random.uniform(28, 60), 1), false};
}

CameraDetection flame(Random& random) { return {"flame", rounded(random.uniform(0.85, 0.99), 2)}; }

/// The detectors of a fresh building; empty: none is free. `alarms`: how many the scene will raise.
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

void expect_confirmed(Stage& s, std::uint32_t detector, std::vector<std::size_t> alarms) {
  s.expect("smoke-confirmed", "critical", s.place_key(detector, PlaceKind::building),
           std::move(alarms), 2);
}

/// A building's camera and one of its detectors.
struct Pair {
  std::uint32_t camera = kNoIndex;
  std::uint32_t detector = kNoIndex;
};
enum class Distance : std::uint8_t { any, next_zone, elsewhere };

Pair camera_and_detector(Stage& s, Distance distance) {
  constexpr std::size_t kOnTwoFloors = 6;  // detectors, so that some are on another floor
  const std::size_t least = distance == Distance::elsewhere ? kOnTwoFloors : 2;
  const auto building = s.ground().take_building(s.start(), least, 1);
  if (!building) return {};
  const Building& there = s.city().buildings()[*building];
  const auto cameras = s.city().in_building(there, DeviceKind::camera);
  if (cameras.empty()) return {};
  const std::uint32_t seen = s.city().device(cameras.front()).place;
  for (const std::uint32_t d : s.city().in_building(there, DeviceKind::smoke_detector)) {
    const std::uint32_t zone = s.city().device(d).place;
    const bool next_to = std::ranges::count(s.city().place(seen).adjacent, zone) > 0;
    const bool fits = distance == Distance::any ||
                      (distance == Distance::next_zone ? next_to : !next_to && zone != seen);
    if (fits) return {cameras.front(), d};
  }
  return {};
}

}  // namespace

bool single_alarm(Stage& s) {
  const auto detectors = fresh_detectors(s, 1, 1);
  if (detectors.empty()) return false;
  alarm(s, 0, detectors[s.random().below(detectors.size())]);
  return true;
}

bool two_detectors(Stage& s) {
  const auto detectors = fresh_detectors(s, 2, 2);
  if (detectors.empty()) return false;
  const std::size_t first = alarm(s, 0, detectors[0]);
  const std::size_t second =
      alarm(s, s.distance(kSecond, kConfirmWithin - 10 * kSecond), detectors[1]);
  expect_confirmed(s, detectors[0], {first, second});
  return true;
}

bool three_detectors(Stage& s) {
  const auto detectors = fresh_detectors(s, 3, 3);
  if (detectors.empty()) return false;
  const SimTime step = s.distance(2 * kSecond, 40 * kSecond) / 2;
  std::vector<std::size_t> alarms;
  for (std::size_t i = 0; i < 3; ++i) {
    alarms.push_back(alarm(s, static_cast<SimTime>(i) * step, detectors[i]));
  }
  expect_confirmed(s, detectors[0], alarms);
  return true;
}

bool smoke_and_flame(Stage& s) {
  const Pair pair = camera_and_detector(s, Distance::next_zone);
  if (pair.camera == kNoIndex) return false;
  const SimTime apart = s.distance(kSecond, kFlameWithin - 10 * kSecond);
  const bool smoke_first = s.random().chance(0.5);
  const std::size_t smoked = alarm(s, smoke_first ? 0 : apart, pair.detector);
  const std::size_t flamed = s.say(smoke_first ? apart : 0, pair.camera, flame(s.random()));
  s.expect("smoke-and-flame", "critical", s.place_key(pair.detector, PlaceKind::building),
           {smoked, flamed}, 2);
  return true;
}

bool ebike_upstairs(Stage& s) {
  const Pair pair = camera_and_detector(s, Distance::any);
  if (pair.camera == kNoIndex) return false;
  const bool seen_first = s.random().chance(0.7);
  const SimTime apart = s.distance(kSecond, 40 * kSecond);
  const std::size_t seen =
      s.say(seen_first ? 0 : apart, pair.camera, CameraDetection{"ebike", 0.93});
  const std::size_t smoked = alarm(s, seen_first ? apart : 0, pair.detector);
  s.expect("ebike-in-building", "critical", s.place_key(pair.detector, PlaceKind::building),
           {seen, smoked}, 2);
  return true;
}

bool hot_shed(Stage& s) {
  const auto building = s.ground().take_site(s.start(), DeviceKind::charging_shed);
  if (!building) return false;
  const Building& there = s.city().buildings()[*building];
  const std::uint32_t shed = s.city().in_building(there, DeviceKind::charging_shed).front();
  const std::uint32_t detector = s.city().in_building(there, DeviceKind::smoke_detector).front();
  const std::size_t hot =
      s.say(0, shed, ChargingStatus{"charging", rounded(s.random().uniform(60, 95), 1), 3});
  const std::size_t smoked = alarm(s, s.distance(kSecond, 40 * kSecond), detector);
  s.expect("shed-fire", "critical", s.place_key(detector, PlaceKind::site), {hot, smoked}, 2);
  return true;
}

bool nuisance_site(Stage& s) {
  const auto building = s.ground().take_site(s.start(), DeviceKind::smoke_detector);
  if (!building) return false;
  const std::uint32_t detector =
      s.city().in_building(s.city().buildings()[*building], DeviceKind::smoke_detector).front();
  const SimTime step =
      s.distance(10 * kSecond, 40 * kSecond) / static_cast<SimTime>(kNuisanceAlarms);
  std::vector<std::size_t> alarms;
  for (std::size_t i = 0; i < kNuisanceAlarms; ++i) {
    SmokeAlarm rising = smoke(s.random());
    rising.level =
        2.5 + static_cast<double>(i);  // another reading each time: no repetition of a report
    alarms.push_back(s.say(static_cast<SimTime>(i) * step, detector, rising));
  }
  s.expect("smoke-alarm", "high", s.device_key(detector), alarms);
  s.expect("nuisance-site", "low", s.place_key(detector, PlaceKind::site), alarms, kNuisanceAlarms);
  return true;
}

bool alarm_and_clear(Stage& s) {
  const auto detectors = fresh_detectors(s, 1, 1);
  if (detectors.empty()) return false;
  alarm(s, 0, detectors.back());
  s.say(s.distance(kSecond, 5 * kSecond), detectors.back(), SmokeClear{});
  return true;
}

bool two_faint_detectors(Stage& s) {
  const auto detectors = fresh_detectors(s, 2, 2);
  if (detectors.empty()) return false;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::size_t said =
        s.say(static_cast<SimTime>(i) * 5 * kSecond, detectors[i], SmokeAlarm{kFaint, 30, false});
    s.expect("smoke-alarm", "high", s.device_key(detectors[i]), {said});
  }
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

bool latched_detector(Stage& s) {
  const auto detectors = fresh_detectors(s, 1, 3);
  if (detectors.empty()) return false;
  std::vector<std::size_t> alarms;
  for (SimTime after = 0; after <= 18 * kSecond; after += 9 * kSecond) {
    alarms.push_back(s.say(after, detectors[0], smoke(s.random())));
  }
  s.expect("smoke-alarm", "high", s.device_key(detectors[0]), alarms);
  return true;
}

bool two_detectors_too_far_apart(Stage& s) {
  const auto detectors = fresh_detectors(s, 2, 2);
  if (detectors.empty()) return false;
  alarm(s, 0, detectors[0]);
  alarm(s, kConfirmWithin + 1, detectors[1]);
  return true;
}

bool flame_elsewhere(Stage& s) {
  const Pair pair = camera_and_detector(s, Distance::elsewhere);
  if (pair.camera == kNoIndex) return false;
  alarm(s, 0, pair.detector);
  s.say(s.distance(kSecond, 10 * kSecond), pair.camera, flame(s.random()));
  return true;
}

}  // namespace tocsin::sim
