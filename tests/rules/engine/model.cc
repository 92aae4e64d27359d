#include "model.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

namespace tocsin::model {
namespace {

auto by_time(const std::int64_t ts, const std::uint64_t position) {
  return std::tuple(ts, position);
}

std::string message_key(const Event& e) {
  if (!e.id.empty()) return "id " + e.id;
  const std::string ts = e.raw_ts ? std::to_string(*e.raw_ts) : "none";
  if (e.seq) return "seq " + std::to_string(*e.seq) + " " + e.type + " " + ts;
  return "content " + e.type + " " + ts + " " + (e.level ? std::to_string(*e.level) : "unset");
}

}  // namespace

Model::Model(std::vector<Rule> rules, Settings settings)
    : rules_(std::move(rules)),
      settings_(std::move(settings)),
      states_(rules_.size()),
      matches_(rules_.size()),
      errors_(rules_.size()) {}

void Model::apply(const Event& event) {
  fire_until(event.arr);
  now_ = event.arr;
  position_ = event.position;
  if (is_duplicate(event)) return;
  const TypeSettings& type = settings_.types.at(event.type);
  Seen seen{event, event.arr, false};
  if (event.raw_ts && *event.raw_ts - event.arr <= 5000 &&
      event.arr - *event.raw_ts <= type.max_age) {
    seen.ts = *event.raw_ts;
  }
  seen.late = event.arr - seen.ts > type.lateness;
  const bool repeat = is_repeat(seen);
  for (std::size_t i = 0; i < rules_.size(); ++i) meet(i, seen, repeat);
}

bool Model::is_duplicate(const Event& event) {
  auto& memory = messages_[event.device];
  const std::string key = message_key(event);
  const std::size_t first =
      memory.size() > settings_.dedup_entries ? memory.size() - settings_.dedup_entries : 0;
  for (std::size_t i = first; i < memory.size(); ++i) {
    if (memory[i].first == key && event.arr - memory[i].second <= settings_.dedup_window)
      return true;
  }
  memory.emplace_back(key, event.arr);
  return false;
}

bool Model::is_repeat(const Seen& seen) {
  const TypeSettings& type = settings_.types.at(seen.event.type);
  if (!type.repeat_within) return false;
  const std::int64_t expires =
      std::max(seen.ts, seen.event.arr) + *type.repeat_within + type.lateness;
  // The newest report of the ongoing alarm, if it is still remembered.
  for (Report& report : reports_) {
    if (report.type != seen.event.type || report.device != seen.event.device) continue;
    const bool remembered = seen.event.arr <= report.expires;
    const bool repeat = remembered && std::abs(seen.ts - report.ts) <= *type.repeat_within;
    report.ts = remembered ? std::max(report.ts, seen.ts) : seen.ts;
    report.expires = std::max(report.expires, expires);
    return repeat;
  }
  reports_.push_back({seen.event.type, seen.event.device, seen.ts, expires});
  return false;
}

Model::Truth Model::holds(const Condition& condition, const Event& event) {
  if (!condition.types.contains(event.type)) return Truth::no;
  if (!condition.min_level) return Truth::yes;
  std::int64_t value = event.level.value_or(0);
  if (condition.divides && value == 0) return Truth::error;
  if (condition.divides) value = 12 / value;
  return value >= *condition.min_level ? Truth::yes : Truth::no;
}

Model::Truth Model::holds(std::size_t r, const Condition& condition, const Seen& seen) const {
  const Truth by_level = holds(condition, seen.event);
  if (!condition.beats_last || !condition.types.contains(seen.event.type)) return by_level;
  const Cell& cell = *rules_[r].last;
  const auto kept = states_[r].last.find(key_of(rules_[r], seen.event));
  const bool there = kept != states_[r].last.end() && now_ <= kept->second.expires &&
                     seen.ts - kept->second.seen.ts <= cell.max_age;
  if (!there && cell.if_missing == Cell::Missing::no) return Truth::no;
  if (!there && cell.if_missing == Cell::Missing::yes) return Truth::yes;
  if (!there && cell.if_missing == Cell::Missing::error) return Truth::error;
  const std::int64_t last = there ? kept->second.seen.event.level.value_or(0) : 0;
  // An error beside what is false is false.
  return seen.event.level.value_or(0) >= last ? by_level : Truth::no;
}

std::string Model::key_of(const Rule& rule, const Event& event) {
  return rule.by_zone ? event.building + "/" + event.zone : event.building;
}

std::string Model::value_of(const Rule& rule, const Event& event) {
  return rule.distinct == Distinct::zone ? event.zone : event.device;
}

std::uint64_t Model::distinct_of(const Rule& rule, const std::vector<Seen>& events) {
  std::set<std::string> values;
  for (const Seen& seen : events) {
    if (const std::string value = value_of(rule, seen.event); !value.empty()) values.insert(value);
  }
  return values.size();
}

Model::Episode* Model::find(std::size_t rule, const std::string& building) {
  for (Episode& episode : states_[rule].episodes) {
    if (episode.building == building) return &episode;
  }
  return nullptr;
}

// --- timers

std::optional<std::int64_t> Model::resolve_due(const Rule& rule, const Episode& e,
                                               std::string* reason) const {
  std::optional<std::int64_t> due;
  const auto consider = [&](std::int64_t at, const char* why) {
    if (due && at >= *due) return;
    due = at;
    *reason = why;
  };
  if (rule.quiet_for) consider(std::max(e.opened_at, e.last) + *rule.quiet_for, "quiet");
  if (rule.breaks_for && e.broken_at) consider(*e.broken_at + *rule.breaks_for, "breaks");
  if (rule.after) consider(e.opened_at + *rule.after, "after");
  return due;
}

std::optional<Model::Due> Model::next_due() const {
  std::optional<Due> next;
  const auto consider = [&](const Due& due) {
    if (!next || due < *next) next = due;
  };
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    for (const Episode& e : states_[i].episodes) {
      std::string reason;
      if (const auto at = resolve_due(rules_[i], e, &reason))
        consider({*at, i, e.building, "", Due::resolve, 0});
      if (e.update_due) consider({*e.update_due, i, e.building, "", Due::update, 0});
    }
    for (const Pending& p : states_[i].pending) {
      const Event& event = p.last().event;
      consider({decision(rules_[i], p), i, event.building, rules_[i].by_zone ? event.zone : "",
                Due::match, p.number});
    }
  }
  return next;
}

