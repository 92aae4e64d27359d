// The form `sequence`, with `until` and `absent`, gateways and outages, in the reference model.
#include <algorithm>
#include <tuple>

#include "model.h"

namespace tocsin::model {

// --- the steps

std::optional<std::vector<Model::Seen>> Model::match_sequence(
    std::size_t r, const Seen& seen, const std::vector<std::size_t>& held) {
  const Rule& rule = rules_[r];
  State& state = states_[r];
  const std::string key = key_of(rule, seen.event);
  const std::size_t steps = rule.steps.size();
  std::vector<std::vector<Seen>> candidates(steps);
  std::vector<Seen> untils;
  for (const Kept& kept : state.kept) {
    if (kept.key == key) (kept.step == steps ? untils : candidates[kept.step]).push_back(kept.seen);
  }
  for (auto& step : candidates) {
    std::ranges::sort(step, std::greater{},
                      [](const Seen& s) { return std::pair(s.ts, s.event.position); });
  }
  if (held.back() == steps) untils.push_back(seen);

  std::vector<Seen> bound;
  for (const std::size_t own : held) {
    if (own < steps && bound.empty()) bound = bind_sequence(rule, candidates, untils, seen, own);
  }
  keep_for_sequence(r, seen, held);
  if (bound.empty()) return std::nullopt;
  std::erase_if(state.kept, [&](const Kept& k) {
    return k.key == key && k.step < steps && !(rule.keep_anchor && k.step == 0);
  });
  if (!rule.absent) return bound;
  wait_for_absent(r, bound);
  return std::nullopt;
}

// Every choice of one event per step, the arriving one at its own; the newest first.
std::vector<Model::Seen> Model::bind_sequence(const Rule& rule,
                                              const std::vector<std::vector<Seen>>& candidates,
                                              const std::vector<Seen>& untils, const Seen& seen,
                                              std::size_t own) const {
  std::vector<std::vector<Seen>> choices{{}};
  for (std::size_t step = 0; step < rule.steps.size(); ++step) {
    std::vector<std::vector<Seen>> longer;
    const std::vector<Seen> arriving{seen};
    for (const std::vector<Seen>& choice : choices) {
      for (const Seen& next : step == own ? arriving : candidates[step]) {
        longer.push_back(choice);
        longer.back().push_back(next);
        if (!stands(rule, longer.back(), untils)) longer.pop_back();
      }
    }
    choices = longer;
  }
  return choices.empty() ? std::vector<Seen>{} : choices.front();
}

bool Model::stands(const Rule& rule, const std::vector<Seen>& chosen,
                   const std::vector<Seen>& untils) {
  const auto place = [](const Seen& s) { return std::pair(s.ts, s.event.position); };
  const Seen& first = chosen.front();
  const Seen& last = chosen.back();
  for (std::size_t i = 1; i < chosen.size(); ++i) {
    if (place(chosen[i - 1]) >= place(chosen[i])) return false;
  }
  if (!rule.max_wait && last.ts - first.ts > rule.within) return false;
  if (rule.same_zone && chosen.size() > 1 && first.event.zone != chosen[1].event.zone) return false;
  return std::ranges::none_of(untils, [&](const Seen& until) {
    return place(first) < place(until) && place(until) < place(last);
  });
}

void Model::keep_for_sequence(std::size_t r, const Seen& seen,
                              const std::vector<std::size_t>& held) {
  const Rule& rule = rules_[r];
  std::vector<Kept>& kept = states_[r].kept;
  const std::string key = key_of(rule, seen.event);
  const std::int64_t expires = std::max(seen.ts, seen.event.arr) +
                               rule.max_wait.value_or(rule.within) +
                               settings_.types.at(seen.event.type).lateness;
  for (const std::size_t step : held) {
    kept.push_back({seen, step, key, expires});
    const bool joined = rule.same_zone && step < rule.steps.size();
    const auto same = [&](const Kept& k) { return k.key == key && k.step == step; };
    if (static_cast<std::size_t>(std::ranges::count_if(kept, same)) <=
        (joined ? rule.keep : rule.max_events)) {
      continue;
    }
    const auto oldest = std::ranges::min_element(kept, {}, [&](const Kept& k) {
      return std::tuple(!same(k), k.seen.ts, k.seen.event.position);
    });
    kept.erase(oldest);
  }
}

// --- what must be absent

std::int64_t Model::absent_lateness(const Rule& rule) const {
  std::int64_t longest = 0;
  for (const std::string& type : rule.absent->condition.types) {
    longest = std::max(longest, settings_.types.at(type).lateness);
  }
  return longest;
}

std::int64_t Model::deadline(const Rule& rule, const Pending& pending) const {
  return std::max(pending.last().ts + rule.absent->within, pending.last().event.arr) +
         absent_lateness(rule);
}

std::int64_t Model::decision(const Rule& rule, const Pending& pending) const {
  std::int64_t at = deadline(rule, pending);
  if (pending.held) {
    at += rule.absent->hold_max;
    if (pending.back) at = std::min(at, *pending.back + absent_lateness(rule));
  }
  return std::max({at, pending.since, pending.not_before});
}

std::string Model::gateway_of(const Rule& rule, const Pending& pending) {
  if (!rule.absent->gateway.empty()) return rule.absent->gateway;
  return pending.bound[rule.absent->source_step].event.gateway;
}

void Model::wait_for_absent(std::size_t r, const std::vector<Seen>& bound) {
  const Rule& rule = rules_[r];
  State& state = states_[r];
  const Seen& last = bound.back();
  const std::string key = key_of(rule, last.event);
  for (const Kept& absent : state.absent) {
    const bool in_range = absent.seen.ts >= last.ts - rule.absent->look_back &&
                          absent.seen.ts <= last.ts + rule.absent->within;
    const bool is_step = std::ranges::any_of(
        bound, [&](const Seen& s) { return s.event.position == absent.seen.event.position; });
    if (absent.key == key && absent.expires >= now_ && in_range && !is_step) return;
  }
  Pending waits;
  waits.bound = bound;
  waits.number = ++completions_;
  waits.since = now_;
  state.pending.push_back(waits);
  const auto other_key = [&](const Pending& p) { return key_of(rule, p.last().event) != key; };
  const auto others = static_cast<std::size_t>(std::ranges::count_if(state.pending, other_key));
  if (state.pending.size() - others <= rule.keep) return;
  state.pending.erase(std::ranges::min_element(state.pending, {}, [&](const Pending& p) {
    return std::tuple(other_key(p), p.last().ts, p.last().event.position);
  }));
}

void Model::meet_absent(std::size_t r, const Seen& seen, bool repeat) {
  const Rule& rule = rules_[r];
  const Event& event = seen.event;
  if (!rule.absent || repeat) return;
  if (event.building.empty() || (rule.by_zone && event.zone.empty())) return;
  const Truth truth = holds(r, rule.absent->condition, seen);
  if (truth == Truth::error) ++errors_[r];
  if (truth != Truth::yes) return;

  State& state = states_[r];
  const std::string key = key_of(rule, event);
  const auto in_range = [&](std::int64_t t) {
    return seen.ts >= t - rule.absent->look_back && seen.ts <= t + rule.absent->within;
  };
  std::erase_if(state.pending, [&](const Pending& p) {
    return key_of(rule, p.last().event) == key && in_range(p.last().ts);
  });
  std::erase_if(state.absent, [&](const Kept& k) { return k.expires < now_; });
  const std::int64_t steps = rule.steps.size() > 1 ? rule.max_wait.value_or(rule.within) : 0;
  state.absent.push_back({seen, 0, key,
                          std::max(seen.ts, event.arr) + steps + rule.absent->look_back +
                              rule.absent->within + settings_.types.at(event.type).lateness});
  const auto same = [&](const Kept& k) { return k.key == key; };
  if (static_cast<std::size_t>(std::ranges::count_if(state.absent, same)) > rule.max_events) {
    state.absent.erase(std::ranges::min_element(state.absent, {}, [&](const Kept& k) {
      return std::tuple(!same(k), k.seen.ts, k.seen.event.position);
    }));
  }

  Episode* const episode = find(r, event.building);
  if (episode == nullptr) return;
  const auto taken = std::erase_if(episode->absences,
                                   [&](const Absence& a) { return a.key == key && in_range(a.t); });
  if (taken > 0 && episode->absences.empty()) resolve(r, event.building, "retracted_late", now_);
}

void Model::decide(std::size_t r, std::uint64_t number, std::int64_t at) {
  const Rule& rule = rules_[r];
  State& state = states_[r];
  const auto found = std::ranges::find(state.pending, number, &Pending::number);
  const bool down = down_.contains(gateway_of(rule, *found));
  const bool hold = rule.absent->if_source_down == SourceDown::hold;
  if (hold && down && at < deadline(rule, *found) + rule.absent->hold_max) {
    found->held = true;
    found->back.reset();
    return;
  }
  const Pending pending = *found;
  state.pending.erase(found);
  ++matches_[r];
  const bool unheard =
      pending.held && (!pending.back || *pending.back + absent_lateness(rule) > at);
  const bool degraded = (down || unheard) && rule.absent->if_source_down != SourceDown::fire;
  const Seen& last = pending.last();
  const std::string& building = last.event.building;
  now_ = at;
  if (find(r, building) == nullptr) {
    if (!armed(r, building, at)) return;
    open(r, last, pending.bound, degraded);
  }
  Episode& episode = *find(r, building);
  episode.last = at;
  episode.absences.push_back({key_of(rule, last.event), last.ts});
}

// --- gateways and outages

void Model::gateway(const std::string& id, bool up, std::int64_t at) {
  fire_until(at);
  now_ = at;
  if (!up) down_.insert(id);
  if (!up || down_.erase(id) == 0) return;
  for (std::size_t r = 0; r < rules_.size(); ++r) {
    for (Pending& pending : states_[r].pending) {
      if (pending.held && gateway_of(rules_[r], pending) == id) pending.back = at;
    }
  }
}

void Model::outage(std::int64_t down, std::int64_t up) {
  fire_until(down);
  now_ = down;
  for (std::size_t r = 0; r < rules_.size(); ++r) {
    for (Pending& pending : states_[r].pending) {
      if (decision(rules_[r], pending) <= up) pending.not_before = up + settings_.recovery_grace;
    }
  }
  fire_until(up);
  now_ = up;
}

}  // namespace tocsin::model
