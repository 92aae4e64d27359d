#include "ingest/type_table.h"

#include <algorithm>

namespace tocsin::ingest {

TypeEntry::TypeEntry(const EventType& type) : type_(&type) {
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const std::uint32_t number = type.fields[i].number;
    if (number > 0 && number < near_.size()) near_[number] = static_cast<std::uint8_t>(i + 1);
  }
}

const FieldSpec* TypeEntry::far(std::uint32_t number) const {
  const auto it = std::ranges::find(type_->fields, number, &FieldSpec::number);
  return it == type_->fields.end() ? nullptr : &*it;
}

const FieldSpec* TypeEntry::by_name(std::string_view name) const {
  for (const FieldSpec& field : type_->fields) {
    if (field.name == name || field.json_name == name) return &field;
  }
  return nullptr;
}

TypeTable::TypeTable(const Catalogue& catalogue) {
  entries_.reserve(catalogue.types().size());
  by_name_.reserve(catalogue.types().size());
  for (const EventType& type : catalogue.types()) {
    entries_.emplace_back(type);
    by_name_.emplace(type.name, &entries_.back());
  }
}

const TypeEntry* TypeTable::find(std::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : it->second;
}

}  // namespace tocsin::ingest
