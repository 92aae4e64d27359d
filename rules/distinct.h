#pragma once
/// What `distinct` counts: the values of the fields a rule names, or, where it names none, devices.
#include <cstdint>
#include <span>

#include "core/catalogue.h"
#include "core/value.h"

namespace tocsin::rules {

/// A hash that stands for the values of `fields`; never 0. 0: one of them is unset, so the event
/// adds no value.
template <class Slots>
std::uint64_t distinct_value(const Slots& slot_of, std::span<const std::uint16_t> fields) {
  static constexpr std::uint16_t kDevice[] = {static_cast<std::uint16_t>(CommonSlot::device_id)};
  std::uint64_t hash = 1;
  for (const std::uint16_t slot : fields.empty() ? std::span(kDevice) : fields) {
    const Value value = slot_of(slot);
    if (!value.is_set()) return 0;
    hash = stable_hash(value, hash);
  }
  return hash == 0 ? 1 : hash;
}

}  // namespace tocsin::rules
