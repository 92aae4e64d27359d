#include "rules/levels.h"

#include <algorithm>
#include <tuple>

#include "rules/rule_state.h"

namespace tocsin::rules {
namespace {

template <class Alternatives>
auto for_opener(const Alternatives& alternatives, const Episode& episode) {
  return std::ranges::find_if(alternatives, [&](const auto& alternative) {
    return alternative.opener == episode.opener.event->type();
  });
}

void set_places(Event& event, const KeptEvent& opener) {
  for (std::size_t i = kFirstLoc; i < kFirstLoc + kLocKinds; ++i) {
    event.slots[i] = opener.slot(static_cast<std::uint16_t>(i));
  }
}

void set_roll_up_field(Event& event, const Rule& rule, const Episode& episode) {
  if (!rule.rolled_up || !rule.alert_events->roll_up_slot) return;
  const auto& alternatives = rule.rolled_up->alternatives;
  const auto at = for_opener(alternatives, episode);
  if (at == alternatives.end()) return;
  event.slots[*rule.alert_events->roll_up_slot] = episode.opener.event->slot(at->slot);
}

void fill(AlertNotice& notice, const Rule& rule, const Episode& episode, AlertState state,
          const Turn& turn) {
  const AlertEvents& as = *rule.alert_events;
  Event& event = notice.event;
  event.type = as.type;
  event.log_position = turn.log_position;
  event.ts = event.arr = event.raw_ts = turn.at;
  event.has_ts = true;
  event.slot(CommonSlot::id) = Value::string(notice.alert_id);
  event.slot(CommonSlot::type) = Value::string(as.name);
  event.slot(CommonSlot::ts) = event.slot(CommonSlot::arr) = Value::timestamp(turn.at);
  event.slot(CommonSlot::late) = Value::boolean(false);
  set_places(event, *episode.opener.event);
  event.slots[AlertEvents::kSeverity] = Value::string(to_string(episode.severity));
  event.slots[AlertEvents::kState] = Value::string(to_string(state));
  event.slots[AlertEvents::kCount] = Value::int64(static_cast<std::int64_t>(episode.count));
  for (std::size_t i = 0; i < as.identity_slots.size() && i < notice.identity.size(); ++i) {
    event.slots[as.identity_slots[i]] = notice.identity[i].view();
  }
  set_roll_up_field(event, rule, episode);
}

}  // namespace

std::string Levels::open_alert(std::uint32_t rule, std::span<const std::uint16_t> slots,
                               const Episode& child) const {
  std::string key;
  for (const std::uint16_t slot : slots) {
    const Value value = child.opener.event->slot(slot);
    if (!value.is_set()) return {};
    append_key(key, value);
  }
  const Episode* const above = states_[rule]->find_alert({key, hash_key(key)});
  const bool counts = above != nullptr && (!above->shadow || child.shadow);
  return counts ? above->alert_id : std::string();
}

std::string Levels::inhibitor(const Rule& rule, const Episode& episode) const {
  for (const InhibitedBy& by : rule.inhibited_by) {
    const auto at = for_opener(by.alternatives, episode);
    if (at == by.alternatives.end()) continue;
    std::string id = open_alert(by.rule, at->slots, episode);
    if (!id.empty()) return id;
  }
  return {};
}

std::string Levels::parent(const Rule& rule, const Episode& episode) const {
  if (!rule.rolled_up) return {};
  const auto at = for_opener(rule.rolled_up->alternatives, episode);
  if (at == rule.rolled_up->alternatives.end()) return {};
  return open_alert(rule.rolled_up->parent, {&at->slot, 1}, episode);
}

void Levels::tell(const Rule& rule, const Episode& episode, AlertState state, const Turn& turn) {
  if (!rule.alert_events || !episode.opener.event) return;
  notices_.push_back(std::make_unique<AlertNotice>(
      AlertNotice{.from = *episode.order,
                  .rule = rule.name,
                  .key = episode.key,
                  .shadow = episode.shadow,
                  .alert_id = episode.alert_id,
                  .opener = episode.opener.event,
                  .identity = decode_key(episode.key),
                  .fingerprint = stable_hash(Value::string(episode.alert_id), episode.rev)}));
  fill(*notices_.back(), rule, episode, state, turn);
}

std::vector<const AlertNotice*> Levels::notices() const {
  std::vector<const AlertNotice*> all;
  for (const auto& notice : notices_) all.push_back(notice.get());
  std::ranges::stable_sort(all, {}, [](const AlertNotice* notice) {
    return std::tuple(notice->from.level, notice->from.rule, std::string_view(notice->key));
  });
  return all;
}

void Levels::kept(const KeptRef& event) {
  if (kept_.size() >= kept_before_check_) {
    std::erase_if(kept_, [](const KeptRef& one) { return one.is_last(); });
    kept_before_check_ = std::max<std::size_t>(64, 2 * kept_.size());
  }
  kept_.push_back(event);
}

void Levels::renumber(const RuleSet& before, const RuleSet& after) {
  const std::size_t first = before.type_settings.size() - before.alert_types.size();
  const auto find = [&](std::string_view rule) {
    const auto at = std::ranges::lower_bound(after.rules, rule, {}, &Rule::name);
    return at != after.rules.end() && at->name == rule && at->alert_events ? at : after.rules.end();
  };
  const auto type_of = [&](auto at) {
    return at == after.rules.end() ? kNoEventType : at->alert_events->type;
  };
  std::erase_if(kept_, [](const KeptRef& one) { return one.is_last(); });
  for (KeptRef& event : kept_) {
    if (event->type() == kNoEventType) continue;
    const std::size_t old = static_cast<std::size_t>(event->type()) - first;
    event.renumber(type_of(find(before.rules[before.alert_types[old]].name)));
  }
  for (const auto& notice : notices_) {
    const auto at = find(notice->rule);
    notice->event.type = type_of(at);
    if (at == after.rules.end()) continue;
    notice->from = {at->level, static_cast<std::uint32_t>(at - after.rules.begin())};
  }
}

}  // namespace tocsin::rules
