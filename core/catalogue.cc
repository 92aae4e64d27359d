#include "core/catalogue.h"

#include <algorithm>

#include "core/check.h"

namespace tocsin {
namespace {

std::vector<FieldSpec> make_common_fields() {
  using enum ValueKind;
  const std::pair<const char*, ValueKind> specs[] = {
      {"id", string},
      {"type", string},
      {"device_id", string},
      {"ts", timestamp},
      {"arr", timestamp},
      {"seq", uint64},
      {"gateway", string},
      {"late", boolean},
      {"loc.city", string},
      {"loc.town", string},
      {"loc.village", string},
      {"loc.grid", string},
      {"loc.site", string},
      {"loc.building", string},
      {"loc.floor", string},
      {"loc.zone", string},
      {"loc.unit", string},
      {"device.kind", string},
      {"device.place_id", string},
      {"device.gateway_id", string},
      {"device.heartbeat_interval_s", int64},
      {"device.state", string},
      {"device.tags", list},
  };
  static_assert(std::size(specs) == kCommonSlots);
  std::vector<FieldSpec> fields;
  for (const auto& [name, kind] : specs) {
    FieldSpec field;
    field.name = name;
    field.kind = kind;
    field.element = kind == list ? string : unset;
    field.slot = static_cast<std::uint16_t>(fields.size());
    fields.push_back(std::move(field));
  }
  return fields;
}

const FieldSpec* find_in(const std::vector<FieldSpec>& fields, std::string_view name) {
  const auto it = std::ranges::find(fields, name, &FieldSpec::name);
  return it == fields.end() ? nullptr : &*it;
}

}  // namespace

const std::vector<FieldSpec>& common_fields() {
  static const std::vector<FieldSpec> fields = make_common_fields();
  return fields;
}

const FieldSpec* EventType::find(std::string_view field) const {
  const FieldSpec* own = find_in(fields, field);
  if (own != nullptr) return own;
  const FieldSpec* const common = find_in(common_fields(), field);
  const bool missing = common != nullptr && (lacks >> common->slot & 1) != 0;
  return missing ? nullptr : common;
}

EventTypeId Catalogue::add(std::string name, std::vector<FieldSpec> fields,
                           std::string definition) {
  TOCSIN_CHECK(types_.size() < kMaxTypes && fields.size() <= kMaxTypeFields);
  const auto id = static_cast<EventTypeId>(types_.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    fields[i].slot = static_cast<std::uint16_t>(kCommonSlots + i);
  }
  const bool added = by_name_.emplace(name, id).second;
  TOCSIN_CHECK(added);
  types_.push_back(EventType{id, std::move(name), std::move(fields), 0, std::move(definition)});
  return id;
}

void Catalogue::retire_next() {
  TOCSIN_CHECK(types_.size() < kMaxTypes);
  types_.push_back(EventType{static_cast<EventTypeId>(types_.size()), {}, {}, 0, {}});
}

const EventType* Catalogue::find(std::string_view name) const {
  const auto it = by_name_.find(std::string(name));
  return it == by_name_.end() ? nullptr : &type(it->second);
}

}  // namespace tocsin
