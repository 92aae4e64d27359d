#include "bench/sim/scenes_public.h"

#include "bench/sim/encoder.h"

namespace tocsin::sim {
namespace {

constexpr std::size_t kDenials = 5;
constexpr std::size_t kThrows = 3;
constexpr double kWaterLimit = 0.5;           // m
constexpr SimTime kUntilOver = 30 * kSecond;  // more than any planted event is delayed

/// `count` denials of a fresh credential at a fresh gate, spread over at most `window`.
std::vector<std::size_t> denials(Stage& s, std::uint32_t gate, Credential who, std::size_t count,
                                 SimTime window) {
  const SimTime step = s.distance(4 * kSecond, window) / static_cast<SimTime>(count);
  std::vector<std::size_t> said;
  for (std::size_t i = 0; i < count; ++i) {
    said.push_back(s.say(static_cast<SimTime>(i) * step, gate, GateAccess{"denied", who, "in"}));
  }
  return said;
}

constexpr std::size_t kFumeReadings = 11;  // ten minutes, a minute apart
constexpr SimTime kFumeEvery = kMinute;
constexpr SimTime kLineDown = 5 * kMinute;  // since the newest: more than what still counts
constexpr SimTime kHandOver = 50;           // from reading to reading

/// A reading that is overtaken moves no time and breaks nothing: only where all come in order.
std::optional<std::uint32_t> take_monitor(Stage& s) {
  if (!s.prompt()) return std::nullopt;
  return s.ground().take_device(s.start(), DeviceKind::fume_monitor);
}

/// What a monitor measured while its line was down; at `clean` the purifier was on.
std::vector<std::size_t> stored_readings(Stage& s, std::uint32_t monitor, std::size_t clean) {
  std::vector<std::size_t> said;
  for (std::size_t i = 0; i < kFumeReadings; ++i) {
    const double mg_m3 = rounded(s.random().uniform(2.2, 6.0), 2);
    const SimTime kept = kLineDown + static_cast<SimTime>(kFumeReadings - 1 - i) * kFumeEvery;
    said.push_back(s.say(static_cast<SimTime>(i) * kHandOver, monitor,
                         FumeReading{mg_m3, true, i == clean, ""}, kept));
  }
  return said;
}

constexpr SimTime kCardAfter = 5 * kSecond;   // that explains an open gate
constexpr SimTime kNoCardFor = 25 * kSecond;  // 15 s, and what clocks may add
constexpr SimTime kLateness = 2 * kSecond;

}  // namespace

bool gate_held_open(Stage& s) {
  const auto gate = s.ground().take_device(s.start(), DeviceKind::gate);
  if (!gate) return false;
  const std::size_t said = s.say(0, *gate, GateState{"held_open"});
  s.expect("gate-held-open", "medium", s.device_key(*gate), {said});
  if (s.room() > kUntilOver) s.say(kUntilOver, *gate, GateState{"closed"});
  return true;
}

bool gate_forced(Stage& s) {
  const auto gate = s.ground().take_device(s.start(), DeviceKind::gate);
  if (!gate) return false;
  const std::size_t said = s.say(kNoCardFor, *gate, GateState{"forced_open"});
  s.expect_absence("gate-forced", "high", s.device_key(*gate), said, kCardAfter, kLateness);
  return true;
}

// A card that comes late takes the alert back, which is right and no near miss.
bool gate_opened_by_a_card(Stage& s) {
  const auto gate = s.prompt() ? s.ground().take_device(s.start(), DeviceKind::gate) : std::nullopt;
  if (!gate) return false;
  s.say(0, *gate, GateAccess{"granted", Credential{s.random().next()}, "in"});
  s.say(2 * kSecond, *gate, GateState{"forced_open"});
  return true;
}

bool denied_again_and_again(Stage& s) {
  const auto gate = s.ground().take_device(s.start(), DeviceKind::gate);
  if (!gate) return false;
  const Credential who{s.random().next()};
  const auto said = denials(s, *gate, who, kDenials, 40 * kSecond);
  s.expect("gate-denials", "medium", {{"credential", credential_text(who)}}, said, kDenials);
  return true;
}

bool denied_not_often_enough(Stage& s) {
  const auto gate = s.ground().take_device(s.start(), DeviceKind::gate);
  if (!gate) return false;
  denials(s, *gate, Credential{s.random().next()}, kDenials - 1, 8 * kSecond);
  return true;
}

bool things_thrown(Stage& s) {
  const auto camera = s.ground().take_device(s.start(), DeviceKind::camera);
  if (!camera) return false;
  const SimTime step = s.distance(4 * kSecond, 50 * kSecond) / static_cast<SimTime>(kThrows);
  std::vector<std::size_t> said;
  for (std::size_t i = 0; i < kThrows; ++i) {
    said.push_back(
        s.say(static_cast<SimTime>(i) * step, *camera, CameraDetection{"throwing", 0.92}));
  }
  s.expect("throwing", "high", s.device_key(*camera), said, kThrows);
  return true;
}

bool manhole_open(Stage& s) {
  const auto cover = s.ground().take_device(s.start(), DeviceKind::component);
  if (!cover) return false;
  const std::size_t said = s.say(0, *cover, ComponentStatus{"open", 1});
  s.expect("manhole", "high", s.device_key(*cover), {said});
  if (s.room() > kUntilOver) s.say(kUntilOver, *cover, ComponentStatus{"closed", 0});
  return true;
}

bool water_rising(Stage& s) {
  const auto probe = s.ground().take_device(s.start(), DeviceKind::component);
  if (!probe) return false;
  s.say(0, *probe, ComponentStatus{"water_level", 0.35});
  const SimTime later = s.distance(kSecond, 10 * kSecond);
  const double level = rounded(s.random().uniform(kWaterLimit, 0.95), 2);
  const std::size_t said = s.say(later, *probe, ComponentStatus{"water_level", level});
  s.expect("water-level", "high", s.device_key(*probe), {said});
  return true;
}

bool water_just_below(Stage& s) {
  const auto probe = s.ground().take_device(s.start(), DeviceKind::component);
  if (!probe) return false;
  s.say(0, *probe, ComponentStatus{"water_level", kWaterLimit - 0.01});
  return true;
}

bool fume_for_ten_minutes(Stage& s) {
  const auto monitor = take_monitor(s);
  if (!monitor) return false;
  const auto said = stored_readings(s, *monitor, kFumeReadings);
  s.expect("cooking-fume", "medium", s.device_key(*monitor), said, said.size());
  return true;
}

bool fume_cleared_between(Stage& s) {
  const auto monitor = take_monitor(s);
  if (!monitor) return false;
  stored_readings(s, *monitor, kFumeReadings / 2);
  return true;
}

bool low_battery(Stage& s) {
  const auto detector = s.ground().take_device(s.start(), DeviceKind::smoke_detector);
  if (!detector) return false;
  const std::size_t first = s.say(0, *detector, LowBattery{9});
  const std::size_t again = s.say(s.distance(kSecond, 2 * kSecond), *detector, LowBattery{9});
  s.expect("low-battery", "low", s.device_key(*detector), {first, again});
  return true;
}

bool detector_removed(Stage& s) {
  const auto detector = s.ground().take_device(s.start(), DeviceKind::smoke_detector);
  if (!detector) return false;
  const std::size_t said = s.say(0, *detector, SmokeRemoved{});
  s.expect("detector-removed", "medium", s.device_key(*detector), {said});
  return true;
}

}  // namespace tocsin::sim
