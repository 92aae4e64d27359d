// The payload of an event: each field by its number, as the catalogue says it is written.
#include <bit>

#include "ingest/protobuf_decoder.h"
#include "ingest/time_text.h"
#include "ingest/utf8.h"

namespace tocsin::ingest {
namespace {

WireType wire_type_of(WireForm form) {
  switch (form) {
    case WireForm::fixed64:
    case WireForm::sfixed64:
    case WireForm::float64: return WireType::fixed64;
    case WireForm::fixed32:
    case WireForm::sfixed32:
    case WireForm::float32: return WireType::fixed32;
    case WireForm::string:
    case WireForm::message: return WireType::length;
    default: return WireType::varint;
  }
}

std::int64_t unzigzag(std::uint64_t raw) {
  return static_cast<std::int64_t>(raw >> 1 ^ (~(raw & 1) + 1));
}

// An enum's word; unset: none for that number.
Value word_of(std::uint64_t raw, const FieldSpec& spec) {
  const auto number = static_cast<std::int32_t>(raw);
  if (number < 0 || static_cast<std::size_t>(number) >= spec.words.size()) return {};
  const std::string& word = spec.words[static_cast<std::size_t>(number)];
  return word.empty() ? Value{} : Value::string(word);
}

Value value_of(std::uint64_t raw, const FieldSpec& spec) {
  const auto low = static_cast<std::uint32_t>(raw);
  switch (spec.wire) {
    case WireForm::boolean: return Value::boolean(raw != 0);
    case WireForm::int32:
    case WireForm::sfixed32: return Value::int64(static_cast<std::int32_t>(low));
    case WireForm::int64:
    case WireForm::sfixed64: return Value::int64(static_cast<std::int64_t>(raw));
    case WireForm::sint32: return Value::int64(static_cast<std::int32_t>(unzigzag(low)));
    case WireForm::sint64: return Value::int64(unzigzag(raw));
    case WireForm::uint32:
    case WireForm::fixed32: return Value::uint64(low);
    case WireForm::uint64:
    case WireForm::fixed64: return Value::uint64(raw);
    case WireForm::float32: return Value::float64(static_cast<double>(std::bit_cast<float>(low)));
    case WireForm::float64: return Value::float64(std::bit_cast<double>(raw));
    case WireForm::enumeration: return word_of(raw, spec);
    case WireForm::none:
    case WireForm::string:
    case WireForm::message: return {};
  }
  return {};
}

bool read_raw(WireReader& reader, WireType wire, std::uint64_t& raw) {
  if (wire == WireType::varint) return reader.varint(raw);
  if (wire == WireType::fixed64) return reader.fixed64(raw);
  std::uint32_t low = 0;
  const bool ok = reader.fixed32(low);
  raw = low;
  return ok;
}

// A number, flag or word, into its slot or list.
void put(const Value& value, const FieldSpec& spec, Draft& draft) {
  if (!value.is_set()) ++draft.unknown_fields;  // an enum number without a word
  if (spec.kind != ValueKind::list) {
    draft.field(spec) = value;
  } else if (value.is_set()) {
    draft.list(spec).push_back(value);
  }
}

MaybeRefusal read_packed(WireReader& outer, const FieldSpec& spec, Draft& draft) {
  std::string_view bytes;
  if (!outer.bytes(bytes)) return malformed(outer);
  WireReader reader(bytes);
  const WireType wire = wire_type_of(spec.wire);
  while (!reader.done()) {
    std::uint64_t raw = 0;
    if (!read_raw(reader, wire, raw)) return malformed(reader);
    put(value_of(raw, spec), spec, draft);
  }
  return std::nullopt;
}

MaybeRefusal read_string(WireReader& reader, const FieldSpec& spec, Draft& draft) {
  std::string_view text;
  if (!reader.bytes(text)) return malformed(reader);
  if (!is_utf8(text)) {
    return Refusal{RejectReason::invalid_utf8, "text that is not UTF-8", spec.name};
  }
  put(Value::string(text), spec, draft);
  return std::nullopt;
}

// google.protobuf.Timestamp and Duration: 1 seconds, 2 nanos. A second occurrence adds to the
// first.
MaybeRefusal read_time(WireReader& outer, const FieldSpec& spec, Draft& draft) {
  std::string_view bytes;
  if (!outer.bytes(bytes)) return malformed(outer);
  WireReader reader(bytes);
  Value& slot = draft.field(spec);
  std::int64_t seconds = slot.is_set() ? slot.seconds() : 0;
  std::uint32_t nanos = slot.is_set() ? slot.nanos() : 0;
  for (Tag tag; !reader.done();) {
    if (!reader.tag(tag)) return malformed(reader);
    std::uint64_t raw = 0;
    const bool known = tag.wire == WireType::varint && (tag.number == 1 || tag.number == 2);
    const bool ok = known ? reader.varint(raw) : reader.skip(tag, kMaxWireDepth - 1);
    if (!ok) return malformed(reader);
    if (!known) ++draft.unknown_fields;
    if (known && tag.number == 1) seconds = static_cast<std::int64_t>(raw);
    if (known && tag.number == 2) nanos = static_cast<std::uint32_t>(raw);
  }
  slot = spec.kind == ValueKind::timestamp ? Value::timestamp(seconds, nanos)
                                           : Value::duration(seconds, nanos);
  return std::nullopt;
}

// On the wire the parts of a duration have the same sign; in a Value the nanoseconds are never
// negative. What cannot be is left as nanoseconds out of range, which the assembler refuses.
void normalise_duration(Value& slot) {
  const auto nanos = static_cast<std::int32_t>(slot.nanos());
  const std::int64_t seconds = slot.seconds();
  if (seconds < 0 && nanos > 0) slot = Value::duration(seconds, UINT32_MAX);
  if (nanos >= 0 || nanos <= -1'000'000'000 || seconds > 0 || seconds < -kMaxDuration) return;
  slot = Value::duration(seconds - 1, static_cast<std::uint32_t>(nanos + 1'000'000'000));
}

MaybeRefusal read_field(WireReader& reader, Tag tag, const FieldSpec* spec, Draft& draft) {
  const WireType wanted = spec != nullptr ? wire_type_of(spec->wire) : WireType::varint;
  if (spec != nullptr && tag.wire == wanted) {
    if (spec->wire == WireForm::string) return read_string(reader, *spec, draft);
    if (spec->wire == WireForm::message) return read_time(reader, *spec, draft);
    std::uint64_t raw = 0;
    if (!read_raw(reader, wanted, raw)) return malformed(reader);
    put(value_of(raw, *spec), *spec, draft);
    return std::nullopt;
  }
  if (spec != nullptr && spec->kind == ValueKind::list && tag.wire == WireType::length) {
    return read_packed(reader, *spec, draft);
  }
  ++draft.unknown_fields;
  return reader.skip(tag, kMaxWireDepth) ? std::nullopt : malformed(reader);
}

}  // namespace

MaybeRefusal malformed(const WireReader& reader) {
  return Refusal{RejectReason::malformed, reader.error(), {}};
}

MaybeRefusal read_payload(std::string_view bytes, Draft& draft) {
  WireReader reader(bytes);
  for (Tag tag; !reader.done();) {
    if (!reader.tag(tag)) return malformed(reader);
    if (auto refusal = read_field(reader, tag, draft.type->by_number(tag.number), draft))
      return refusal;
  }
  for (const FieldSpec& spec : draft.type->type().fields) {
    if (spec.kind == ValueKind::duration && draft.field(spec).is_set()) {
      normalise_duration(draft.field(spec));
    }
  }
  return std::nullopt;
}

}  // namespace tocsin::ingest
