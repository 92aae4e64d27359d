#include "rules/sequence_search.h"

#include <algorithm>

#include "rules/all_matcher.h"

namespace tocsin::rules {

SequenceSearch::SequenceSearch(std::span<const KeptWindow> steps, const KeptWindow& untils,
                               Arrival& arrival, bool is_until, MatchContext& context)
    : form_(std::get<SequenceForm>(context.rule.form)),
      steps_(steps),
      untils_(untils),
      arrival_(arrival),
      context_(context),
      own_place_(arrival.event.ts, arrival.event.log_position),
      is_until_(is_until) {}

bool SequenceSearch::run(std::uint16_t step) {
  own_ = step;
  chosen_.fill(nullptr);
  return form_.join.empty() ? bind_newest() : join_from(0);
}

std::vector<Bound> SequenceSearch::bound() const {
  std::vector<Bound> bound;
  for (std::uint16_t i = 0; i < form_.steps.size(); ++i) {
    bound.push_back({i == own_ ? arrival_.kept() : chosen_[i]->event, i});
  }
  return bound;
}

SequenceSearch::Place SequenceSearch::place(std::size_t step) const {
  return step == own_ ? own_place_ : place(*chosen_[step]);
}

bool SequenceSearch::bind_newest() {
  return bind_before() && own_place_ <= last_allowed(place(0)) && bind_after();
}

bool SequenceSearch::bind_before() {
  for (std::size_t step = own_; step > 0; --step) {
    chosen_[step - 1] = newest_before(step - 1, place(step));
    if (chosen_[step - 1] == nullptr) return false;
  }
  return true;
}

bool SequenceSearch::bind_after() {
  const std::size_t last = form_.steps.size() - 1;
  if (own_ == last) return true;
  chosen_[last] = newest_upto(last, last_allowed(place(0)));
  for (std::size_t step = last; chosen_[step] != nullptr; --step) {
    if (place(step) <= own_place_) return false;
    if (step - 1 == own_) return true;
    chosen_[step - 1] = newest_before(step - 1, place(step));
  }
  return false;
}

// The last place of a match that begins at `first`: the next `until` may itself be the last step.
SequenceSearch::Place SequenceSearch::last_allowed(Place first) const {
  constexpr std::uint64_t kAnyPosition = ~std::uint64_t{0};
  Place last{Timestamp::max(), kAnyPosition};
  if (form_.within) last.first = first.first + *form_.within;
  if (is_until_ && first < own_place_) last = std::min(last, own_place_);
  const auto untils = untils_.entries();
  auto next = std::ranges::upper_bound(untils, first, {}, [](const auto& e) { return place(e); });
  while (next != untils.end() && !next->live(arrival_.event.arr)) ++next;
  return next == untils.end() ? last : std::min(last, place(*next));
}

bool SequenceSearch::join_from(std::uint16_t step) {
  if (step == form_.steps.size()) return joined();
  if (!spend()) return false;
  if (step == own_) return try_at(step, nullptr);
  const auto entries = steps_[step].entries();
  for (std::size_t i = entries.size(); i > 0; --i) {
    const KeptEntry& entry = entries[i - 1];
    if (step > 0 && place(entry) <= place(step - 1u)) return false;  // and so are all before it
    if (step < own_ && place(entry) >= own_place_) continue;
    if (entry.live(arrival_.event.arr) && try_at(step, &entry)) return true;
  }
  return false;
}

/// nullptr: the arriving event itself.
bool SequenceSearch::try_at(std::uint16_t step, const KeptEntry* entry) {
  chosen_[step] = entry;
  if (step > 0 && (place(step) <= place(step - 1u) || place(step) > last_allowed(place(0)))) {
    return false;
  }
  if (entry == nullptr) {
    context_.evaluation.set_step(step, arrival_.event.slots.data());
  } else {
    context_.evaluation.set_step(step, *entry->event);
  }
  return join_from(static_cast<std::uint16_t>(step + 1));
}

bool SequenceSearch::joined() {
  const Truth truth = context_.evaluation.test(form_.join);
  if (truth == Truth::error) context_.notes.error(context_.evaluation.last_error());
  return truth == Truth::yes;
}

bool SequenceSearch::spend() {
  if (tried_ == kMaxCombinations) context_.notes.evicted(LimitKind::combinations);
  return tried_++ < kMaxCombinations;
}

const KeptEntry* SequenceSearch::newest_upto(std::size_t step, Place last) const {
  const auto entries = steps_[step].entries();
  auto at = std::ranges::upper_bound(entries, last, {}, [](const auto& e) { return place(e); });
  while (at != entries.begin()) {
    if ((--at)->live(arrival_.event.arr)) return &*at;
  }
  return nullptr;
}

const KeptEntry* SequenceSearch::newest_before(std::size_t step, Place later) const {
  return newest_upto(step, {later.first, later.second - 1});  // positions count from 1
}

}  // namespace tocsin::rules
