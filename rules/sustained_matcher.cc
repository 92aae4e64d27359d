#include "rules/sustained_matcher.h"

#include <algorithm>
#include <chrono>

namespace tocsin::rules {
namespace {

constexpr Duration kForgottenAfter = std::chrono::hours(24);

const SustainedForm& sustained_of(const MatchContext& context) {
  return std::get<SustainedForm>(context.rule.form);
}

}  // namespace

SustainedMatcher::Run::Run(const Question& question, Sample first, MatchContext& context)
    : identity(question.identity.bytes), start(std::move(first.event)), timers(context.timers) {
  key = question.key.bytes;
  hash = question.key.hash;
  order = &context.order;
}

SustainedMatcher::Run::Run(KeyView of, TimerQueue& in, const RuleOrder& rule) : timers(in) {
  key = of.bytes;
  hash = of.hash;
  order = &rule;
}

bool SustainedMatcher::on_arrival(const Question& question, Arrival& arrival, MatchContext& context,
                                  const std::vector<Bound>* bound) {
  const SustainedForm& form = sustained_of(context);
  const Event& event = arrival.event;
  State* state = living(question.key, event.arr);
  const Held& held = question.held.front();
  const bool is_sample = held.step == 0;
  const auto* const by = is_sample ? held.alternative : remembered(state, event, context);
  context.contributes = false;
  if (by == nullptr) return false;
  const Said said = judge(*by, context);
  if (said == Said::error) return false;
  context.contributes = is_sample && said == Said::holds;
  if (state == nullptr && said != Said::holds && !form.also_on) return false;

  state = &table_.touch(question.key, question.identity, event.arr, context.rule.limits.max_keys,
                        context.notes);
  Sample sample{{}, by->type, event.ts, event.arr, said};
  if (!is_sample) sample.event = state->sample;
  if (is_sample && (said == Said::holds || form.also_on)) sample.event = arrival.kept();
  take(*state, question, sample, context);
  if (Run* const run = state->run.get()) {
    const bool again = run->matched && said == Said::holds && bound != nullptr;
    if (again) context.timers.set(run->timer, event.arr);
    if (!run->matched) schedule(*run, form, event.arr);
  }
  settle(*state, sample, context);
  return false;
}

// What a key has left must not depend on whether other keys let it be forgotten in time.
SustainedMatcher::State* SustainedMatcher::living(KeyView key, Timestamp now) {
  State* const state = table_.find(key);
  if (state == nullptr || state->expires >= now) return state;
  table_.erase(*state);
  return nullptr;
}

bool SustainedMatcher::contributes(const Held& held, MatchContext& context) {
  return judge(*held.alternative, context) == Said::holds;
}

SustainedMatcher::Said SustainedMatcher::judge(const Pattern::Alternative& alternative,
                                               MatchContext& context) {
  const Truth holds = truth_of(alternative.holds, context);
  if (holds == Truth::error) return Said::error;
  const bool unless = alternative.breaks.empty();
  if (unless) return holds == Truth::yes ? Said::holds : Said::breaks;
  const Truth breaks = truth_of(alternative.breaks, context);
  if (breaks == Truth::error) return Said::error;
  if (breaks == Truth::yes) return Said::breaks;
  return holds == Truth::yes ? Said::holds : Said::nothing;
}

// The newest sample, shown again, if it is not too old to say anything.
const Pattern::Alternative* SustainedMatcher::remembered(const State* state, const Event& event,
                                                         MatchContext& context) const {
  const SustainedForm& form = sustained_of(context);
  if (state == nullptr || !state->sample || event.ts - state->sample->ts() > form.max_gap)
    return nullptr;
  context.evaluation.set_event(*state->sample);
  return alternative_for(form.pattern, state->sample->type());
}

void SustainedMatcher::take(State& state, const Question& question, const Sample& sample,
                            MatchContext& context) {
  const SustainedForm& form = sustained_of(context);
  if (state.run && sample.ts < state.run->newest_ts) {
    ++state.run->samples;
    return;
  }
  const bool gap = state.run && sample.ts - state.run->newest_ts > form.max_gap;
  if (gap && form.on_gap == SustainedForm::OnGap::ends) {
    state.run.reset();
    context.condition = Condition::broken;
  }
  if (sample.said == Said::breaks) {
    state.broken = std::max(state.broken, sample.ts);
    state.run.reset();
    context.condition = Condition::broken;
  }
  if (sample.said == Said::holds && sample.ts >= state.broken) {
    if (!state.run) state.run = std::make_unique<Run>(question, sample, context);
    state.run->newest = sample.event;
    context.condition = Condition::holds;
  }
  if (state.run) add(*state.run, sample, form);
}

void SustainedMatcher::add(Run& run, const Sample& sample, const SustainedForm& form) {
  if (run.samples > 0) {
    const Duration since = sample.ts - run.newest_ts;
    if (since <= form.max_gap || form.on_gap == SustainedForm::OnGap::hold) run.counted += since;
  }
  run.newest_ts = sample.ts;
  run.newest_arr = sample.arr;
  ++run.samples;
}

// The earliest moment from now on at which the counted time reaches `for`.
void SustainedMatcher::schedule(Run& run, const SustainedForm& form, Timestamp now) {
  const Duration rest = form.lasts - run.counted;
  const bool enough = rest <= Duration{};
  const Timestamp due = enough ? now : std::max(run.newest_ts + rest, now);
  const bool counts = enough || due - run.newest_ts <= form.max_gap;
  if (counts && run.samples >= form.min_samples) return run.timers.set(run.timer, due);
  run.timers.clear(run.timer);
}

void SustainedMatcher::settle(State& state, const Sample& sample, MatchContext& context) {
  const SustainedForm& form = sustained_of(context);
  const bool newer = form.also_on && (!state.sample || state.sample->ts() <= sample.event->ts());
  if (newer) state.sample = sample.event;
  keep_until(state, std::max(sample.ts, sample.arr), context.lateness(sample.type), form);
}

void SustainedMatcher::keep_until(State& state, Timestamp seen, Duration lateness,
                                  const SustainedForm& form) {
  const bool waits = state.run && form.on_gap != SustainedForm::OnGap::ends;
  const Duration kept = waits ? std::max(form.max_gap, kForgottenAfter) : form.max_gap;
  state.expires = std::max(state.expires, seen + kept + lateness);
}

SustainedMatch SustainedMatcher::decide(Timer& timer) {
  Run& run = static_cast<Run&>(*timer.owner);
  run.matched = true;
  return {run.key, run.identity, {run.start, 0}, {run.newest, 0}};
}

void SustainedMatcher::retune(MatchContext& context, Timestamp now) {
  const SustainedForm& form = sustained_of(context);
  for (State* const state : table_.in_order()) {
    if (state->expires < now) {
      table_.erase(*state);
      continue;
    }
    const auto stays = [&](const KeptRef& event) {
      const auto* const by = event ? test_again(*event, form.pattern, context) : nullptr;
      return by != nullptr;
    };
    if (!form.also_on || !stays(state->sample)) state->sample = {};
    Run* const run = state->run.get();
    if (run == nullptr) continue;
    const auto* const by = test_again(*run->newest, form.pattern, context);
    if (by == nullptr || judge(*by, context) != Said::holds) {
      state->run.reset();
      continue;
    }
    keep_until(*state, std::max(run->newest_ts, run->newest_arr), context.lateness(by->type), form);
    if (!run->matched) schedule(*run, form, now);
  }
}

}  // namespace tocsin::rules
