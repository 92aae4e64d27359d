#pragma once
/// What flows: one decoded, enriched event. A flat array of typed slots, laid out by the catalogue:
/// first the CommonSlot values, then the fields of the type. It owns nothing: strings point into
/// the frame or line it was decoded from and into the registry, and live until the next one is
/// decoded. Who keeps an event copies what it needs.
///
/// `ts` is theirs (device or gateway), `arr` is ours (stamped once by the log writer).
#include <array>
#include <cstdint>

#include "core/catalogue.h"
#include "core/time.h"
#include "core/value.h"

namespace tocsin {

enum class TimeQuality : std::uint8_t { good, clamped, assumed };

struct Event {
  EventTypeId type{};
  TimeQuality time_quality = TimeQuality::good;
  bool late = false;               ///< arr - ts > lateness of the type; set by the engine
  std::uint64_t log_position = 0;  ///< ordinal of this event among all received, from 1
  Timestamp ts{};                  ///< after clamping; mirrored in slots
  Timestamp arr{};
  Timestamp raw_ts{};  ///< as received; meaningful if has_ts
  bool has_ts = false;
  std::uint64_t content_hash = 0;  ///< stable hash of the decoded type fields, for dedup rule 3
  std::array<Value, kMaxSlots> slots;

  const Value& slot(CommonSlot s) const { return slots[static_cast<std::size_t>(s)]; }
  Value& slot(CommonSlot s) { return slots[static_cast<std::size_t>(s)]; }
  std::string_view text(CommonSlot s) const {
    const Value& v = slot(s);
    return v.is_set() ? v.as_string() : std::string_view{};
  }
};

}  // namespace tocsin