void Model::fire_until(std::int64_t now) {
  for (auto due = next_due(); due && due->at <= now; due = next_due()) {
    if (due->phase == Due::match) {
      decide(due->rule, due->number, due->at);
      continue;
    }
    Episode& episode = *find(due->rule, due->building);
    if (due->phase == Due::update) {
      say(due->rule, episode, true, "updated", due->at);
      continue;
    }
    std::string reason;
    (void)resolve_due(rules_[due->rule], episode, &reason);
    resolve(due->rule, due->building, reason, due->at);
  }
}

void Model::run_out() {
  while (const auto due = next_due()) fire_until(due->at);
}

// --- an event and a rule

// The cells are as they were before the event.
void Model::meet(std::size_t r, const Seen& seen, bool repeat) {
  meet_steps(r, seen, repeat);
  if (rules_[r].last && !repeat) keep_last(r, seen);
}

void Model::keep_last(std::size_t r, const Seen& seen) {
  const Rule& rule = rules_[r];
  const Event& event = seen.event;
  if (event.building.empty() || (rule.by_zone && event.zone.empty())) return;
  const Truth truth = holds(rule.last->condition, event);
  if (truth == Truth::error) ++errors_[r];
  if (truth != Truth::yes) return;
  const std::string key = key_of(rule, event);
  const auto known = states_[r].last.find(key);
  const bool newer_known = known != states_[r].last.end() && now_ <= known->second.expires &&
                           known->second.seen.ts > seen.ts;
  if (newer_known) return;
  const std::int64_t expires =
      std::max(seen.ts, event.arr) + rule.last->max_age + settings_.types.at(event.type).lateness;
  states_[r].last[key] = {seen, 0, key, expires};
}

