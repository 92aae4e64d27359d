#include "bench/sim/noise.h"

#include <algorithm>
#include <array>

namespace tocsin::sim {
namespace {

constexpr SimTime kNever = INT64_MAX;
constexpr double kFumeMu = 0.305;  // concentrations are log-normal, mg/m3
constexpr double kFumeSigma = 1.235;
constexpr double kFanNeeded = 0.8;  // mg/m3: above it fan and purifier run, well under any limit
constexpr std::array<std::string_view, 4> kHarmless{"pram", "umbrella", "dog", "delivery_cart"};

template <class T>
void shuffle(std::vector<T>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}

}  // namespace

Noise::Noise(const City& city, std::uint64_t seed, const NoiseOptions& options)
    : city_(city), random_(mix(seed, 0x4015e)) {
  add_turns();
  const bool reattaches = options.reattach_from >= 0;
  if (options.rate > 0 && !reattaches) scale(options.rate / rate());
  if (options.rate > 0 && reattaches) scale(std::min(1.0, options.rate / 2 / rate()));
  if (reattaches) add_reattachment(options);
  for (Turn& turn : turns_) draw_due(turn);
}

void Noise::add_turns() {
  for (const std::int64_t s : {3600, 14400, 43200, 86400}) {
    add_turn(Report::heartbeat, DeviceKind::smoke_detector, s, static_cast<double>(s));
  }
  add_turn(Report::heartbeat, DeviceKind::panel, 0, 30);
  add_turn(Report::heartbeat, DeviceKind::camera, 0, 60);
  add_turn(Report::heartbeat, DeviceKind::gate, 0, 300);
  add_turn(Report::fume, DeviceKind::fume_monitor, 0, 45);
  add_turn(Report::gate_access, DeviceKind::gate, 0, 40);
  add_turn(Report::gate_state, DeviceKind::gate, 0, 60);
  add_turn(Report::detection, DeviceKind::camera, 0, 300);
  add_turn(Report::charging, DeviceKind::charging_shed, 0, 60);
  add_turn(Report::component, DeviceKind::component, 0, 900);
}

void Noise::add_turn(Report report, DeviceKind kind, std::int64_t heartbeat_s, double interval_s) {
  Turn turn;
  turn.report = report;
  for (std::uint32_t i = 0; i < city_.devices().size(); ++i) {
    const CityDevice& d = city_.device(i);
    if (d.kind == kind && (heartbeat_s == 0 || d.heartbeat_s == heartbeat_s))
      turn.order.push_back(i);
  }
  if (turn.order.empty()) return;
  shuffle(turn.order, random_);
  turn.slot_ms = interval_s * 1000 / static_cast<double>(turn.order.size());
  turns_.push_back(std::move(turn));
}

/// Every device, gateway by gateway, within kReattachSpan. If a rate was asked for, re-attachments
/// make up what is missing to it, round after round.
void Noise::add_reattachment(const NoiseOptions& options) {
  const double usual = rate();
  std::vector<Building> buildings = city_.buildings();
  shuffle(buildings, random_);
  Turn turn;
  turn.report = Report::heartbeat;
  for (const Building& b : buildings) {
    for (std::uint32_t i = 0; i < b.devices; ++i) turn.order.push_back(b.first_device + i);
  }
  if (options.rate > 0) {
    turn.slot_ms = 1000 / (options.rate - usual);
  } else {
    turn.slot_ms = static_cast<double>(kReattachSpan) / static_cast<double>(turn.order.size());
    turn.start_ms = static_cast<double>(options.reattach_from);
    turn.end_ms = turn.start_ms + static_cast<double>(kReattachSpan);
  }
  turns_.push_back(std::move(turn));
}

void Noise::scale(double factor) {
  for (Turn& turn : turns_) turn.slot_ms /= factor;
}

double Noise::rate() const {
  double sum = 0;
  for (const Turn& turn : turns_) sum += turn.end_ms > 0 ? 0 : 1000 / turn.slot_ms;
  return sum;
}

void Noise::draw_due(Turn& turn) {
  const double slot = turn.start_ms + static_cast<double>(turn.taken) * turn.slot_ms;
  if (turn.end_ms > 0 && slot >= turn.end_ms) {
    turn.due = kNever;
  } else {
    turn.due = static_cast<SimTime>(slot + random_.uniform() * turn.slot_ms);
  }
}

SimTime Noise::next_due() const { return std::ranges::min_element(turns_, {}, &Turn::due)->due; }

std::optional<SimEvent> Noise::next(const std::vector<bool>& silent) {
  Turn& turn = *std::ranges::min_element(turns_, {}, &Turn::due);
  SimEvent event;
  event.due = event.ts = turn.due;
  ++turn.taken;
  draw_due(turn);
  for (std::size_t tried = 0; tried < turn.order.size(); ++tried) {
    event.device = turn.order[turn.cursor];
    turn.cursor = (turn.cursor + 1) % turn.order.size();
    if (silent[event.device]) continue;
    event.gateway = city_.device(event.device).gateway;
    event.payload = say(turn.report);
    return event;
  }
  return std::nullopt;
}

Payload Noise::say(Report report) {
  switch (report) {
    case Report::heartbeat:
      return Heartbeat{rounded(random_.uniform(45, 100), 0),
                       rounded(random_.uniform(-105, -60), 0)};
    case Report::fume: {
      const double mg_m3 = rounded(random_.log_normal(kFumeMu, kFumeSigma), 2);
      return FumeReading{mg_m3, mg_m3 > kFanNeeded, mg_m3 > kFanNeeded, ""};
    }
    case Report::gate_access:
      return GateAccess{"granted", Credential{random_.next()}, random_.chance(0.5) ? "in" : "out"};
    case Report::gate_state: return GateState{random_.chance(0.5) ? "open" : "closed"};
    case Report::detection:
      return CameraDetection{kHarmless[random_.below(kHarmless.size())],
                             rounded(random_.uniform(0.5, 0.99), 2)};
    case Report::charging:
      return ChargingStatus{"charging", rounded(random_.uniform(15, 38), 1),
                            rounded(random_.uniform(0.5, 6), 1)};
    case Report::component: return ComponentStatus{"normal", rounded(random_.uniform(0, 0.3), 2)};
  }
  return Heartbeat{};
}

}  // namespace tocsin::sim
