#include "rules/load/alert_types.h"

#include <algorithm>
#include <array>

namespace tocsin::rules {
namespace {

constexpr auto bit(CommonSlot slot) { return std::uint32_t{1} << static_cast<unsigned>(slot); }

// All but id, type, ts, arr, late and the places.
constexpr std::uint32_t kLacks =
    bit(CommonSlot::device_id) | bit(CommonSlot::seq) | bit(CommonSlot::gateway) |
    bit(CommonSlot::kind) | bit(CommonSlot::place_id) | bit(CommonSlot::gateway_id) |
    bit(CommonSlot::heartbeat_interval_s) | bit(CommonSlot::state) | bit(CommonSlot::tags);

void add_own(EventType& type, std::string_view name, ValueKind kind,
             ValueKind element = ValueKind::unset) {
  FieldSpec& field = type.fields.emplace_back();
  field.name = name;
  field.kind = kind;
  field.element = element;
  field.slot = static_cast<std::uint16_t>(kCommonSlots + type.fields.size() - 1);
}

std::uint16_t add_field(EventType& type, const FieldSpec& field) {
  if (const FieldSpec* const known = type.find(field.name)) return known->slot;
  if (field.slot < kCommonSlots) {
    type.lacks &= ~(std::uint32_t{1} << field.slot);
    return field.slot;
  }
  add_own(type, field.name, field.kind, field.element);
  return type.fields.back().slot;
}

bool is_alert_word(std::string_view field) {
  constexpr std::array<std::string_view, 8> kWords{"id",   "type",     "ts",    "arr",
                                                   "late", "severity", "state", "count"};
  return std::ranges::find(kWords, field) != kWords.end();
}

}  // namespace

std::vector<std::string> AlertTypes::names() const {
  std::vector<std::string> names;
  for (const auto& [rule, definition] : rules_) names.push_back("alert." + rule);
  return names;
}

void AlertTypes::define(std::string_view rule, const std::vector<FieldSpec>& identity,
                        const FieldSpec* roll_up) {
  Definition& made = all_.emplace_back();
  made.rule = rule;
  made.type.name = made.events.name = "alert." + made.rule;
  made.type.lacks = kLacks;
  add_own(made.type, "severity", ValueKind::string);
  add_own(made.type, "state", ValueKind::string);
  add_own(made.type, "count", ValueKind::int64);
  for (const FieldSpec& field : identity) {
    if (is_alert_word(field.name)) made.clash = field.name;
    if (made.type.fields.size() == kMaxTypeFields) break;
    made.events.identity_slots.push_back(add_field(made.type, field));
  }
  if (roll_up != nullptr && made.type.fields.size() < kMaxTypeFields) {
    made.events.roll_up_slot = add_field(made.type, *roll_up);
  }
  rules_[made.rule] = &made;
}

const AlertTypes::Definition* AlertTypes::use(std::string_view rule, std::size_t first) {
  const auto at = rules_.find(rule);
  if (at == rules_.end() || at->second == nullptr) return nullptr;
  Definition& definition = *at->second;
  if (!definition.used) {
    const std::size_t number = first + used_.size();
    if (number >= static_cast<std::size_t>(kNoEventType)) return nullptr;
    definition.used = true;
    definition.type.id = definition.events.type = static_cast<EventTypeId>(number);
    used_.push_back(&definition);
  }
  return &definition;
}

}  // namespace tocsin::rules