void Model::meet_steps(std::size_t r, const Seen& seen, bool repeat) {
  const Rule& rule = rules_[r];
  meet_absent(r, seen, repeat);
  if (resolve_by(r, seen, repeat)) return;
  const Event& event = seen.event;
  if (event.building.empty() || (rule.by_zone && event.zone.empty())) return;
  std::vector<std::size_t> held;
  for (std::size_t i = 0; i < rule.steps.size(); ++i) {
    const Truth truth = holds(r, rule.steps[i], seen);
    const bool counts = truth == Truth::yes && number_of(rule, event);
    if (counts) held.push_back(i);
    if (truth == Truth::error || (truth == Truth::yes && !counts)) ++errors_[r];
  }
  const bool contributes = !held.empty();
  if (rule.until) {
    const Truth truth = holds(r, *rule.until, seen);
    if (truth == Truth::yes) held.push_back(rule.steps.size());
    if (truth == Truth::error) ++errors_[r];
  }
  if (held.empty()) return;
  Episode* const episode = find(r, event.building);
  if (repeat) {
    if (episode != nullptr && contributes) episode->last = event.arr;
    return;
  }
  holds_.reset();
  const auto bound = match(r, seen, held);
  if (bound) ++matches_[r];
  if (episode != nullptr) {
    if (contributes) contribute(r, *episode, seen);
    note_condition(*episode, key_of(rule, event));
  } else if (bound) {
    if (!armed(r, event.building, event.arr)) return;
    open(r, seen, *bound);
    note_condition(states_[r].episodes.back(), key_of(rule, event));
  }
}

bool Model::armed(std::size_t r, const std::string& building, std::int64_t at) const {
  const auto resolved = states_[r].resolved_at.find(building);
  return !rules_[r].rearm || resolved == states_[r].resolved_at.end() ||
         at >= resolved->second + *rules_[r].rearm;
}

bool Model::resolve_by(std::size_t r, const Seen& seen, bool repeat) {
  const Rule& rule = rules_[r];
  if (!rule.or_event || repeat) return false;
  const Episode* const episode = find(r, seen.event.building);
  if (episode == nullptr || seen.ts < episode->opener_ts) return false;
  const Truth truth = holds(*rule.or_event, seen.event);
  if (truth == Truth::error) ++errors_[r];
  if (truth != Truth::yes) return false;
  resolve(r, seen.event.building, "or_event", seen.event.arr);
  return true;
}

std::optional<std::vector<Model::Seen>> Model::match(std::size_t r, const Seen& seen,
                                                     const std::vector<std::size_t>& held) {
  const Rule& rule = rules_[r];
  if (rule.form == Form::event) return std::vector<Seen>{seen};
  State& state = states_[r];
  std::erase_if(state.kept, [&](const Kept& k) { return k.expires < now_; });
  if (rule.form == Form::count) return match_count(rule, state, seen);
  if (rule.form == Form::sequence) return match_sequence(r, seen, held);
  if (rule.form == Form::aggregate) return match_aggregate(rule, state, seen);
  return match_all(rule, state, seen, held);
}

