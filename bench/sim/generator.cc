#include "bench/sim/generator.h"

#include <algorithm>
#include <tuple>

namespace tocsin::sim {
namespace {

constexpr SimTime kStormLead =
    5000;  // a storm begins so long after the start, or at a tenth of a short run

SimTime storm_start(const GeneratorOptions& options) {
  return std::min(kStormLead, options.end.value_or(INT64_MAX) / 10);
}

NoiseOptions noise_options(const GeneratorOptions& options) {
  return {options.rate, options.scenario.storm ? storm_start(options) : -1};
}

PlannerOptions planner_options(const GeneratorOptions& options) {
  return {options.incidents_per_minute, options.end, options.alarm_every, storm_start(options)};
}

}  // namespace

bool Generator::Later::operator()(const SimEvent& a, const SimEvent& b) const {
  return std::tie(a.due, a.device, a.seq, a.gateway) > std::tie(b.due, b.device, b.seq, b.gateway);
}

bool Generator::Later::operator()(const ExpectedAlert& a, const ExpectedAlert& b) const {
  return std::tie(a.opens, a.incident, a.rule, a.key) >
         std::tie(b.opens, b.incident, b.rule, b.key);
}

Generator::Generator(const City& city, const GeneratorOptions& options)
    : city_(city),
      options_(options),
      transport_(city, options.scenario, options.seed),
      ground_(city, options.seed),
      noise_(city, options.seed, noise_options(options)),
      seq_(city.devices().size(), 0),
      planner_(city, transport_, ground_, options.seed, seq_, options.epoch_ms,
               planner_options(options)) {}

std::optional<SimEvent> Generator::next() {
  while (true) {
    const SimTime noise = next_noise();
    const SimTime first = waiting_.empty() ? noise : std::min(noise, waiting_.top().due);
    if (options_.end && first >= *options_.end && planned_until_ >= *options_.end) {
      return std::nullopt;
    }
    if (first >= planned_until_) {
      plan_window();
    } else if (first == noise) {
      take_noise();
    } else {
      SimEvent event = waiting_.top();
      waiting_.pop();
      return event;
    }
  }
}

SimTime Generator::next_noise() const {
  return options_.alarm_every ? INT64_MAX : noise_.next_due();
}

void Generator::plan_window() {
  std::vector<SimEvent> events;
  std::vector<ExpectedAlert> expected;
  planned_until_ = planner_.plan(events, expected);
  for (SimEvent& event : events) wait(std::move(event));
  for (ExpectedAlert& alert : expected) expected_.push(std::move(alert));
}

void Generator::take_noise() {
  std::optional<SimEvent> event = noise_.next(ground_.used());
  if (!event) return;
  event->seq = ++seq_[event->device];
  transport_.carry(*event, false);
  wait(std::move(*event));
}

void Generator::wait(SimEvent event) {
  std::vector<SimEvent> echoes;
  transport_.add_echoes(event, echoes);
  for (SimEvent& echo : echoes) waiting_.push(std::move(echo));
  waiting_.push(std::move(event));
}

std::vector<ExpectedAlert> Generator::take_expected(SimTime until) {
  std::vector<ExpectedAlert> taken;
  while (!expected_.empty() && expected_.top().opens - options_.epoch_ms <= until) {
    taken.push_back(expected_.top());
    expected_.pop();
    if (auto surge = surges_.see(taken.back())) taken.push_back(std::move(*surge));
  }
  return taken;
}

}  // namespace tocsin::sim
