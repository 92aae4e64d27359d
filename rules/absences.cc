#include "rules/absences.h"

#include <algorithm>

namespace tocsin::rules {
namespace {

const Absence& absence_in(const MatchContext& context) { return *absence_of(context.rule.form); }

std::string gateway_of(const Absence& absence, const std::vector<Bound>& bound) {
  if (!absence.gateway.empty()) return absence.gateway;
  const KeptEvent& event = *bound[absence.source_step.value_or(bound.size() - 1)].event;
  for (const CommonSlot slot : {CommonSlot::gateway, CommonSlot::gateway_id}) {
    const Value gateway = event.slot(slot);
    if (gateway.is_set()) return std::string(gateway.as_string());
  }
  return {};
}

}  // namespace

AbsenceRange range_of(const Absence& absence, Timestamp t) {
  return {t - absence.look_back, t + absence.within};
}

Duration lateness_of(const Absence& absence, const MatchContext& context) {
  Duration longest{};
  for (const Pattern::Alternative& alternative : absence.pattern.alternatives) {
    longest = std::max(longest, context.lateness(alternative.type));
  }
  return longest;
}

Absences::Absences(KeyView of, KeyView of_identity, const RuleOrder& in)
    : identity(of_identity.bytes) {
  key = of.bytes;
  hash = of.hash;
  order = &in;
}

void Absences::wait(std::vector<Bound> bound, MatchContext& context, Timestamp now) {
  const Absence& absence = absence_in(context);
  auto pending = std::make_unique<PendingAbsence>(*this, context.timers, std::move(bound));
  pending->gateway = gateway_of(absence, pending->bound);
  if (cancelled(*pending, absence, now)) return;
  set_deadline(*pending, context, now);
  const auto t = [](const auto& p) { return std::pair(p->t(), p->last().log_position()); };
  const auto at = std::ranges::upper_bound(pending_, t(pending), {}, t);
  pending_.insert(at, std::move(pending));
  limit(context);
}

void Absences::limit(MatchContext& context) {
  const auto& form = std::get<SequenceForm>(context.rule.form);
  while (pending_.size() > form.keep) {
    pending_.erase(pending_.begin());
    context.notes.evicted(LimitKind::absences);
  }
}

// An event that stands for a step is not what must be absent after it.
bool Absences::cancelled(const PendingAbsence& pending, const Absence& absence,
                         Timestamp now) const {
  const AbsenceRange range = range_of(absence, pending.t());
  const auto entries = events_.entries();
  auto at = std::ranges::lower_bound(entries, range.first, {}, &KeptEntry::ts);
  for (; at != entries.end() && at->ts <= range.last; ++at) {
    const auto is_step = [&](const Bound& b) { return b.event == at->event; };
    if (at->live(now) && std::ranges::none_of(pending.bound, is_step)) return true;
  }
  return false;
}

void Absences::set_deadline(PendingAbsence& pending, MatchContext& context, Timestamp now) const {
  const Absence& absence = absence_in(context);
  pending.deadline =
      std::max(pending.t() + absence.within, pending.last().arr()) + lateness_of(absence, context);
  context.timers.set(pending, std::max({pending.deadline, now, pending.not_before}));
}

void Absences::arrived(KeptEntry entry, MatchContext& context) {
  const Absence& absence = absence_in(context);
  std::erase_if(pending_, [&](const auto& pending) {
    return range_of(absence, pending->t()).holds(entry.ts);
  });
  const Timestamp now = entry.event->arr();
  events_.drop_expired_front(now);
  events_.insert(std::move(entry));
  context.notes.evicted(LimitKind::events,
                        events_.keep_newest(context.rule.limits.max_events_per_window, now));
}

std::optional<AbsenceMatch> Absences::decide(PendingAbsence& pending, MatchContext& context,
                                             Timestamp now) {
  using SourceDown = Absence::SourceDown;
  const Absence& absence = absence_in(context);
  const Timestamp limit = pending.deadline + absence.hold_max;
  const bool down = context.gateways.is_down(pending.gateway);
  if (down && absence.if_source_down == SourceDown::hold && now < limit) {
    pending.held = true;
    context.timers.set(pending, limit);
    return std::nullopt;
  }
  const bool unheard = pending.held && (!pending.heard || *pending.heard > now);
  AbsenceMatch match{std::move(pending.bound), {}, down || unheard};
  match.t = match.bound.back().event->ts();
  if (absence.if_source_down == SourceDown::fire) match.degraded = false;
  forget(pending);
  return match;
}

void Absences::forget(const PendingAbsence& pending) {
  std::erase_if(pending_, [&](const auto& p) { return p.get() == &pending; });
}

void Absences::resume(std::string_view gateway, MatchContext& context, Timestamp now) {
  const Absence& absence = absence_in(context);
  for (const auto& pending : pending_) {
    if (!pending->held || pending->gateway != gateway) continue;
    pending->heard = now + lateness_of(absence, context);
    const Timestamp due = std::min(*pending->heard, pending->deadline + absence.hold_max);
    context.timers.set(*pending, std::max(due, pending->not_before));
  }
}

void Absences::postpone(Timestamp down, Timestamp up, Timestamp at, MatchContext& context) {
  for (const auto& pending : pending_) {
    if (pending->due <= down || pending->due > up) continue;
    pending->not_before = at;
    context.timers.set(*pending, at);
  }
}

void Absences::retune(MatchContext& context, Timestamp now, Duration kept_for) {
  const auto& form = std::get<SequenceForm>(context.rule.form);
  const Absence& absence = *form.absent;
  events_.drop_expired(now);
  events_.retain([&](KeptEntry& entry) {
    if (test_again(*entry.event, absence.pattern, context) == nullptr) return false;
    entry = make_entry(entry.event, kept_for, context.lateness(entry.event->type()));
    return entry.live(now);
  });
  std::erase_if(pending_, [&](const auto& pending) {
    const auto refused = [&](const Bound& bound) {
      return test_again(*bound.event, form.steps[bound.step].pattern, context) == nullptr;
    };
    return std::ranges::any_of(pending->bound, refused) || cancelled(*pending, absence, now);
  });
  for (const auto& pending : pending_) {
    context.timers.clear(*pending);
    pending->gateway = gateway_of(absence, pending->bound);
    pending->held = false;
    pending->heard = std::nullopt;
    set_deadline(*pending, context, now);
  }
  limit(context);
}

Timestamp Absences::last_needed() const {
  Timestamp last = events_.last_expiry();
  for (const auto& pending : pending_) last = std::max(last, pending->due);
  return last;
}

}  // namespace tocsin::rules