std::optional<std::vector<Model::Seen>> Model::match_count(const Rule& rule, State& state,
                                                           const Seen& seen) {
  const std::string key = key_of(rule, seen.event);
  const std::int64_t expires = std::max(seen.ts, seen.event.arr) + rule.within +
                               settings_.types.at(seen.event.type).lateness;
  state.kept.push_back({seen, 0, key, expires});
  std::vector<Seen> all;
  for (const Kept& kept : state.kept) {
    if (kept.key == key) all.push_back(kept.seen);
  }
  std::ranges::sort(all, {}, [](const Seen& s) { return by_time(s.ts, s.event.position); });

  std::optional<std::vector<Seen>> bound;
  for (const Seen& first : all) {
    if (bound || seen.ts < first.ts || seen.ts > first.ts + rule.within) continue;
    std::vector<Seen> window;
    for (const Seen& other : all) {
      if (other.ts >= first.ts && other.ts <= first.ts + rule.within) window.push_back(other);
    }
    const std::size_t size =
        rule.distinct == Distinct::none ? window.size() : distinct_of(rule, window);
    if (size >= rule.at_least) bound = window;
  }
  if (all.size() > rule.max_events) {
    const std::uint64_t oldest = all.front().event.position;
    std::erase_if(state.kept,
                  [&](const Kept& k) { return k.key == key && k.seen.event.position == oldest; });
  }
  return bound;
}

std::optional<std::vector<Model::Seen>> Model::match_all(const Rule& rule, State& state,
                                                         const Seen& seen,
                                                         const std::vector<std::size_t>& held) {
  const std::string key = key_of(rule, seen.event);
  // Candidates per step, newest first; the arriving event among those of the steps it satisfies.
  std::vector<std::vector<Seen>> candidates(rule.steps.size());
  for (const Kept& kept : state.kept) {
    if (kept.key == key) candidates[kept.step].push_back(kept.seen);
  }
  for (const std::size_t step : held) candidates[step].push_back(seen);
  for (auto& step : candidates) {
    std::ranges::sort(step, std::greater{},
                      [](const Seen& s) { return by_time(s.ts, s.event.position); });
  }

  // All combinations. Best: the arriving event at the earliest step, then the newest at each step
  // in turn.
  std::optional<std::vector<Seen>> best;
  std::vector<std::int64_t> best_rank;
  std::vector<std::size_t> at(rule.steps.size(), 0);
  for (bool more = std::ranges::none_of(candidates, [](const auto& c) { return c.empty(); });
       more;) {
    std::vector<Seen> chosen;
    for (std::size_t i = 0; i < at.size(); ++i) chosen.push_back(candidates[i][at[i]]);
    std::set<std::uint64_t> events;
    std::int64_t from = chosen[0].ts;
    std::int64_t to = chosen[0].ts;
    std::optional<std::size_t> own;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      events.insert(chosen[i].event.position);
      from = std::min(from, chosen[i].ts);
      to = std::max(to, chosen[i].ts);
      if (!own && chosen[i].event.position == seen.event.position) own = i;
    }
    const bool qualifies = own && to - from <= rule.within &&
                           (rule.same_event || events.size() == chosen.size()) &&
                           (!rule.same_zone || chosen[0].event.zone == chosen[1].event.zone);
    if (qualifies) {
      std::vector<std::int64_t> rank{static_cast<std::int64_t>(*own)};
      for (const std::size_t i : at) rank.push_back(static_cast<std::int64_t>(i));
      if (!best || rank < best_rank) {
        best = chosen;
        best_rank = rank;
      }
    }
    std::size_t digit = 0;
    while (digit < at.size() && ++at[digit] == candidates[digit].size()) at[digit++] = 0;
    more = digit < at.size();
  }
  if (best) {
    std::vector<Seen> unique;
    for (const Seen& s : *best) {
      const auto same = [&](const Seen& u) { return u.event.position == s.event.position; };
      if (std::ranges::none_of(unique, same)) unique.push_back(s);
    }
    best = unique;
  }

  const std::int64_t expires = std::max(seen.ts, seen.event.arr) + rule.within +
                               settings_.types.at(seen.event.type).lateness;
  for (const std::size_t step : held) {
    state.kept.push_back({seen, step, key, expires});
    if (candidates[step].size() <= rule.keep) continue;
    const std::uint64_t oldest = candidates[step].back().event.position;
    std::erase_if(state.kept, [&](const Kept& k) {
      return k.key == key && k.step == step && k.seen.event.position == oldest;
    });
  }
  return best;
}

