#include "rules/engine.h"

#include <algorithm>

#include "core/check.h"
#include "rules/archive.h"
#include "rules/engine_state.h"
#include "rules/event_time.h"

namespace tocsin::rules {

Engine::Engine(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const Registry> registry,
               EngineOptions options)
    : state_(std::make_unique<State>(std::move(rules), std::move(registry), options)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Verdict Engine::apply(Event& event, std::vector<AlertRevision>& out) {
  State& s = *state_;
  s.fire_due(event.arr, out);
  s.enter(event);
  s.judge(event);
  if (s.is_duplicate(event)) return Verdict::duplicate;
  return s.meet_rules(event, out);
}

void Engine::advance(Timestamp now, std::vector<AlertRevision>& out) {
  state_->fire_due(now, out);
  state_->now = std::max(state_->now, now);
}

void Engine::pass(std::uint64_t position, Timestamp arr, std::vector<AlertRevision>& out) {
  advance(arr, out);
  state_->position = position;
}

void Engine::gateway(std::string_view id, bool up, Timestamp at, std::vector<AlertRevision>& out) {
  advance(at, out);
  State& s = *state_;
  if (!s.gateways.set(id, up) || !up) return;
  Turn moment = s.turn(at, out);
  for (const auto& rule : s.states) rule->resume(id, moment);
}

void Engine::outage(Timestamp down, Timestamp up, std::vector<AlertRevision>& out) {
  State& s = *state_;
  if (s.now == Timestamp::min()) return advance(up, out);  // there is nothing before the start
  advance(down, out);
  Turn moment = s.turn(s.now, out);
  for (const auto& rule : s.states) {
    rule->postpone(s.now, up, up + s.options.recovery_grace, moment);
  }
  advance(up, out);
}

void Engine::run_out(std::vector<AlertRevision>& out) {
  State& s = *state_;
  for (const auto& rule : s.states) rule->stop_watching(s.timers);
  while (const auto due = s.timers.next()) advance(*due, out);
  Turn moment = s.turn(s.now, out);
  for (const auto& rule : s.states) rule->go_on_watching(moment);
}

std::optional<Timestamp> Engine::next_deadline() const { return state_->timers.next(); }

void Engine::set_registry(std::shared_ptr<const Registry> registry, Timestamp at,
                          std::vector<AlertRevision>& out) {
  advance(at, out);
  State& s = *state_;
  s.evaluation.set_registry(std::move(registry));
  Turn moment = s.turn(s.now, out);
  for (const auto& rule : s.states) rule->watch(moment);
  s.pass_levels(nullptr, moment);
  s.fire_due(s.now, out);
}

std::size_t Engine::close(const CloseCommand& command, Timestamp at,
                          std::vector<AlertRevision>& out) {
  advance(at, out);
  State& s = *state_;
  Turn moment = s.turn(s.now, out);
  std::size_t closed = 0;
  for (const auto& rule : s.states) closed += rule->close(command, moment);
  s.pass_levels(nullptr, moment);
  return closed;
}

namespace {

// What a state belongs to.
std::string belongs_to(const RuleSet& rules) {
  std::string text;
  for (const Rule& rule : rules.rules) text += rule.name + ' ' + rule.version + '\n';
  return text;
}

}  // namespace

std::string Engine::state() const {
  ArchiveWriter writer;
  writer(kStateVersion, belongs_to(*state_->rules));
  state_->archive(writer);
  return writer.take();
}

bool Engine::restore(std::string_view bytes) {
  State& s = *state_;
  ArchiveReader reader(bytes, s.timers, s.evaluation.shared_registry());
  const auto version = reader.next<std::uint32_t>();
  if (version != kStateVersion || reader.next<std::string>() != belongs_to(*s.rules)) return false;
  s.archive(reader);
  return reader.done();
}

Timestamp Engine::now() const { return state_->now; }
const RuleSet& Engine::rules() const { return *state_->rules; }
const RuleCounters& Engine::counters(std::size_t rule_index) const {
  return state_->states[rule_index]->counters();
}
RuleTotals Engine::totals() const {
  RuleTotals totals = state_->removed;
  for (const auto& rule : state_->states) totals.add(rule->counters());
  return totals;
}
std::uint64_t Engine::clamped() const { return state_->clamped; }
std::uint64_t Engine::untracked_gateways() const { return state_->gateways.untracked(); }

Engine::State::State(std::shared_ptr<const RuleSet> set, std::shared_ptr<const Registry> registry,
                     EngineOptions engine_options)
    : rules(std::move(set)),
      options(engine_options),
      gateways(options.max_down_gateways),
      dedup(options.dedup_window, options.dedup_entries_per_device) {
  evaluation.set_registry(std::move(registry));
  evaluation.set_calendars(rules->calendars);
  for (std::uint32_t i = 0; i < rules->rules.size(); ++i) {
    const Rule& rule = rules->rules[i];
    states.push_back(std::make_unique<RuleState>(rule, RuleOrder{rule.level, i}, RuleCounters{}));
  }
  index_rules();
}

void Engine::State::index_rules() {
  uses.assign(rules->type_settings.size(), {});
  std::vector<RuleState*> ordered;
  for (const auto& state : states) ordered.push_back(state.get());
  std::ranges::stable_sort(ordered, {}, [](const RuleState* s) { return s->order().level; });
  top_level = ordered.empty() ? 0 : ordered.back()->order().level;
  for (RuleState* const state : ordered) {
    for (auto& [type, use] : state->uses()) {
      TOCSIN_CHECK(static_cast<std::size_t>(type) < uses.size());
      uses[static_cast<std::size_t>(type)].push_back(std::move(use));
    }
  }
}

void Engine::State::fire_due(Timestamp until, std::vector<AlertRevision>& out) {
  if (now == Timestamp::min()) begin(until, out);
  for (auto due = timers.next(); due && *due <= until; due = timers.next()) {
    now = std::max(now, *due);
    Turn moment = turn(*due, out);
    pass_levels(nullptr, moment);
  }
}

// The first record: what is registered counts from it.
void Engine::State::begin(Timestamp at, std::vector<AlertRevision>& out) {
  now = at;
  Turn moment = turn(at, out);
  for (const auto& rule : states) rule->watch(moment);
}

void Engine::State::pass_levels(Arrival* record, Turn& moment) {
  const std::size_t first = moment.out.size();
  for (std::uint32_t level = 0; level <= top_level; ++level) {
    if (record != nullptr) {
      meet(level, *record, uses[static_cast<std::size_t>(record->event.type)], moment);
    }
    if (levels.any()) hear(level, moment);
    if (record == nullptr || top_level > 0) fire(level, moment);
  }
  for (const ChildOrder& order : levels.take_orders()) carry_out(order, moment);
  levels.forget();
  const RuleSet* const sets[] = {rules.get()};
  if (top_level > 0 && moment.out.size() > first + 1) sort_moment(moment.out, first, sets);
}

void Engine::State::meet(std::uint32_t level, Arrival& arrival, std::span<const Use> those,
                         Turn& moment) {
  for (const Use& use : those) {
    if (use.rule->order().level == level) use.rule->meet(use, arrival, moment);
  }
}

void Engine::State::hear(std::uint32_t level, Turn& moment) {
  for (const AlertNotice* const notice : levels.notices()) {
    if (notice->from.level >= level || notice->event.type == kNoEventType) continue;
    Arrival arrival(notice->event, notice->fingerprint, false);
    for (const Use& use : uses[static_cast<std::size_t>(notice->event.type)]) {
      const bool listens = !notice->shadow || use.rule->rule().mode == Mode::shadow;
      if (use.rule->order().level == level && listens) use.rule->meet(use, arrival, moment);
    }
    if (arrival.is_kept()) levels.kept(arrival.kept());
  }
}

void Engine::State::fire(std::uint32_t level, Turn& moment) {
  while (Timer* const timer = timers.take(moment.at, level)) {
    states[timer->owner->order->rule]->fire(*timer, moment);
  }
}

void Engine::State::carry_out(const ChildOrder& order, Turn& moment) {
  const auto rule = std::ranges::lower_bound(rules->rules, order.rule, {}, &Rule::name);
  if (rule == rules->rules.end() || rule->name != order.rule) return;
  states[static_cast<std::size_t>(rule - rules->rules.begin())]->look_up(order, moment);
}

void Engine::State::enter(const Event& event) {
  TOCSIN_CHECK(event.arr >= now);
  TOCSIN_CHECK(static_cast<std::size_t>(event.type) < uses.size());
  now = event.arr;
  position = event.log_position;
}

void Engine::State::judge(Event& event) {
  judge_time(event, settings(event.type), options.future_skew);
}

bool Engine::State::is_duplicate(const Event& event) {
  message = identify(event);
  return dedup.seen(message, event.arr);
}

Verdict Engine::State::meet_rules(const Event& event, std::vector<AlertRevision>& out) {
  if (event.time_quality == TimeQuality::clamped) ++clamped;
  Arrival arrival(event, message.fingerprint, repetition.seen(event, settings(event.type)));
  Turn moment = turn(event.arr, out);
  pass_levels(&arrival, moment);
  return event.late ? Verdict::late : Verdict::accepted;
}

}  // namespace tocsin::rules
