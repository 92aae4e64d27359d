#include "bench/sim/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "bench/sim/encoder.h"
#include "core/check.h"

namespace tocsin::sim {

Stage::Stage(Set& set, std::string_view scene, std::uint32_t incident, SimTime start, SimTime room)
    : set_(set), scene_(scene), incident_(incident), start_(start), room_(room) {}

SimTime Stage::distance(SimTime least, SimTime window) {
  const SimTime most = std::min(window - set_.transport.clock_slack(), room_);
  return random().between(least, std::max(least, most));
}

std::size_t Stage::say(SimTime after, std::uint32_t device, const Payload& payload, SimTime kept) {
  SimEvent event;
  event.due = start_ + after;
  event.device = device;
  event.gateway = city().device(device).gateway;
  event.seq = ++set_.seq[device];
  event.urgent = true;
  event.payload = payload;
  set_.transport.carry(event, true);
  event.ts -= kept;
  ground().use(device);
  events_.push_back(std::move(event));
  return events_.size() - 1;
}

void Stage::expect(std::string_view rule, std::string_view severity, Key key,
                   std::vector<std::size_t> events, std::size_t completing) {
  TOCSIN_CHECK(completing >= 1 && completing <= events.size());
  std::ranges::sort(events, {}, [this](std::size_t i) {
    return std::tuple(events_[i].due, events_[i].device, events_[i].seq);
  });
  events.resize(completing);
  const SimEvent& last = events_[events.back()];
  ExpectedAlert alert;
  alert.incident = incident_;
  alert.scene = scene_;
  alert.rule = rule;
  alert.severity = severity;
  alert.key = std::move(key);
  alert.ts = set_.epoch_ms + last.ts;
  alert.sent = alert.opens = set_.epoch_ms + last.due;
  const std::uint32_t village = city().enclosing(last.device, PlaceKind::village);
  if (village != kNoIndex) alert.village = city().place(village).id;
  for (const std::size_t i : events) alert.events.push_back(event_id(city(), events_[i]));
  expected_.push_back(std::move(alert));
}

void Stage::expect_absence(std::string_view rule, std::string_view severity, Key key,
                           std::size_t event, SimTime within, SimTime lateness) {
  expect(rule, severity, std::move(key), {event});
  ExpectedAlert& alert = expected_.back();
  alert.opens = std::max(alert.ts + within, alert.sent) + lateness;
}

Key Stage::device_key(std::uint32_t device) const {
  return {{"device_id", city().device(device).id}};
}

Key Stage::place_key(std::uint32_t device, PlaceKind kind) const {
  const std::uint32_t place = city().enclosing(device, kind);
  TOCSIN_CHECK(place != kNoIndex);
  return {{fmt::format("loc.{}", to_string(kind)), city().place(place).id}};
}

}  // namespace tocsin::sim
