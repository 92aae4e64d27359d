#include "ingest/assembler.h"

#include <algorithm>
#include <cmath>

#include "ingest/privacy.h"
#include "ingest/time_text.h"

namespace tocsin::ingest {
namespace {

constexpr std::string_view kPrivateText =
    "text that looks like an ID number, phone number or plate";

MaybeRefusal check_text(std::string_view text, std::size_t limit, std::string_view field) {
  if (text.size() > limit)
    return Refusal{RejectReason::out_of_range, "text over its length limit", field};
  if (looks_private(text)) return Refusal{RejectReason::privacy, kPrivateText, field};
  return std::nullopt;
}

MaybeRefusal check_time(const Value& v, std::string_view field) {
  const bool duration = v.kind() == ValueKind::duration;
  const bool in_range = duration ? v.seconds() >= -kMaxDuration - 1 && v.seconds() <= kMaxDuration
                                 : is_instant(v.seconds());
  if (in_range && v.nanos() < 1'000'000'000) return std::nullopt;
  return Refusal{RejectReason::out_of_range, "a time outside what can be written", field};
}

MaybeRefusal check_value(const Value& v, const FieldSpec& spec) {
  switch (v.kind()) {
    case ValueKind::float64:
      if (std::isfinite(v.as_double())) return std::nullopt;
      return Refusal{RejectReason::not_finite, "not a finite number", spec.name};
    case ValueKind::string:
      if (spec.wire == WireForm::enumeration) return std::nullopt;
      return check_text(v.as_string(), kMaxTextBytes, spec.name);
    case ValueKind::timestamp:
    case ValueKind::duration: return check_time(v, spec.name);
    case ValueKind::list:
      if (v.as_list().size() > kMaxListItems) {
        return Refusal{RejectReason::out_of_range, "a list with too many items", spec.name};
      }
      for (const Value& item : v.as_list()) {
        if (const auto refusal = check_value(item, spec)) return refusal;
      }
      return std::nullopt;
    default: return std::nullopt;
  }
}

Value zero_of(const FieldSpec& spec) {
  switch (spec.kind) {
    case ValueKind::boolean: return Value::boolean(false);
    case ValueKind::int64: return Value::int64(0);
    case ValueKind::uint64: return Value::uint64(0);
    case ValueKind::float64: return Value::float64(0);
    case ValueKind::string:
      return Value::string(spec.words.empty() ? std::string_view("") : spec.words.front());
    default: return {};
  }
}

// Of the set fields, each with its number, so that the hash survives a new field between two
// others.
std::uint64_t content_hash(const Event& event, const EventType& type) {
  std::uint64_t hash = 0;
  for (const FieldSpec& spec : type.fields) {
    const Value& v = event.slots[spec.slot];
    if (!v.is_set()) continue;
    const std::uint64_t seed = hash * 31 + (spec.number != 0 ? spec.number : spec.slot);
    const bool zero = v.kind() == ValueKind::float64 && v.as_double() == 0;
    hash = stable_hash(zero ? Value::float64(0.0) : v, seed);  // JSON cannot tell -0 from 0
  }
  return hash;
}

}  // namespace

Assembler::Assembler(const Catalogue& catalogue, std::shared_ptr<const Registry> registry)
    : types_(catalogue), enrichment_(std::move(registry)) {}

void Assembler::set_catalogue(const Catalogue& catalogue) { types_ = TypeTable(catalogue); }

void Assembler::set_registry(std::shared_ptr<const Registry> registry) {
  enrichment_ = Enrichment(std::move(registry));
}

Draft& Assembler::begin(Timestamp arr) {
  Event& event = draft_.event;
  std::fill_n(event.slots.begin(), used_slots_, Value{});
  used_slots_ = kCommonSlots;
  event.type = EventTypeId{};
  event.time_quality = TimeQuality::good;
  event.late = false;
  event.log_position = 0;
  event.arr = arr;
  event.has_ts = false;
  draft_.type = nullptr;
  draft_.unknown_fields = 0;
  draft_.placed = false;
  return draft_;
}

MaybeRefusal Assembler::set_type(std::string_view name) {
  if (name.empty()) return Refusal{RejectReason::missing_field, "an event needs it", "type"};
  draft_.type = types_.find(name);
  if (draft_.type == nullptr) {
    return Refusal{RejectReason::unknown_type, "no such event type in the catalogue", "type"};
  }
  const EventType& type = draft_.type->type();
  draft_.event.type = type.id;
  draft_.event.slot(CommonSlot::type) = Value::string(type.name);
  used_slots_ = kCommonSlots + type.fields.size();
  for (std::size_t i = 0; i < type.fields.size(); ++i) draft_.lists[i].clear();
  return std::nullopt;
}

MaybeRefusal Assembler::deliver(EventSink& sink) {
  for (const FieldSpec& spec : draft_.type->type().fields) {
    if (spec.kind == ValueKind::list && !draft_.list(spec).empty()) {
      draft_.field(spec) = Value::list(draft_.list(spec));
    } else if (spec.never_unset && !draft_.field(spec).is_set()) {
      draft_.field(spec) = zero_of(spec);
    }
  }
  if (const auto refusal = check_common()) return refusal;
  if (const auto refusal = check_fields()) return refusal;
  if (draft_.placed) {
    if (const auto refusal = check_inline()) return refusal;
  }
  complete();
  sink.on_event(draft_.event);
  return std::nullopt;
}

MaybeRefusal Assembler::check_common() const {
  const Event& event = draft_.event;
  if (event.text(CommonSlot::device_id).empty()) {
    return Refusal{RejectReason::missing_field, "an event needs it", "device_id"};
  }
  for (const CommonSlot slot : {CommonSlot::id, CommonSlot::device_id, CommonSlot::gateway}) {
    const std::string_view name = common_fields()[static_cast<std::size_t>(slot)].name;
    if (const auto refusal = check_text(event.text(slot), kMaxIdBytes, name)) return refusal;
  }
  const auto is_in_range = [](Timestamp t) {
    return unix_ms(t) >= kMinInstant * 1000 && unix_ms(t) < (kMaxInstant + 1) * 1000;
  };
  if (event.has_ts && !is_in_range(event.raw_ts)) {
    return Refusal{RejectReason::out_of_range, "a time outside the years 1 to 9999", "ts"};
  }
  return std::nullopt;
}

MaybeRefusal Assembler::check_fields() const {
  for (const FieldSpec& spec : draft_.type->type().fields) {
    if (const auto refusal = check_value(draft_.event.slots[spec.slot], spec)) return refusal;
  }
  return std::nullopt;
}

MaybeRefusal Assembler::check_inline() const {
  for (std::size_t i = 0; i < draft_.inline_place.size(); ++i) {
    const FieldSpec& spec = common_fields()[kFirstLoc + i];
    const Value& v = draft_.inline_place[i];
    MaybeRefusal refusal;
    if (v.kind() == ValueKind::string) refusal = check_text(v.as_string(), kMaxIdBytes, spec.name);
    if (v.kind() == ValueKind::list) refusal = check_value(v, spec);
    if (refusal) return refusal;
  }
  return std::nullopt;
}

void Assembler::complete() {
  Event& event = draft_.event;
  event.ts = event.has_ts ? event.raw_ts : event.arr;
  event.slot(CommonSlot::ts) = Value::timestamp(event.ts);
  event.slot(CommonSlot::arr) = Value::timestamp(event.arr);
  event.slot(CommonSlot::late) = Value::boolean(false);
  event.content_hash = content_hash(event, draft_.type->type());
  const bool registered = enrichment_.apply(event.text(CommonSlot::device_id), event);
  if (draft_.placed) {
    for (std::size_t i = 0; i < draft_.inline_place.size(); ++i) {
      if (draft_.inline_place[i].is_set()) event.slots[kFirstLoc + i] = draft_.inline_place[i];
    }
  } else if (!registered) {
    ++remarks_.unregistered;
  }
  remarks_.unknown_fields += draft_.unknown_fields;
}

}  // namespace tocsin::ingest
