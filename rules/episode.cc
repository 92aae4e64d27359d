#include "rules/episode.h"

#include <algorithm>

#include "rules/distinct.h"
#include "rules/levels.h"
#include "rules/revision.h"

namespace tocsin::rules {
namespace {

std::span<const std::uint16_t> distinct_slots(const Pattern::Alternative* alternative) {
  if (alternative == nullptr) return {};
  return alternative->distinct_slots;
}

std::uint64_t value_of(const Rule& rule, const Bound& bound) {
  const KeptEvent& event = *bound.event;
  const Pattern& pattern = pattern_of(rule.form, bound.step);
  return distinct_value([&](std::uint16_t s) { return event.slot(s); },
                        distinct_slots(alternative_for(pattern, event.type())));
}

// Whether an earlier step bound the same event; only forms with steps can.
bool bound_before(const std::vector<Bound>& bound, std::vector<Bound>::const_iterator at) {
  if (at->step == 0) return false;
  return std::any_of(bound.begin(), at, [&](const Bound& b) { return b.event == at->event; });
}

auto event_order(const Bound& b) { return std::pair(b.event->ts(), b.event->log_position()); }

}  // namespace

bool EpisodeBook::armed(KeyView identity, Timestamp now) {
  forget_cooled(now);
  const Cooling* const cooling = cooling_.find(identity);
  return cooling == nullptr || !rule_->alert.rearm_after ||
         now >= cooling->resolved_at + *rule_->alert.rearm_after;
}

Episode& EpisodeBook::open(KeyView identity, const std::vector<Bound>& bound,
                           const Opening& opening, Turn& turn) {
  const KeptEvent& event = *opening.by.event;
  const Bound& last = opening.newest.event ? opening.newest : opening.by;
  Episode& episode = open_.add(identity, order_);
  by_opening_.push_back(episode);
  episode.opened_at = episode.last_contribution = turn.at;
  episode.severity = rule_->severity;
  episode.late = last.event->late();
  episode.degraded = opening.degraded;
  episode.measured = opening.measured;
  episode.shadow = rule_->mode == Mode::shadow;
  if (in_quiet_hours(turn)) be_quiet(episode);
  episode.opener = opening.by;
  episode.newest = last;
  episode.alert_id = make_alert_id(rule_->name, episode, event.fingerprint());
  episode.lat_lon = position_of(event, turn.evaluation.registry());
  if (step_count(rule_->form) > 1) episode.bound = bound;

  Timestamp newest = opening.awaited.value_or(Timestamp::min());
  for (auto at = bound.begin(); at != bound.end(); ++at) {
    newest = std::max(newest, at->event->ts());
    if (!bound_before(bound, at)) add(episode, *at, value_of(*rule_, *at));
  }
  episode.historical = turn.at - newest > turn.rules.historical_after;
  escalate(episode, turn);
  episode.suppressed_by = turn.levels.inhibitor(*rule_, episode);
  episode.inhibited = !episode.suppressed_by.empty();
  if (!episode.inhibited) roll_up(episode, turn);
  episode.number = static_cast<std::uint32_t>(++counters_.opened);
  publish(episode, AlertState::firing, Reason::matched, turn);
  turn.levels.tell(*rule_, episode, AlertState::firing, turn);
  set_resolve_timer(episode, turn);
  return episode;
}

void EpisodeBook::add_absence(Episode& episode, Retractable match, Turn& turn) {
  episode.last_absence = turn.at;
  episode.retractable.push_back(std::move(match));
  if (episode.retractable.size() > kMaxRetractable) {
    episode.retractable.erase(episode.retractable.begin());
    episode.stands = true;
    notes_.evicted(LimitKind::candidates);
  }
  set_resolve_timer(episode, turn);
}

bool EpisodeBook::take_back(Episode& episode, std::string_view key, Timestamp first,
                            Timestamp last) {
  const std::size_t taken = std::erase_if(episode.retractable, [&](const Retractable& match) {
    return match.key == key && first <= match.t && match.t <= last;
  });
  return taken > 0 && episode.retractable.empty() && !episode.stands;
}

bool EpisodeBook::in_quiet_hours(const Turn& turn) const {
  const auto& quiet = rule_->alert.quiet_hours;
  return quiet && turn.rules.calendars[quiet->calendar].holds(turn.at);
}

void EpisodeBook::be_quiet(Episode& episode) const {
  if (rule_->alert.quiet_hours->action == QuietHours::Action::shadow) {
    episode.shadow = true;
  } else if (episode.severity > Severity::low) {
    episode.severity = static_cast<Severity>(static_cast<std::uint8_t>(episode.severity) - 1);
  }
}

void EpisodeBook::contribute(Episode& episode, const Contribution& contribution, Turn& turn) {
  episode.newest = {contribution.arrival.kept(), contribution.step};
  episode.touched = true;
  const Event& event = contribution.arrival.event;
  add(episode, episode.newest,
      distinct_value([&](std::uint16_t s) { return event.slots[s]; },
                     distinct_slots(contribution.alternative)));
  keep_open(episode, turn);
  if (escalate(episode, turn)) {
    publish(episode, AlertState::firing, Reason::escalated, turn);
  } else if (differs(episode) && !episode.update_timer.is_set()) {
    turn.timers.set(episode.update_timer, episode.shown_at + rule_->alert.update_min_interval);
    if (episode.update_timer.due <= turn.at) update(episode, turn);
  }
}

void EpisodeBook::keep_open(Episode& episode, Turn& turn) {
  episode.last_contribution = turn.at;
  set_resolve_timer(episode, turn);
}

void EpisodeBook::condition_holds(Episode& episode, KeyView key, Turn& turn) {
  episode.holding.insert(key.hash);
  if (!episode.broken_at) return;
  episode.broken_at.reset();
  set_resolve_timer(episode, turn);
}

void EpisodeBook::condition_broke(Episode& episode, KeyView key, Turn& turn) {
  if (episode.holding.erase(key.hash) == 0 || !episode.holding.empty()) return;
  episode.broken_at = turn.at;
  set_resolve_timer(episode, turn);
}

void EpisodeBook::resolve(Episode& episode, Reason reason, Turn& turn) {
  ++counters_.resolved;
  publish(episode, AlertState::resolved, reason, turn);
  turn.levels.tell(*rule_, episode, AlertState::resolved, turn);
  turn.timers.clear(episode.resolve_timer);
  if (rule_->alert.rearm_after) cool(episode, turn.at);
  by_opening_.erase(by_opening_.iterator_to(episode));
  open_.erase(episode);
}

// Its parent may open or resolve at this very moment: that is asked again when the moment is over.
void EpisodeBook::roll_up(Episode& episode, Turn& turn) {
  if (!rule_->rolled_up) return;
  episode.suppressed_by = turn.levels.parent(*rule_, episode);
  turn.levels.order({rule_->name, episode.key});
}

void EpisodeBook::look_up(Episode& episode, Turn& turn) {
  if (episode.inhibited) return;
  std::string parent = turn.levels.parent(*rule_, episode);
  if (parent == episode.suppressed_by) return;
  episode.suppressed_by = std::move(parent);
  publish(episode, AlertState::firing, Reason::updated, turn);
}

void EpisodeBook::update(Episode& episode, Turn& turn) {
  if (differs(episode)) publish(episode, AlertState::firing, Reason::updated, turn);
}

Reason EpisodeBook::timed_reason(const Episode& episode) const {
  const Deadlines when = deadlines(episode);
  const auto first = when.first();
  if (when.quiet == first) return Reason::quiet;
  return when.breaks == first ? Reason::breaks : Reason::after;
}

void EpisodeBook::forget_steps() {
  for (Episode& episode : by_opening_) {
    episode.opener.step = episode.newest.step = 0;
    for (Bound& bound : episode.evidence) bound.step = 0;
    episode.bound.clear();
    episode.stands = episode.stands || !episode.retractable.empty();
    episode.retractable.clear();
  }
}

void EpisodeBook::retune(Turn& turn) {
  for (Episode* const episode : open_.in_order()) {
    turn.timers.clear(episode->resolve_timer);
    set_resolve_timer(*episode, turn);
    const bool waiting = episode->update_timer.is_set();
    turn.timers.clear(episode->update_timer);
    const Timestamp due = episode->shown_at + rule_->alert.update_min_interval;
    if (waiting && differs(*episode))
      turn.timers.set(episode->update_timer, std::max(due, turn.at));
  }
}

std::optional<Timestamp> EpisodeBook::Deadlines::first() const {
  std::optional<Timestamp> first;
  for (const auto& due : {quiet, breaks, after}) {
    if (due && (!first || *due < *first)) first = due;
  }
  return first;
}

EpisodeBook::Deadlines EpisodeBook::deadlines(const Episode& episode) const {
  const Resolve& resolve = rule_->alert.resolve;
  Deadlines when;
  if (resolve.quiet_for) {
    when.quiet = std::max({episode.opened_at, episode.last_contribution, episode.last_absence}) +
                 *resolve.quiet_for;
  }
  if (resolve.breaks_for && episode.broken_at) {
    when.breaks = *episode.broken_at + *resolve.breaks_for;
  }
  if (resolve.after) when.after = episode.opened_at + *resolve.after;
  return when;
}

void EpisodeBook::set_resolve_timer(Episode& episode, Turn& turn) const {
  const std::optional<Timestamp> due = deadlines(episode).first();
  if (due) return turn.timers.set(episode.resolve_timer, std::max(*due, turn.at));
  turn.timers.clear(episode.resolve_timer);
}

void EpisodeBook::add(Episode& episode, const Bound& bound, std::uint64_t value) {
  ++episode.count;
  if (value != 0 && !episode.distinct.contains(value)) {
    if (episode.distinct.size() < rule_->limits.max_distinct) {
      episode.distinct.insert(value);
    } else {
      notes_.evicted(LimitKind::distinct);
    }
  }
  add_evidence(episode, bound);
}

void EpisodeBook::add_evidence(Episode& episode, const Bound& bound) const {
  if (!bound.event->slot(CommonSlot::type).is_set()) return;  // a device that was never heard
  auto& all = episode.evidence;
  all.insert(std::ranges::upper_bound(all, event_order(bound), {}, event_order), bound);
  if (all.size() <= rule_->limits.max_evidence) return;
  all.erase(all.begin());
  ++episode.evidence_dropped;
}

// True: the severity rose. `e` and `key` read the event under way.
bool EpisodeBook::escalate(Episode& episode, Turn& turn) {
  if (rule_->alert.escalate.empty()) return false;
  const Severity before = episode.severity;
  show_latest(episode, turn);
  show_alert(episode, turn);
  for (const Escalation& step : rule_->alert.escalate) {
    if (step.severity <= episode.severity) continue;
    const Truth truth = turn.evaluation.test(step.when);
    if (truth == Truth::error) notes_.error(turn.evaluation.last_error());
    if (truth == Truth::yes) episode.severity = step.severity;
  }
  return episode.severity > before;
}

bool EpisodeBook::differs(const Episode& episode) const {
  const AlertSpec& alert = rule_->alert;
  return (alert.update_on_count && episode.count != episode.shown_count) ||
         (alert.update_on_distinct && episode.distinct.size() != episode.shown_distinct) ||
         (alert.update_on_every && episode.touched);
}

void EpisodeBook::publish(Episode& episode, AlertState state, Reason reason, Turn& turn) {
  ++episode.rev;
  episode.shown_at = turn.at;
  episode.shown_count = episode.count;
  episode.shown_distinct = episode.distinct.size();
  episode.touched = false;
  turn.timers.clear(episode.update_timer);
  ++counters_.revisions;
  show_latest(episode, turn);
  turn.out.push_back(make_revision(*rule_, episode, state, reason, turn, notes_));
}

// For the key of its opener.
void EpisodeBook::show_latest(const Episode& episode, Turn& turn) const {
  if (rule_->latest.empty()) return;
  const KeptEvent& event = *episode.opener.event;
  const auto* const alternative =
      alternative_for(pattern_of(rule_->form, episode.opener.step), event.type());
  if (alternative == nullptr) return;
  std::string key;
  for (const std::uint16_t slot : alternative->key_slots) append_key(key, event.slot(slot));
  (void)latest_.show({key, hash_key(key)}, turn.at, turn.at, *rule_, turn.evaluation);
}

void EpisodeBook::cool(const Episode& episode, Timestamp now) {
  Cooling* cooling = cooling_.find(episode.key_view());
  if (cooling == nullptr) {
    cooling = &cooling_.add(episode.key_view());
  } else {
    by_resolve_.erase(by_resolve_.iterator_to(*cooling));
  }
  cooling->resolved_at = now;
  by_resolve_.push_back(*cooling);
}

void EpisodeBook::forget_cooled(Timestamp now) {
  const Duration rearm = rule_->alert.rearm_after.value_or(Duration{});
  while (!by_resolve_.empty() && by_resolve_.front().resolved_at + rearm <= now) {
    Cooling& cooling = by_resolve_.front();
    by_resolve_.pop_front();
    cooling_.erase(cooling);
  }
}

}  // namespace tocsin::rules