// --- episodes

void Model::open(std::size_t r, const Seen& completing, const std::vector<Seen>& bound,
                 bool degraded) {
  Episode episode;
  episode.degraded = degraded;
  episode.building = completing.event.building;
  episode.opened_at = episode.last = now_;
  episode.opener_ts = completing.ts;
  episode.events = bound;
  episode.late = completing.late;
  std::int64_t newest = bound[0].ts;
  for (const Seen& seen : bound) newest = std::max(newest, seen.ts);
  if (rules_[r].absent) newest = std::max(newest, completing.ts + rules_[r].absent->within);
  episode.historical = now_ - newest > 600'000;
  episode.critical = rules_[r].escalate_at && bound.size() >= *rules_[r].escalate_at;
  states_[r].episodes.push_back(episode);
  say(r, states_[r].episodes.back(), true, "matched", now_);
}

void Model::contribute(std::size_t r, Episode& episode, const Seen& seen) {
  const Rule& rule = rules_[r];
  episode.events.push_back(seen);
  episode.last = now_;
  episode.touched = true;
  if (!episode.critical && rule.escalate_at && episode.events.size() >= *rule.escalate_at) {
    episode.critical = true;
    return say(r, episode, true, "escalated", now_);
  }
  const bool differs =
      (rule.on_count && episode.events.size() != episode.shown_count) ||
      (rule.on_distinct && distinct_of(rule, episode.events) != episode.shown_distinct) ||
      (rule.on_every && episode.touched);
  if (!differs) return;
  if (now_ - episode.shown_at >= rule.min_interval) return say(r, episode, true, "updated", now_);
  episode.update_due = episode.shown_at + rule.min_interval;
}

void Model::resolve(std::size_t r, const std::string& building, const std::string& reason,
                    std::int64_t at) {
  say(r, *find(r, building), false, reason, at);
  State& state = states_[r];
  std::erase_if(state.episodes, [&](const Episode& e) { return e.building == building; });
  std::erase_if(state.kept, [&](const Kept& k) { return k.seen.event.building == building; });
  state.resolved_at[building] = at;
}

void Model::say(std::size_t r, Episode& episode, bool firing, const std::string& reason,
                std::int64_t at) {
  const Rule& rule = rules_[r];
  Revision revision{.rule = rule.name,
                    .building = episode.building,
                    .rev = ++episode.rev,
                    .firing = firing,
                    .reason = reason,
                    .severity = episode.critical ? "critical" : "high",
                    .opened_at = episode.opened_at,
                    .at = at,
                    .position = position_,
                    .count = episode.events.size(),
                    .distinct = distinct_of(rule, episode.events),
                    .late = episode.late,
                    .historical = episode.historical,
                    .degraded = episode.degraded,
                    .evidence = {},
                    .dropped = 0};
  std::vector<Seen> evidence = episode.events;
  std::ranges::sort(evidence, {}, [](const Seen& s) { return by_time(s.ts, s.event.position); });
  for (const Seen& seen : evidence) revision.evidence.push_back(seen.ts);
  if (revision.evidence.size() > rule.max_evidence) {
    revision.dropped = revision.evidence.size() - rule.max_evidence;
    revision.evidence.erase(
        revision.evidence.begin(),
        revision.evidence.begin() + static_cast<std::ptrdiff_t>(revision.dropped));
  }
  episode.shown_at = at;
  episode.shown_count = revision.count;
  episode.shown_distinct = revision.distinct;
  episode.touched = false;
  episode.update_due.reset();
  said_.push_back(revision);
}

}  // namespace tocsin::model
