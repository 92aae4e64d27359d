#include "rules/rule_state.h"

#include <algorithm>

#include "rules/levels.h"

namespace tocsin::rules {
namespace {

struct MakeMatcher {
  Matcher& matcher;
  void operator()(const EventForm&) const { matcher.emplace<EventMatcher>(); }
  void operator()(const CountForm&) const { matcher.emplace<CountMatcher>(); }
  void operator()(const AllForm&) const { matcher.emplace<AllMatcher>(); }
  void operator()(const SequenceForm&) const { matcher.emplace<SequenceMatcher>(); }
  void operator()(const AggregateForm&) const { matcher.emplace<AggregateMatcher>(); }
  void operator()(const SustainedForm&) const { matcher.emplace<SustainedMatcher>(); }
  void operator()(const SilenceForm&) const { matcher.emplace<SilenceMatcher>(); }
  void operator()(const RollUpForm&) const { matcher.emplace<RollUpMatcher>(); }
};

}  // namespace

RuleState::RuleState(const Rule& rule, RuleOrder order, const RuleCounters& counted)
    : counters_(counted) {
  std::visit(MakeMatcher{matcher_}, rule.form);
  counters_.keys = counters_.open_alerts = 0;
  adopt(rule, order);
}

void RuleState::adopt(const Rule& rule, RuleOrder order) {
  rule_ = &rule;
  order_ = order;
  episodes_.adopt(rule);
  health_.adopt(rule);
  key_values_.resize(rule.for_each.size());
}

void RuleState::renew(const Rule& rule, RuleOrder order) {
  std::visit(MakeMatcher{matcher_}, rule.form);
  adopt(rule, order);
  episodes_.forget_steps();
}

std::map<EventTypeId, Use> RuleState::uses() {
  std::map<EventTypeId, Use> uses;
  if (rule_->mode == Mode::disabled) return uses;
  const auto each = [&](const Pattern& pattern, auto note) {
    for (const Pattern::Alternative& alternative : pattern.alternatives) {
      Use& use = uses[alternative.type];
      use.rule = this;
      note(use, &alternative);
    }
  };
  if (const auto& by = rule_->alert.resolve.or_event) {
    each(by->pattern, [](Use& use, auto* alternative) { use.resolves = alternative; });
  }
  if (const Absence* const absence = absence_of(rule_->form)) {
    each(absence->pattern, [](Use& use, auto* alternative) { use.cancels = alternative; });
  }
  for (std::uint16_t step = 0; step < pattern_count(rule_->form); ++step) {
    each(pattern_of(rule_->form, step), [&](Use& use, auto* alternative) {
      use.steps.push_back({step, alternative});
    });
  }
  for (std::uint16_t cell = 0; cell < rule_->latest.size(); ++cell) {
    each(rule_->latest[cell].pattern, [&](Use& use, auto* alternative) {
      use.latest.push_back({cell, alternative});
    });
  }
  return uses;
}

// Retract, then resolve, then match. An event that resolves contributes to nothing; what it
// prevents, it prevents all the same. It becomes the latest of its kind for those after it, unless
// its very news is what makes the rule look again.
void RuleState::meet(const Use& use, Arrival& arrival, Turn& turn) {
  const std::size_t mark = turn.out.size();
  if (use.cancels != nullptr && !arrival.repeat) take_back(use, arrival, turn);
  const bool news = !use.latest.empty() && !arrival.repeat;
  const bool first = news && judged_again(use);
  if (first) keep_latest(use, arrival, turn);
  const bool resolved = resolve_by_event(use, arrival, turn);
  if (auto* const silence = std::get_if<SilenceMatcher>(&matcher_)) {
    if (!use.steps.empty()) hear(*silence, arrival.event, turn);
  } else if (!resolved) {
    match(use, arrival, turn);
  }
  if (news && !first) keep_latest(use, arrival, turn);
  announce(mark, arrival.fingerprint(), turn);
}

void RuleState::take_back(const Use& use, Arrival& arrival, Turn& turn) {
  const Event& event = arrival.event;
  const auto unset = [&](std::uint16_t s) { return !event.slots[s].is_set(); };
  if (std::ranges::any_of(use.cancels->key_slots, unset)) {
    if (use.steps.empty()) ++counters_.unkeyed;
    return;
  }
  if (use.steps.empty()) ++counters_.evaluated;
  std::ranges::transform(use.cancels->key_slots, key_values_.begin(),
                         [&](auto s) { return event.slots[s]; });
  make_keys(*use.cancels, event);
  show_event(event, turn);
  show_latest(event, turn);
  if (test(use.cancels->where, turn) != Truth::yes) return;
  MatchContext with = context(turn);
  std::get<SequenceMatcher>(matcher_).cancel(key_, identity_, arrival, with);
  Episode* const episode = episodes_.find(identity_);
  if (episode == nullptr) return;
  const Absence& absence = *absence_of(rule_->form);
  if (episodes_.take_back(*episode, key_.bytes, event.ts - absence.within,
                          event.ts + absence.look_back)) {
    resolve(*episode, Reason::retracted_late, turn);
  }
}

bool RuleState::resolve_by_event(const Use& use, Arrival& arrival, Turn& turn) {
  if (use.resolves == nullptr || arrival.repeat || episodes_.size() == 0) return false;
  const Value* const slots = arrival.event.slots.data();
  if (!make_key(identity_bytes_, slots, use.resolves->key_slots)) return false;
  Episode* const episode = episodes_.find({identity_bytes_, hash_key(identity_bytes_)});
  if (episode == nullptr || arrival.event.ts < episode->opener.event->ts()) return false;

  std::ranges::fill(key_values_, Value{});
  for (std::size_t i = 0; i < use.resolves->key_slots.size(); ++i) {
    key_values_[rule_->alert.identity[i]] = slots[use.resolves->key_slots[i]];
  }
  show_event(arrival.event, turn);
  missing_ = 0;
  const bool resolves = test(use.resolves->where, turn) == Truth::yes;
  if (resolves) resolve(*episode, Reason::or_event, turn);
  return resolves;
}

void RuleState::match(const Use& use, Arrival& arrival, Turn& turn) {
  if (use.steps.empty() || !keyed(*use.steps.front().alternative, arrival.event)) return;
  const std::span<const Held> held = test_steps(use, arrival.event, turn);
  if (held.empty()) return;
  make_keys(*held.front().alternative, arrival.event);
  if (!arrival.repeat) return meet_key(held.front(), arrival, turn);
  Episode* const episode = episodes_.find(identity_);
  if (episode != nullptr && contributes_again(held.front(), turn)) {
    episodes_.keep_open(*episode, turn);
  }
}

// Of a repeat.
bool RuleState::contributes_again(const Held& first, Turn& turn) {
  if (!contributes(first)) return false;
  if (!std::holds_alternative<SustainedMatcher>(matcher_)) return true;
  MatchContext with = context(turn);
  return SustainedMatcher::contributes(first, with);
}

void RuleState::keep_latest(const Use& use, Arrival& arrival, Turn& turn) {
  const Event& event = arrival.event;
  const auto& slots = use.latest.front().alternative->key_slots;
  if (std::ranges::any_of(slots, [&](auto s) { return !event.slots[s].is_set(); })) {
    if (use.steps.empty()) ++counters_.unkeyed;
    return;
  }
  std::ranges::transform(slots, key_values_.begin(), [&](auto s) { return event.slots[s]; });
  make_keys(*use.latest.front().alternative, event);
  show_event(event, turn);
  missing_ = 0;
  MatchContext with = context(turn);
  for (const Held& cell : use.latest) {
    if (test(cell.alternative->where, turn) == Truth::yes) {
      latest_.keep(cell.step, key_, arrival, with);
    }
  }
}

bool RuleState::judged_again(const Use& use) const {
  return std::holds_alternative<SustainedForm>(rule_->form) && !use.steps.empty() &&
         !contributes(use.steps.front());
}

// Requires: make_keys() was called for the event.
void RuleState::show_latest(const Event& event, Turn& turn) {
  missing_ =
      rule_->latest.empty() ? 0 : latest_.show(key_, event.ts, event.arr, *rule_, turn.evaluation);
}

// Of the event that is shown. What goes wrong is noted.
Truth RuleState::test(const cel::Program& condition, Turn& turn) {
  MatchContext with = context(turn);
  return truth_of(condition, with);
}

bool RuleState::keyed(const Pattern::Alternative& alternative, const Event& event) {
  const auto& slots = alternative.key_slots;
  const bool all = std::ranges::all_of(slots, [&](auto s) { return event.slots[s].is_set(); });
  ++(all ? counters_.evaluated : counters_.unkeyed);
  return all;
}

std::span<const Held> RuleState::test_steps(const Use& use, const Event& event, Turn& turn) {
  const auto& slots = use.steps.front().alternative->key_slots;
  std::ranges::transform(slots, key_values_.begin(), [&](auto s) { return event.slots[s]; });
  show_event(event, turn);
  if (!rule_->latest.empty()) {
    make_keys(*use.steps.front().alternative, event);
    show_latest(event, turn);
  }
  held_.clear();
  for (const Held& step : use.steps) {
    if (test(step.alternative->where, turn) != Truth::yes) continue;
    const auto value = measure(*step.alternative, turn.evaluation, notes_);
    if (value) held_.push_back({step.step, step.alternative, *value});
  }
  return held_;
}

void RuleState::make_keys(const Pattern::Alternative& alternative, const Event& event) {
  make_key(key_bytes_, event.slots.data(), alternative.key_slots);
  key_ = identity_ = {key_bytes_, hash_key(key_bytes_)};
  if (rule_->alert.identity.size() == rule_->for_each.size()) return;
  identity_slots_.clear();
  for (const std::uint16_t i : rule_->alert.identity) {
    identity_slots_.push_back(alternative.key_slots[i]);
  }
  make_key(identity_bytes_, event.slots.data(), identity_slots_);
  identity_ = {identity_bytes_, hash_key(identity_bytes_)};
}

void RuleState::meet_key(const Held& first, Arrival& arrival, Turn& turn) {
  Episode* const episode = episodes_.find(identity_);
  MatchContext with = context(turn);
  const Question question{held_, key_, identity_};
  bound_.clear();
  const bool matched = std::visit(
      [&](auto& form) {
        return form.on_arrival(question, arrival, with, episode ? nullptr : &bound_);
      },
      matcher_);
  count_outcome(matched);

  if (episode != nullptr) {
    follow(*episode, first, arrival, with, turn);
  } else if (matched && episodes_.armed(identity_, turn.at)) {
    make_room(turn);
    show_event(arrival.event, turn);
    const Opening opening{.by = {arrival.kept(), first.step}, .measured = with.measured};
    Episode& opened = episodes_.open(identity_, bound_, opening, turn);
    note_condition(opened, with.condition, turn);
    order_children(opened, turn);
  }
  bound_.clear();
}

void RuleState::note_condition(Episode& episode, Condition condition, Turn& turn) {
  if (condition == Condition::holds) episodes_.condition_holds(episode, key_, turn);
  if (condition == Condition::broken) episodes_.condition_broke(episode, key_, turn);
}

// An event of the key of an open alert.
void RuleState::follow(Episode& episode, const Held& first, Arrival& arrival, MatchContext& with,
                       Turn& turn) {
  if (const auto* const roll_up = std::get_if<RollUpMatcher>(&matcher_)) {
    if (roll_up->is_below(episode.key_view(), with)) {
      return resolve(episode, Reason::below_threshold, turn);
    }
    if (!RollUpMatcher::is_opening(arrival.event)) return;
  }
  if (with.measured) episode.measured = with.measured;
  if (contributes(first) && with.contributes) {
    episodes_.contribute(episode, {arrival, first.step, first.alternative}, turn);
  }
  note_condition(episode, with.condition, turn);
}

// The alerts below a roll-up that was opened or resolved.
void RuleState::order_children(const Episode& parent, Turn& turn) {
  const auto* const roll_up = std::get_if<RollUpMatcher>(&matcher_);
  if (roll_up == nullptr) return;
  const std::string& child = std::get<RollUpForm>(rule_->form).child;
  for (std::string& key : roll_up->children(parent.key_view())) {
    turn.levels.order({child, std::move(key)});
  }
}

void RuleState::look_up(const ChildOrder& order, Turn& turn) {
  Episode* const episode = episodes_.find({order.key, hash_key(order.key)});
  if (episode != nullptr) episodes_.look_up(*episode, turn);
}

void RuleState::make_room(Turn& turn) {
  while (episodes_.full() && episodes_.size() > 0) {
    notes_.evicted(LimitKind::alerts);
    resolve(episodes_.oldest(), Reason::evicted, turn);
  }
}

MatchContext RuleState::context(Turn& turn) {
  MatchContext with{*rule_, turn.rules,  turn.evaluation, notes_,
                    order_, turn.timers, turn.gateways,   latest_};
  with.missing = missing_;
  return with;
}

// What `e` and `key` read until a revision is rendered.
void RuleState::show_event(const Event& event, Turn& turn) {
  turn.evaluation.set_event(event.slots.data());
  turn.evaluation.set_key(key_values_.data());
}

void RuleState::show_event(const KeptEvent& event, const Pattern& pattern, Turn& turn) {
  const auto* const alternative = alternative_for(pattern, event.type());
  std::ranges::fill(key_values_, Value{});
  for (std::size_t i = 0; alternative != nullptr && i < key_values_.size(); ++i) {
    key_values_[i] = event.slot(alternative->key_slots[i]);
  }
  turn.evaluation.set_event(event);
  turn.evaluation.set_key(key_values_.data());
}

void RuleState::count_outcome(bool matched) {
  ++(matched ? counters_.matches : counters_.pending);
  for (const Held& held : held_) ++counters_.step_bound[held.step];
}

void RuleState::fire(Timer& timer, Turn& turn) {
  const std::size_t mark = turn.out.size();
  if (timer.phase == TimerPhase::match) {
    match_later(timer, turn);
    return announce(mark, 0, turn);
  }
  auto& episode = static_cast<Episode&>(*timer.owner);
  if (episode.kind != AlertKind::rule) {
    health_.resolve(episode.kind, Reason::quiet, turn);
  } else if (timer.phase == TimerPhase::resolve) {
    resolve(episode, episodes_.timed_reason(episode), turn);
  } else {
    episodes_.update(episode, turn);
  }
  announce(mark, 0, turn);
}

void RuleState::match_later(Timer& timer, Turn& turn) {
  if (auto* const silence = std::get_if<SilenceMatcher>(&matcher_)) {
    match_silence(*silence, turn);
  } else if (std::holds_alternative<SequenceMatcher>(matcher_)) {
    match_absence(timer, turn);
  } else {
    match_sustained(timer, turn);
  }
}

void RuleState::match_absence(Timer& timer, Turn& turn) {
  const auto& owner = static_cast<const Absences&>(*timer.owner);
  const std::string key = owner.key;
  const std::string identity = owner.identity;
  MatchContext with = context(turn);
  const auto match = std::get<SequenceMatcher>(matcher_).decide(timer, with, turn.at);
  if (!match || rule_->mode == Mode::disabled) return;  // a disabled rule hears no cancelling event
  ++counters_.matches;

  const Opening opening{.by = match->bound.back(),
                        .awaited = match->t + absence_of(rule_->form)->within,
                        .degraded = match->degraded};
  Episode* const episode = open_later({identity, hash_key(identity)}, match->bound, opening, turn);
  if (episode != nullptr) episodes_.add_absence(*episode, {key, match->t}, turn);
}

void RuleState::match_sustained(Timer& timer, Turn& turn) {
  const SustainedMatch match = SustainedMatcher::decide(timer);
  if (rule_->mode == Mode::disabled) return;  // it hears no sample that breaks
  ++counters_.matches;
  std::vector<Bound> bound{match.start};
  if (match.newest.event != match.start.event) bound.push_back(match.newest);
  const Opening opening{.by = match.start, .newest = match.newest};
  const KeyView identity{match.identity, hash_key(match.identity)};
  Episode* const episode = open_later(identity, bound, opening, turn);
  if (episode == nullptr) return;
  episodes_.condition_holds(*episode, {match.key, hash_key(match.key)}, turn);
}

// A match that waited: the open alert, or a new one; nullptr: not armed.
Episode* RuleState::open_later(KeyView identity, const std::vector<Bound>& bound,
                               const Opening& opening, Turn& turn) {
  if (Episode* const episode = episodes_.find(identity)) return episode;
  if (!episodes_.armed(identity, turn.at)) return nullptr;
  make_room(turn);
  const Bound& last = opening.newest.event ? opening.newest : opening.by;
  show_event(*last.event, pattern_of(rule_->form, last.step), turn);
  return &episodes_.open(identity, bound, opening, turn);
}

void RuleState::hear(SilenceMatcher& silence, const Event& event, Turn& turn) {
  MatchContext with = context(turn);
  const auto heard = silence.hear(event.text(CommonSlot::device_id), event.type, with, turn.at);
  if (!heard) return;
  ++counters_.evaluated;
  ++counters_.pending;
  ++counters_.step_bound[0];
  if (heard->alert == 0) return;
  leave(identity_of(silence.key_of(heard->row)), heard->alert, Reason::on_first_event, turn);
}

// A device of the alert is silent no more, or watched no more.
void RuleState::leave(KeyView identity, std::uint32_t alert, Reason reason, Turn& turn) {
  Episode* const episode = episodes_.find(identity);
  if (episode == nullptr || episode->number != alert || --episode->silent_devices > 0) return;
  const bool ends = rule_->alert.resolve.on_first_event || reason != Reason::on_first_event;
  if (ends) resolve(*episode, reason, turn);
}

KeyView RuleState::identity_of(std::string_view key) {
  const std::vector<OwnedValue> values = decode_key(key);
  identity_bytes_.clear();
  for (const std::uint16_t i : rule_->alert.identity) append_key(identity_bytes_, values[i].view());
  return {identity_bytes_, hash_key(identity_bytes_)};
}

void RuleState::match_silence(SilenceMatcher& silence, Turn& turn) {
  MatchContext with = context(turn);
  const auto silent = silence.decide(with, turn.at);
  if (!silent) return;
  ++counters_.matches;
  Event device;
  silence.describe(*silent, std::get<SilenceForm>(rule_->form), device);
  Arrival arrival(device, hash_key(device.text(CommonSlot::device_id)), false);
  const auto* const signs = alternative_for(pattern_of(rule_->form, 0), device.type);
  make_keys(*signs, device);
  std::ranges::transform(signs->key_slots, key_values_.begin(),
                         [&](auto s) { return device.slots[s]; });

  Episode* episode = episodes_.find(identity_);
  if (episode != nullptr) {
    show_event(device, turn);
    episodes_.contribute(*episode, {arrival, 0, signs}, turn);
  } else {
    if (!episodes_.armed(identity_, turn.at)) return;
    make_room(turn);
    show_event(device, turn);
    const Bound by{arrival.kept(), 0};
    episode = &episodes_.open(identity_, {by}, {.by = by, .awaited = turn.at}, turn);
  }
  ++episode->silent_devices;
  silence.join(*silent, episode->number);
}

void RuleState::watch(Turn& turn) {
  auto* const silence = std::get_if<SilenceMatcher>(&matcher_);
  if (silence == nullptr) return;
  const std::size_t mark = turn.out.size();
  MatchContext with = context(turn);
  for (const SilenceMatcher::Left& left : silence->watch(with, turn.at, counters_.unkeyed)) {
    leave(identity_of(left.key), left.alert, Reason::decommissioned, turn);
  }
  announce(mark, 0, turn);
}

void RuleState::stop_watching(TimerQueue& timers) {
  if (auto* const silence = std::get_if<SilenceMatcher>(&matcher_)) silence->stop_timer(timers);
}

void RuleState::go_on_watching(Turn& turn) {
  auto* const silence = std::get_if<SilenceMatcher>(&matcher_);
  if (silence == nullptr) return;
  MatchContext with = context(turn);
  silence->set_timer(with);
}

void RuleState::resume(std::string_view gateway, Turn& turn) {
  if (auto* const silence = std::get_if<SilenceMatcher>(&matcher_)) {
    MatchContext with = context(turn);
    return silence->resume(gateway, with, turn.at);
  }
  auto* const sequence = std::get_if<SequenceMatcher>(&matcher_);
  if (sequence == nullptr || absence_of(rule_->form) == nullptr) return;
  MatchContext with = context(turn);
  sequence->resume(gateway, with, turn.at);
}

void RuleState::postpone(Timestamp down, Timestamp up, Timestamp at, Turn& turn) {
  if (auto* const silence = std::get_if<SilenceMatcher>(&matcher_)) {
    MatchContext with = context(turn);
    return silence->postpone(down, up, with);
  }
  auto* const sequence = std::get_if<SequenceMatcher>(&matcher_);
  if (sequence == nullptr || absence_of(rule_->form) == nullptr) return;
  MatchContext with = context(turn);
  sequence->postpone(down, up, at, with);
}

void RuleState::resolve(Episode& episode, Reason reason, Turn& turn) {
  std::visit([&](auto& form) { form.discard(episode.key_view()); }, matcher_);
  order_children(episode, turn);
  episodes_.resolve(episode, reason, turn);
}

void RuleState::retune(Turn& turn) {
  const std::size_t mark = turn.out.size();
  MatchContext with = context(turn);
  latest_.retune(with, turn.at);
  std::visit([&](auto& form) { form.retune(with, turn.at); }, matcher_);
  episodes_.retune(turn);
  watch(turn);
  end_below_threshold(turn);
  turn.evaluation.reset();
  announce(mark, 0, turn);
}

// A roll-up whose threshold was raised over what it has.
void RuleState::end_below_threshold(Turn& turn) {
  const auto* const roll_up = std::get_if<RollUpMatcher>(&matcher_);
  if (roll_up == nullptr) return;
  MatchContext with = context(turn);
  for (Episode* const episode : episodes_.in_order()) {
    if (roll_up->is_below(episode->key_view(), with))
      resolve(*episode, Reason::below_threshold, turn);
  }
}

void RuleState::resolve_all(Reason reason, Turn& turn) {
  health_.resolve(AlertKind::rule_error, reason, turn);
  health_.resolve(AlertKind::rule_limit, reason, turn);
  for (Episode* const episode : episodes_.in_order()) resolve(*episode, reason, turn);
  counters_.open_alerts = 0;
}

std::size_t RuleState::close(const CloseCommand& command, Turn& turn) {
  const std::size_t mark = turn.out.size();
  std::size_t closed = health_.close(command.alert_id, turn);
  for (Episode* const episode : episodes_.in_order()) {
    if (!is_named(*episode, command)) continue;
    resolve(*episode, Reason::manual, turn);
    ++closed;
  }
  announce(mark, 0, turn);
  return closed;
}

bool RuleState::is_named(const Episode& episode, const CloseCommand& command) const {
  if (!command.alert_id.empty()) return episode.alert_id == command.alert_id;
  if (!command.rule.empty() && command.rule != rule_->name) return false;
  const std::vector<OwnedValue> values = decode_key(episode.key);
  if (values.size() != command.key.size()) return false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::pair wanted(rule_->for_each[rule_->alert.identity[i]], to_text(values[i].view()));
    if (std::ranges::find(command.key, wanted) == command.key.end()) return false;
  }
  return true;
}

void RuleState::announce(std::size_t mark, std::uint64_t opener, Turn& turn) {
  health_.announce(mark, opener, turn);
  counters_.open_alerts = episodes_.size();
  counters_.keys = std::visit([](const auto& form) { return form.keys(); }, matcher_);
}

namespace {

std::vector<std::string> identity_names(const Rule& rule) {
  std::vector<std::string> names;
  for (const std::uint16_t i : rule.alert.identity) names.push_back(rule.for_each[i]);
  return names;
}

}  // namespace

bool continues(const Rule& before, const Rule& after) {
  return before.match_hash == after.match_hash && before.form.index() == after.form.index() &&
         step_count(before.form) == step_count(after.form) &&
         pattern_count(before.form) == pattern_count(after.form) &&
         (absence_of(before.form) == nullptr) == (absence_of(after.form) == nullptr) &&
         before.for_each == after.for_each && identity_names(before) == identity_names(after);
}

bool carries(const Rule& before, const Rule& after) {
  return after.carry_firing && identity_names(before) == identity_names(after);
}

}  // namespace tocsin::rules
