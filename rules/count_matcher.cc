#include "rules/count_matcher.h"

#include <algorithm>

#include "rules/distinct.h"

namespace tocsin::rules {

void CountMatcher::Tally::clear() {
  constexpr std::size_t kWorthKeeping = 4096;  // clearing costs what the table once needed
  events_ = 0;
  if (values_.bucket_count() > kWorthKeeping) values_ = {};
  values_.clear();
}

void CountMatcher::Tally::add(const KeptEntry& entry) {
  ++events_;
  if (distinct_ && entry.value != 0) ++values_[entry.value];
}

void CountMatcher::Tally::remove(const KeptEntry& entry) {
  --events_;
  if (!distinct_ || entry.value == 0) return;
  const auto at = values_.find(entry.value);
  if (--at->second == 0) values_.erase(at);
}

bool CountMatcher::on_arrival(const Question& question, Arrival& arrival, MatchContext& context,
                              std::vector<Bound>* bound) {
  const auto& form = std::get<CountForm>(context.rule.form);
  const Event& event = arrival.event;
  State& state = table_.touch(question.key, question.identity, event.arr,
                              context.rule.limits.max_keys, context.notes);
  state.window.drop_expired_front(event.arr);

  KeptEntry entry = make_entry(arrival.kept(), form.within, context.lateness(event.type));
  entry.value = distinct_value([&](std::uint16_t s) { return event.slots[s]; },
                               question.held.front().alternative->distinct_slots);
  state.expires = std::max(state.expires, entry.expires);
  const std::size_t arrived = state.window.insert(std::move(entry));

  const auto entries = state.window.entries();
  const std::optional<Range> range = qualifying(entries, arrived, form, event.arr);
  if (range && bound != nullptr) {
    for (const KeptEntry& kept : entries.subspan(range->begin, range->end - range->begin)) {
      if (kept.live(event.arr)) bound->push_back({kept.event, 0});
    }
  }
  context.notes.evicted(
      LimitKind::events,
      state.window.keep_newest(context.rule.limits.max_events_per_window, event.arr));
  return range.has_value();
}

std::optional<CountMatcher::Range> CountMatcher::qualifying(std::span<const KeptEntry> entries,
                                                            std::size_t arrived,
                                                            const CountForm& form, Timestamp now) {
  Tally& tally = form.distinct.empty() ? events_ : values_;
  tally.clear();
  const Timestamp earliest = entries[arrived].ts - form.within;
  const auto first = std::ranges::lower_bound(entries.first(arrived), earliest, {}, &KeptEntry::ts);
  const auto begin = static_cast<std::size_t>(first - entries.begin());
  if (arrived + 1 == entries.size()) {
    if (!newest_qualifies(entries, begin, form, now, tally)) return std::nullopt;
    return Range{begin, entries.size()};
  }
  std::size_t end = begin;
  for (std::size_t start = begin; start <= arrived; ++start) {
    if (!entries[start].live(now)) continue;
    for (; end < entries.size() && entries[end].ts - entries[start].ts <= form.within; ++end) {
      if (entries[end].live(now)) tally.add(entries[end]);
    }
    if (tally.size() >= form.at_least) return Range{start, end};
    tally.remove(entries[start]);
  }
  return std::nullopt;
}

// Nothing is later than the newest event, so the window with the earliest start holds the most.
bool CountMatcher::newest_qualifies(std::span<const KeptEntry> entries, std::size_t begin,
                                    const CountForm& form, Timestamp now, Tally& tally) const {
  const bool distinct = !form.distinct.empty();
  std::uint64_t previous = 0;
  for (std::size_t i = entries.size(); i > begin; --i) {
    const KeptEntry& entry = entries[i - 1];
    // One device that floods a key is passed over at the speed of memory.
    if (!entry.live(now) || (distinct && entry.value == previous)) continue;
    previous = entry.value;
    tally.add(entry);
    if (tally.size() >= form.at_least) return true;
  }
  return false;
}

void CountMatcher::retune(MatchContext& context, Timestamp now) {
  const auto& form = std::get<CountForm>(context.rule.form);
  for (State* const state : table_.in_order()) {
    state->window.drop_expired(now);
    state->window.retain([&](KeptEntry& entry) {
      const KeptEvent& event = *entry.event;
      const Pattern::Alternative* const by = test_again(event, form.pattern, context);
      if (by == nullptr) return false;
      entry = make_entry(entry.event, form.within, context.lateness(event.type()));
      entry.value =
          distinct_value([&](std::uint16_t s) { return event.slot(s); }, by->distinct_slots);
      return entry.live(now);
    });
    context.notes.evicted(LimitKind::events, state->window.keep_newest(
                                                 context.rule.limits.max_events_per_window, now));
    state->expires = state->window.last_expiry();
    if (state->window.empty()) table_.erase(*state);
  }
}

}  // namespace tocsin::rules
