#include "rules/aggregate_matcher.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace tocsin::rules {
namespace {

// The smallest value that at least `percent` of all values do not exceed.
double nearest_rank(std::vector<double>& values, std::size_t percent) {
  const std::size_t rank = (values.size() * percent + 99) / 100;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::ranges::nth_element(values, at);
  return *at;
}

}  // namespace

bool AggregateMatcher::on_arrival(const Question& question, Arrival& arrival, MatchContext& context,
                                  std::vector<Bound>* bound) {
  const auto& form = std::get<AggregateForm>(context.rule.form);
  const Event& event = arrival.event;
  State& state = table_.touch(question.key, question.identity, event.arr,
                              context.rule.limits.max_keys, context.notes);
  state.window.drop_expired_front(event.arr);
  KeptEntry entry = make_entry(arrival.kept(), form.window, context.lateness(event.type));
  entry.value = std::bit_cast<std::uint64_t>(question.held.front().value);
  state.expires = std::max(state.expires, entry.expires);
  state.window.insert(std::move(entry));

  choose(state.window.entries(), form.window, event.arr);
  const bool inside = event.ts > chosen_.back()->ts - form.window;
  const bool matched = inside && decide(form, context);
  if (matched && bound != nullptr) {
    for (const KeptEntry* const kept : chosen_) bound->push_back({kept->event, 0});
  }
  context.notes.evicted(
      LimitKind::events,
      state.window.keep_newest(context.rule.limits.max_events_per_window, event.arr));
  return matched;
}

// Requires: one of them lives.
void AggregateMatcher::choose(std::span<const KeptEntry> entries, Duration window, Timestamp now) {
  chosen_.clear();
  for (std::size_t i = entries.size(); i > 0; --i) {
    const KeptEntry& entry = entries[i - 1];
    if (!entry.live(now)) continue;
    if (!chosen_.empty() && entry.ts <= chosen_.front()->ts - window) break;
    chosen_.push_back(&entry);
  }
  std::ranges::reverse(chosen_);
  values_.clear();
  for (const KeptEntry* const entry : chosen_) {
    values_.push_back(std::bit_cast<double>(entry->value));
  }
}

bool AggregateMatcher::decide(const AggregateForm& form, MatchContext& context) {
  if (values_.size() < form.min_samples) return false;
  const double value = result(form);
  const bool holds = form.over ? value > form.threshold : value < form.threshold;
  const bool broken = form.over ? value <= form.clear : value >= form.clear;
  context.measured = value;
  if (holds) context.condition = Condition::holds;
  if (broken) context.condition = Condition::broken;
  return holds;
}

double AggregateMatcher::result(const AggregateForm& form) {
  using enum AggregateForm::Fn;
  const auto total = [&] { return std::accumulate(values_.begin(), values_.end(), 0.0); };
  switch (form.fn) {
    case avg: return total() / static_cast<double>(values_.size());
    case min: return *std::ranges::min_element(values_);
    case max: return *std::ranges::max_element(values_);
    case sum: break;
    case rate: return total() * 1000 / static_cast<double>(form.window.count());
    case p50: return nearest_rank(values_, 50);
    case p95: return nearest_rank(values_, 95);
    case count: return static_cast<double>(values_.size());
  }
  return total();
}

void AggregateMatcher::retune(MatchContext& context, Timestamp now) {
  const auto& form = std::get<AggregateForm>(context.rule.form);
  for (State* const state : table_.in_order()) {
    state->window.drop_expired(now);
    state->window.retain([&](KeptEntry& entry) {
      const KeptEvent& event = *entry.event;
      const Pattern::Alternative* const by = test_again(event, form.pattern, context);
      const auto value =
          by == nullptr ? std::nullopt : measure(*by, context.evaluation, context.notes);
      if (!value) return false;
      entry = make_entry(entry.event, form.window, context.lateness(event.type()));
      entry.value = std::bit_cast<std::uint64_t>(*value);
      return entry.live(now);
    });
    context.notes.evicted(LimitKind::events, state->window.keep_newest(
                                                 context.rule.limits.max_events_per_window, now));
    state->expires = state->window.last_expiry();
    if (state->window.empty()) table_.erase(*state);
  }
}

}  // namespace tocsin::rules
