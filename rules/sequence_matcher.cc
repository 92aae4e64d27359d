#include "rules/sequence_matcher.h"

#include <algorithm>

#include "rules/sequence_search.h"

namespace tocsin::rules {
namespace {

const SequenceForm& form_of(const MatchContext& context) {
  return std::get<SequenceForm>(context.rule.form);
}

// One step completes itself: nothing waits for another.
Duration steps_kept_for(const SequenceForm& form) {
  return form.steps.size() > 1 ? form.kept_for() : Duration{};
}

// Long enough for every completion that the steps kept with it can still make.
Duration absent_kept_for(const SequenceForm& form) {
  return steps_kept_for(form) + form.absent->look_back + form.absent->within;
}

}  // namespace

SequenceMatcher::State& SequenceMatcher::touch(KeyView key, KeyView identity, Timestamp now,
                                               MatchContext& context) {
  State& state = table_.touch(key, identity, now, context.rule.limits.max_keys, context.notes);
  state.steps.resize(form_of(context).steps.size());
  return state;
}

Absences& SequenceMatcher::absences(State& state, KeyView identity, MatchContext& context) {
  if (!state.absences) {
    state.absences = std::make_unique<Absences>(state.key_view(), identity, context.order);
  }
  return *state.absences;
}

bool SequenceMatcher::on_arrival(const Question& question, Arrival& arrival, MatchContext& context,
                                 std::vector<Bound>* bound) {
  const SequenceForm& form = form_of(context);
  const Timestamp now = arrival.event.arr;
  State& state = touch(question.key, question.identity, now, context);
  for (KeptWindow& step : state.steps) step.drop_expired_front(now);
  state.untils.drop_expired_front(now);

  const bool is_until = question.held.back().step == form.steps.size();
  SequenceSearch search(state.steps, state.untils, arrival, is_until, context);
  const bool complete = std::ranges::any_of(question.held, [&](const Held& held) {
    return held.step < form.steps.size() && search.run(held.step);
  });
  std::vector<Bound> steps;
  if (complete && (form.absent || bound != nullptr)) steps = search.bound();
  keep(state, question, arrival, context);  // from here on the search points at nothing
  if (!complete) return false;
  take(state, form);
  if (form.absent) {
    Absences& waiting = absences(state, question.identity, context);
    waiting.wait(std::move(steps), context, now);
    state.need_until(waiting.last_needed());
  } else if (bound != nullptr) {
    *bound = std::move(steps);
  }
  return !form.absent;
}

void SequenceMatcher::keep(State& state, const Question& question, Arrival& arrival,
                           MatchContext& context) {
  const SequenceForm& form = form_of(context);
  const KeptEntry entry =
      make_entry(arrival.kept(), steps_kept_for(form), context.lateness(arrival.event.type));
  state.need_until(entry.expires);
  for (const Held& held : question.held) {
    const bool is_step = held.step < form.steps.size();
    if (is_step && form.steps.size() == 1) continue;
    insert(state, held.step, entry, context, arrival.event.arr);
  }
}

// Only what may be bound is a candidate: one `until` too few would let a match through.
void SequenceMatcher::insert(State& state, std::size_t step, const KeptEntry& entry,
                             MatchContext& context, Timestamp now) {
  const SequenceForm& form = form_of(context);
  const bool is_candidate = step < form.steps.size() && !form.join.empty();
  KeptWindow& window = step < form.steps.size() ? state.steps[step] : state.untils;
  window.insert(entry);
  const std::size_t most = is_candidate ? form.keep : context.rule.limits.max_events_per_window;
  context.notes.evicted(is_candidate ? LimitKind::candidates : LimitKind::events,
                        window.keep_newest(most, now));
}

void SequenceMatcher::take(State& state, const SequenceForm& form) {
  const bool anchor = form.after_match == SequenceForm::AfterMatch::keep_anchor;
  for (std::size_t i = anchor ? 1 : 0; i < state.steps.size(); ++i) state.steps[i] = {};
}

void SequenceMatcher::discard(KeyView identity) {
  table_.for_each_of(identity, [this](State& state) {
    if (!state.absences || state.absences->idle()) return table_.erase(state);
    for (KeptWindow& step : state.steps) step = {};
    state.untils = {};
  });
}

void SequenceMatcher::cancel(KeyView key, KeyView identity, Arrival& arrival,
                             MatchContext& context) {
  State& state = touch(key, identity, arrival.event.arr, context);
  const KeptEntry entry = make_entry(arrival.kept(), absent_kept_for(form_of(context)),
                                     context.lateness(arrival.event.type));
  state.need_until(entry.expires);
  absences(state, identity, context).arrived(entry, context);
}

std::optional<AbsenceMatch> SequenceMatcher::decide(Timer& timer, MatchContext& context,
                                                    Timestamp now) {
  auto& pending = static_cast<PendingAbsence&>(timer);
  auto& owner = static_cast<Absences&>(*timer.owner);
  auto match = owner.decide(pending, context, now);
  if (!match) {
    table_.for_each_of(owner.key_view(),
                       [&](State& state) { state.need_until(owner.last_needed()); });
  }
  return match;
}

void SequenceMatcher::resume(std::string_view gateway, MatchContext& context, Timestamp now) {
  for (State* const state : table_.in_order()) {
    if (state->absences) state->absences->resume(gateway, context, now);
  }
}

void SequenceMatcher::postpone(Timestamp down, Timestamp up, Timestamp at, MatchContext& context) {
  for (State* const state : table_.in_order()) {
    if (!state->absences) continue;
    state->absences->postpone(down, up, at, context);
    state->need_until(state->absences->last_needed());
  }
}

void SequenceMatcher::retune(MatchContext& context, Timestamp now) {
  for (State* const state : table_.in_order()) {
    retune(*state, context, now);
    if (state->expires == Timestamp::min()) table_.erase(*state);
  }
}

void SequenceMatcher::retune(State& state, MatchContext& context, Timestamp now) {
  const SequenceForm& form = form_of(context);
  state.expires = Timestamp::min();
  const auto test = [&](KeptWindow& window, std::size_t step, const Pattern& pattern) {
    std::vector<KeptEntry> kept;
    window.drop_expired(now);
    for (const KeptEntry& old : window.entries()) {
      if (test_again(*old.event, pattern, context) == nullptr) continue;
      KeptEntry entry =
          make_entry(old.event, steps_kept_for(form), context.lateness(old.event->type()));
      if (entry.live(now)) kept.push_back(std::move(entry));
    }
    window = {};
    for (const KeptEntry& entry : kept) insert(state, step, entry, context, now);
    state.need_until(window.last_expiry());
  };
  for (std::size_t i = 0; i < state.steps.size(); ++i)
    test(state.steps[i], i, form.steps[i].pattern);
  if (form.until) test(state.untils, form.steps.size(), *form.until);
  if (!state.absences) return;
  state.absences->retune(context, now, absent_kept_for(form));
  state.need_until(state.absences->last_needed());
}

}  // namespace tocsin::rules
