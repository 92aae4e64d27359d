#include "rules/load/scope.h"

#include <algorithm>
#include <array>

namespace tocsin::rules {
namespace {

struct AlertName {
  std::string_view name;
  AlertVar slot;
  ValueKind kind;
};
constexpr std::array<AlertName, kAlertVars> kAlertNames{{
    {"count", kVarCount, ValueKind::int64},
    {"distinct", kVarDistinct, ValueKind::int64},
    {"severity", kVarSeverity, ValueKind::string},
    {"opened_at", kVarOpenedAt, ValueKind::timestamp},
    {"at", kVarAt, ValueKind::timestamp},
    {"value", kVarValue, ValueKind::float64},
}};

cel::Type type_of(const Value& value) {
  if (value.kind() != ValueKind::list) return {value.kind(), ValueKind::unset};
  const auto items = value.as_list();
  return {ValueKind::list, items.empty() ? ValueKind::unset : items.front().kind()};
}

// "loc.zone" -> "zone" if the head is `head`.
std::optional<std::string_view> after(std::string_view path, std::string_view head) {
  if (!path.starts_with(head) || path.size() <= head.size() || path[head.size()] != '.')
    return std::nullopt;
  return path.substr(head.size() + 1);
}

void add_fields(const EventTypes& types, std::string_view prefix, std::vector<std::string>& names) {
  if (types.empty()) return;
  for (const FieldSpec& field : types.front()->fields) {
    if (common_field(types, field.name) != nullptr)
      names.push_back(std::string(prefix) + field.name);
  }
  for (const FieldSpec& field : common_fields()) {
    if (common_field(types, field.name) != nullptr)
      names.push_back(std::string(prefix) + field.name);
  }
}

}  // namespace

const FieldSpec* common_field(const EventTypes& types, std::string_view field) {
  const FieldSpec* found = nullptr;
  for (const EventType* type : types) {
    const FieldSpec* const spec = type->find(field);
    if (spec == nullptr) return nullptr;
    if (found == nullptr) found = spec;
    if (spec->kind != found->kind || spec->element != found->element || spec->slot != found->slot)
      return nullptr;
  }
  return found;
}

std::optional<RuleScope::Field> RuleScope::field_of(std::string_view path) const {
  if (event != nullptr) {
    if (const auto name = after(path, "e")) return Field{event, kFrameEvent, *name};
    if (path.starts_with("loc.") || path.starts_with("device."))
      return Field{event, kFrameEvent, path};
  }
  if (const auto rest = latest == nullptr ? std::nullopt : after(path, "latest")) {
    for (std::size_t i = 0; i < latest->cells.size(); ++i) {
      const auto name = after(*rest, latest->cells[i].text->name->text);
      if (name)
        return Field{&latest->cells[i].types, kFrameLatest, *name, static_cast<std::uint16_t>(i)};
    }
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto name = after(path, steps[i].name);
    if (name) return Field{steps[i].types, static_cast<std::uint8_t>(kFrameStep + i), *name};
  }
  return std::nullopt;
}

std::optional<cel::Input> RuleScope::find(std::string_view path) const {
  if (const auto field = field_of(path)) {
    const FieldSpec* const spec = common_field(*field->types, field->name);
    if (spec == nullptr) return std::nullopt;
    const std::uint16_t slot =
        field->frame == kFrameLatest ? read_latest(field->cell, spec->slot) : spec->slot;
    return cel::Input{{spec->kind, spec->element}, field->frame, slot, std::nullopt};
  }
  if (const auto name = after(path, "key")) {
    const auto key = std::ranges::find(keys, *name, &KeyField::name);
    if (key == keys.end()) return std::nullopt;
    return cel::Input{key->type, kFrameKey, static_cast<std::uint16_t>(key - keys.begin()),
                      std::nullopt};
  }
  if (const auto name = after(path, "params")) {
    const auto param = std::ranges::find(params, *name, &Param::name);
    if (param == params.end()) return std::nullopt;
    param->used = true;
    return cel::Input{type_of(param->value.view()), 0, 0, param->value.view()};
  }
  const auto var = std::ranges::find(kAlertNames, path, &AlertName::name);
  if (!alert || var == kAlertNames.end()) return std::nullopt;
  if (var->slot == kVarValue && !measures) return std::nullopt;
  return cel::Input{{var->kind, ValueKind::unset}, kFrameAlert, var->slot, std::nullopt};
}

std::uint16_t RuleScope::read_latest(std::uint16_t cell, std::uint16_t slot) const {
  latest->cells[cell].text->used = true;
  std::vector<LatestRead>& reads = latest->reads;
  const LatestRead read{cell, slot};
  const auto at = std::ranges::find(reads, read);
  const auto index = static_cast<std::uint16_t>(at - reads.begin());
  if (at == reads.end()) reads.push_back(read);
  return index;
}

std::vector<std::string> RuleScope::names() const {
  std::vector<std::string> names;
  if (event != nullptr) {
    add_fields(*event, "e.", names);
    for (const FieldSpec& field : common_fields()) {
      const bool bare = field.name.find('.') != std::string::npos;
      if (bare && common_field(*event, field.name) != nullptr) names.push_back(field.name);
    }
  }
  for (const Step& step : steps) add_fields(*step.types, std::string(step.name) + ".", names);
  for (const Latest& cell : latest == nullptr ? std::span<const Latest>() : latest->cells) {
    add_fields(cell.types, "latest." + cell.text->name->text + ".", names);
  }
  for (const KeyField& key : keys) names.push_back("key." + key.name);
  for (const Param& param : params) names.push_back("params." + param.name);
  if (alert) {
    for (const AlertName& var : kAlertNames) {
      if (var.slot != kVarValue || measures) names.emplace_back(var.name);
    }
  }
  return names;
}

std::span<const cel::HostFunction> RuleScope::functions() const {
  static const cel::Type text{ValueKind::string, ValueKind::unset};
  static const cel::Type truth{ValueKind::boolean, ValueKind::unset};
  static const std::vector<cel::HostFunction> all{{"adjacent", {text, text}, truth, kCallAdjacent},
                                                  {"in_calendar", {text}, truth, kCallInCalendar}};
  const std::span<const cel::HostFunction> functions = all;
  return event == nullptr ? functions.first(1) : functions;  // it asks for the event's time
}

bool RuleScope::is_partial(std::string_view path) const {
  const auto field = field_of(path);
  return field && field->types->size() > 1 &&
         std::ranges::any_of(*field->types,
                             [&](const EventType* t) { return t->find(field->name) != nullptr; });
}

}  // namespace tocsin::rules
