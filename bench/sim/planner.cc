#include "bench/sim/planner.h"

#include <algorithm>
#include <iterator>

#include "bench/sim/scenes.h"

namespace tocsin::sim {
namespace {

constexpr SimTime kFirstScene = 200;
constexpr SimTime kPrelude = 2000;  // within it the first scenes start
constexpr std::size_t kPreludeScenes = 5;
constexpr SimTime kTail = 3000;  // before the end nothing is staged any more
constexpr double kBuildingsPerScene = 4;
constexpr double kFewestPerMinute = 30;
constexpr double kMostPerMinute = 600;
constexpr SimTime kStormSpan = 20'000;  // all its alarms fall within

double default_rate(const City& city) {
  const double wanted = static_cast<double>(city.buildings().size()) / kBuildingsPerScene;
  return std::clamp(wanted, kFewestPerMinute, kMostPerMinute);
}

}  // namespace

Planner::Planner(const City& city, const Transport& transport, Ground& ground, std::uint64_t seed,
                 std::vector<std::uint32_t>& seq, std::int64_t epoch_ms,
                 const PlannerOptions& options)
    : transport_(transport),
      random_(mix(seed, 0x9147)),
      set_{city, transport, ground, random_, seq, epoch_ms},
      options_(options),
      per_minute_(options.incidents_per_minute > 0 ? options.incidents_per_minute
                                                   : default_rate(city)) {}

SimTime Planner::plan(std::vector<SimEvent>& events, std::vector<ExpectedAlert>& expected) {
  events_ = &events;
  expected_ = &expected;
  const SimTime from = planned_until_;
  const SimTime to = std::min(from + kPlanWindow, options_.end.value_or(INT64_MAX));
  if (options_.alarm_every) {
    plan_idle(from, to);
  } else {
    plan_scenes(from, to);
    const bool storm_now = options_.storm_at >= from && options_.storm_at < to;
    if (transport_.scenario().storm && storm_now) plan_storm();
  }
  planned_until_ = from + kPlanWindow;
  return planned_until_;
}

SimTime Planner::last_start(SimTime span) const {
  if (!options_.end) return INT64_MAX;
  return *options_.end - kTail - transport_.worst_planted_delay() - span;
}

bool Planner::stage(std::size_t scene, SimTime earliest, SimTime latest) {
  const Scene& what = scenes()[scene];
  if (what.exact_clocks && transport_.scenario().skew) return false;
  const SimTime span = last_start(what.span) >= earliest ? what.span : what.least;
  const SimTime last = last_start(span);
  if (last < planned_until_) return false;  // what lies before has been handed out
  const SimTime start = random_.between(std::min(earliest, last), std::min(latest, last));
  Stage stage(set_, what.name, incidents_ + 1, start, last_start(0) - start);
  if (!what.act(stage)) return false;
  ++incidents_;
  std::ranges::move(stage.events(), std::back_inserter(*events_));
  std::ranges::move(stage.expected(), std::back_inserter(*expected_));
  return true;
}

void Planner::plan_scenes(SimTime from, SimTime to) {
  const auto count =
      static_cast<std::size_t>(per_minute_ * static_cast<double>(to - from) / 60'000);
  for (std::size_t i = 0; i < count; ++i) {
    const bool prelude = from == 0 && i < kPreludeScenes;
    const SimTime earliest = prelude ? kFirstScene : from == 0 ? kPrelude : from;
    const SimTime latest = std::max(prelude ? kPrelude : to - 1, earliest);
    stage(next_scene_, earliest, latest);
    next_scene_ = (next_scene_ + 1) % scenes().size();
  }
}

void Planner::plan_storm() {
  const std::size_t alarms =
      std::max<std::size_t>(set_.city.devices().size() / kDevicesPerStormAlarm, 2);
  for (std::size_t i = 0; i < alarms; ++i) {
    stage(single_alarm_scene(), options_.storm_at, options_.storm_at + kStormSpan);
  }
}

void Planner::plan_idle(SimTime from, SimTime to) {
  const SimTime every = *options_.alarm_every;
  const SimTime first = (from + every - 1) / every * every;
  for (SimTime at = first; at < to && at <= last_start(0); at += every) {
    stage(single_alarm_scene(), at, at);
  }
}

}  // namespace tocsin::sim
