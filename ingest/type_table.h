#pragma once
/// The catalogue as the codecs need it: a type by its name, a field by its number or by its name in
/// JSON.
/// Thread: any once built. Lifetime: points into the catalogue, which must outlive it.
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "core/catalogue.h"

namespace tocsin::ingest {

class TypeEntry {
 public:
  explicit TypeEntry(const EventType& type);

  const EventType& type() const { return *type_; }
  /// nullptr: no such field.
  const FieldSpec* by_number(std::uint32_t number) const {
    if (number >= near_.size()) return far(number);
    const std::uint8_t index = near_[number];
    return index == 0 ? nullptr : &type_->fields[index - 1u];
  }
  /// By the name rules use, or that of proto3 JSON.
  const FieldSpec* by_name(std::string_view name) const;

 private:
  const FieldSpec* far(std::uint32_t number) const;

  const EventType* type_;
  std::array<std::uint8_t, 64> near_{};  // 1 + index of the field
};

class TypeTable {
 public:
  explicit TypeTable(const Catalogue& catalogue);
  const TypeEntry* find(std::string_view name) const;  ///< nullptr: unknown

 private:
  std::vector<TypeEntry> entries_;
  boost::unordered_flat_map<std::string_view, const TypeEntry*> by_name_;
};

/// Index of a field among those of its type.
inline std::size_t field_index(const FieldSpec& spec) { return spec.slot - kCommonSlots; }

}  // namespace tocsin::ingest
