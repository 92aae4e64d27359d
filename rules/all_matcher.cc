#include "rules/all_matcher.h"

#include <algorithm>

namespace tocsin::rules {

/// One search for a match that contains the arriving event. Depth first over the steps in order,
/// newest candidate first.
class AllMatcher::Search {
 public:
  Search(const State& state, const Question& question, Arrival& arrival, MatchContext& context)
      : form_(std::get<AllForm>(context.rule.form)),
        state_(state),
        arrival_(arrival),
        context_(context) {
    for (const Held& held : question.held) holds_[held.step] = true;
  }

  /// Tries the event at `step`.
  bool run(std::uint16_t step) {
    own_ = step;
    return bind(0, {arrival_.event.ts, arrival_.event.ts});
  }

  void append_to(std::vector<Bound>& bound) const {
    for (std::uint16_t i = 0; i < form_.steps.size(); ++i) {
      bound.push_back({chosen_[i] == nullptr ? arrival_.kept() : chosen_[i]->event, i});
    }
  }

 private:
  struct Span {
    Timestamp from{};
    Timestamp to{};
    Span with(Timestamp ts) const { return {std::min(from, ts), std::max(to, ts)}; }
  };
  bool fits(Span span) const { return span.to - span.from <= form_.within; }

  bool bind(std::uint16_t step, Span span) {
    if (step == form_.steps.size()) return joined();
    if (!spend()) return false;
    if (step == own_) return choose(step, nullptr, span);
    if (!reachable(step, span)) return false;
    bool own_tried = !(form_.same_event && holds_[step]);
    const auto entries = state_.steps[step].entries();
    for (std::size_t i = entries.size(); i > 0; --i) {
      const KeptEntry& entry = entries[i - 1];
      if (!own_tried && entry.ts <= arrival_.event.ts) {
        own_tried = true;
        if (choose(step, nullptr, span)) return true;
      }
      if (usable(entry, step) && fits(span.with(entry.ts)) &&
          choose(step, &entry, span.with(entry.ts))) {
        return true;
      }
    }
    return !own_tried && choose(step, nullptr, span);
  }

  /// nullptr: the arriving event itself.
  bool choose(std::uint16_t step, const KeptEntry* entry, Span span) {
    chosen_[step] = entry;
    if (!form_.join.empty()) {
      if (entry == nullptr) {
        context_.evaluation.set_step(step, arrival_.event.slots.data());
      } else {
        context_.evaluation.set_step(step, *entry->event);
      }
    }
    return bind(static_cast<std::uint16_t>(step + 1), span);
  }

  bool usable(const KeptEntry& entry, std::uint16_t step) const {
    if (!entry.live(arrival_.event.arr)) return false;
    if (form_.same_event) return true;
    for (std::uint16_t i = 0; i < step; ++i) {
      if (chosen_[i] != nullptr && chosen_[i]->event == entry.event) return false;
    }
    return true;
  }

  // A step none of whose candidates is near enough ends the branch before it grows.
  bool reachable(std::uint16_t from, Span span) const {
    for (std::uint16_t step = from; step < form_.steps.size(); ++step) {
      if (step == own_ || (form_.same_event && holds_[step])) continue;
      const auto near = [&](const KeptEntry& e) {
        return e.live(arrival_.event.arr) && fits(span.with(e.ts));
      };
      if (!std::ranges::any_of(state_.steps[step].entries(), near)) return false;
    }
    return true;
  }

  bool joined() {
    const Truth truth = context_.evaluation.test(form_.join);
    if (truth == Truth::error) context_.notes.error(context_.evaluation.last_error());
    return truth == Truth::yes;
  }

  bool spend() {
    if (tried_ == kMaxCombinations) context_.notes.evicted(LimitKind::combinations);
    return tried_++ < kMaxCombinations;
  }

  const AllForm& form_;
  const State& state_;
  Arrival& arrival_;
  MatchContext& context_;
  std::uint16_t own_ = 0;
  std::uint32_t tried_ = 0;
  std::array<bool, kMaxSteps> holds_{};
  std::array<const KeptEntry*, kMaxSteps> chosen_{};
};

bool AllMatcher::on_arrival(const Question& question, Arrival& arrival, MatchContext& context,
                            std::vector<Bound>* bound) {
  const auto& form = std::get<AllForm>(context.rule.form);
  State& state = table_.touch(question.key, question.identity, arrival.event.arr,
                              context.rule.limits.max_keys, context.notes);
  state.steps.resize(form.steps.size());
  for (KeptWindow& step : state.steps) step.drop_expired(arrival.event.arr);

  Search search(state, question, arrival, context);
  const bool matched =
      std::ranges::any_of(question.held, [&](const Held& held) { return search.run(held.step); });
  if (matched && bound != nullptr) search.append_to(*bound);
  keep(state, question, arrival, context);
  return matched;
}

void AllMatcher::keep(State& state, const Question& question, Arrival& arrival,
                      MatchContext& context) const {
  const auto& form = std::get<AllForm>(context.rule.form);
  const KeptEntry entry =
      make_entry(arrival.kept(), form.within, context.lateness(arrival.event.type));
  state.expires = std::max(state.expires, entry.expires);
  for (const Held& held : question.held) {
    KeptWindow& step = state.steps[held.step];
    step.insert(entry);
    if (step.size() <= form.keep) continue;
    step.drop_oldest();
    context.notes.evicted(LimitKind::candidates);
  }
}

void AllMatcher::retune(MatchContext& context, Timestamp now) {
  const auto& form = std::get<AllForm>(context.rule.form);
  for (State* const state : table_.in_order()) {
    state->expires = Timestamp::min();
    for (std::size_t i = 0; i < state->steps.size(); ++i) {
      KeptWindow& step = state->steps[i];
      step.drop_expired(now);
      step.retain([&](KeptEntry& entry) {
        if (test_again(*entry.event, form.steps[i].pattern, context) == nullptr) return false;
        entry = make_entry(entry.event, form.within, context.lateness(entry.event->type()));
        return entry.live(now);
      });
      for (; step.size() > form.keep; step.drop_oldest()) {
        context.notes.evicted(LimitKind::candidates);
      }
      state->expires = std::max(state->expires, step.last_expiry());
    }
    if (state->expires == Timestamp::min()) table_.erase(*state);
  }
}

}  // namespace tocsin::rules
