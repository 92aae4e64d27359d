#include "ingest/json_value.h"

#include <cfloat>
#include <cmath>

#include "core/check.h"
#include "ingest/time_text.h"

namespace tocsin::ingest {
namespace {

using simdjson::dom::element;
using Type = simdjson::dom::element_type;

constexpr double kTwoTo63 = 9223372036854775808.0;

Refusal wrong_type(std::string_view what, std::string_view field) {
  return {RejectReason::wrong_type, what, field};
}
Refusal too_large(std::string_view field) {
  return {RejectReason::out_of_range, "a number that does not fit", field};
}

// The element's content; Requires its type.
template <class T>
T content(element value) {
  T out{};
  const auto error = value.get(out);
  TOCSIN_CHECK(error == simdjson::SUCCESS);
  return out;
}

bool is_whole(double d) { return d == std::trunc(d); }

MaybeRefusal read_int(element value, std::string_view field, std::int64_t& out) {
  switch (value.type()) {
    case Type::INT64: out = content<std::int64_t>(value); return std::nullopt;
    case Type::UINT64: return too_large(field);
    case Type::DOUBLE: {
      const double d = content<double>(value);
      if (!is_whole(d)) return wrong_type("expected a whole number", field);
      if (d < -kTwoTo63 || d >= kTwoTo63) return too_large(field);
      out = static_cast<std::int64_t>(d);
      return std::nullopt;
    }
    default: return wrong_type("expected a whole number", field);
  }
}

MaybeRefusal read_uint(element value, std::string_view field, std::uint64_t& out) {
  switch (value.type()) {
    case Type::UINT64: out = content<std::uint64_t>(value); return std::nullopt;
    case Type::INT64: {
      const auto i = content<std::int64_t>(value);
      if (i < 0) return too_large(field);
      out = static_cast<std::uint64_t>(i);
      return std::nullopt;
    }
    case Type::DOUBLE: {
      const double d = content<double>(value);
      if (!is_whole(d)) return wrong_type("expected a whole number", field);
      if (d < 0 || d >= 2 * kTwoTo63) return too_large(field);
      out = static_cast<std::uint64_t>(d);
      return std::nullopt;
    }
    default: return wrong_type("expected a whole number", field);
  }
}

MaybeRefusal read_double(element value, const FieldSpec& spec, double& out) {
  switch (value.type()) {
    case Type::DOUBLE: out = content<double>(value); break;
    case Type::INT64: out = static_cast<double>(content<std::int64_t>(value)); break;
    case Type::UINT64: out = static_cast<double>(content<std::uint64_t>(value)); break;
    case Type::STRING: {
      const auto text = content<std::string_view>(value);
      if (text == "NaN" || text == "Infinity" || text == "-Infinity") {
        return Refusal{RejectReason::not_finite, "not a finite number", spec.name};
      }
      return wrong_type("expected a number", spec.name);
    }
    default: return wrong_type("expected a number", spec.name);
  }
  if (spec.wire != WireForm::float32) return std::nullopt;
  if (std::abs(out) > static_cast<double>(FLT_MAX)) return too_large(spec.name);
  out = static_cast<double>(static_cast<float>(out));
  return std::nullopt;
}

// proto3 JSON writes whole numbers of 64 bits as strings, so a sender that uses it does.
bool is_number_text(element value, WireForm wire) {
  const bool wide = wire == WireForm::int64 || wire == WireForm::sint64 ||
                    wire == WireForm::sfixed64 || wire == WireForm::uint64 ||
                    wire == WireForm::fixed64;
  return wide && value.type() == Type::STRING;
}

bool fits(std::int64_t i, WireForm wire) {
  const bool narrow =
      wire == WireForm::int32 || wire == WireForm::sint32 || wire == WireForm::sfixed32;
  return !narrow || (i >= INT32_MIN && i <= INT32_MAX);
}
bool fits(std::uint64_t u, WireForm wire) {
  const bool narrow = wire == WireForm::uint32 || wire == WireForm::fixed32;
  return !narrow || u <= UINT32_MAX;
}

bool is_name_of(std::string_view name, std::string_view prefix, std::string_view word) {
  if (!name.starts_with(prefix) || name.size() - prefix.size() != word.size()) return false;
  name.remove_prefix(prefix.size());
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = name[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != word[i]) return false;
  }
  return true;
}

// Unset: a word or number the enum does not have.
MaybeRefusal read_word(element value, const FieldSpec& spec, Value& out) {
  out = Value{};
  if (value.type() == Type::STRING) {
    const auto text = content<std::string_view>(value);
    for (const std::string& word : spec.words) {
      if (word.empty()) continue;
      if (text == word || is_name_of(text, spec.word_prefix, word)) out = Value::string(word);
    }
    return std::nullopt;
  }
  std::int64_t number = 0;
  if (value.type() == Type::STRING || read_int(value, spec.name, number)) {
    return wrong_type("expected a word", spec.name);
  }
  if (number >= 0 && static_cast<std::size_t>(number) < spec.words.size()) {
    const std::string& word = spec.words[static_cast<std::size_t>(number)];
    if (!word.empty()) out = Value::string(word);
  }
  return std::nullopt;
}

MaybeRefusal read_instant(element value, std::string_view field, WireTime& out) {
  if (value.type() == Type::STRING) {
    const auto parsed = parse_rfc3339(content<std::string_view>(value));
    if (!parsed) return wrong_type("expected Unix ms or an RFC 3339 time", field);
    out = *parsed;
    return std::nullopt;
  }
  std::int64_t ms = 0;
  if (auto refusal = read_int(value, field, ms)) return refusal;
  const Value split = Value::timestamp(from_unix_ms(ms));
  out = {split.seconds(), split.nanos()};
  return std::nullopt;
}

MaybeRefusal read_duration(element value, std::string_view field, Value& out) {
  std::optional<WireTime> parsed;
  if (value.type() == Type::STRING) parsed = parse_duration_text(content<std::string_view>(value));
  if (!parsed) return wrong_type("expected a duration such as \"3.5s\"", field);
  out = Value::duration(parsed->seconds, parsed->nanos);
  return std::nullopt;
}

MaybeRefusal read_text_value(element value, const FieldSpec& spec, Value& out) {
  if (spec.wire == WireForm::enumeration) return read_word(value, spec, out);
  std::string_view text;
  auto refusal = read_json_text(value, spec.name, text);
  out = Value::string(text);
  return refusal;
}

// One value of `kind`: the field itself, or an item of its list.
MaybeRefusal read_value(element value, const FieldSpec& spec, ValueKind kind, Value& out) {
  switch (kind) {
    case ValueKind::boolean: {
      if (value.type() != Type::BOOL) return wrong_type("expected true or false", spec.name);
      out = Value::boolean(content<bool>(value));
      return std::nullopt;
    }
    case ValueKind::int64: {
      std::int64_t i = 0;
      if (is_number_text(value, spec.wire)) {
        const auto parsed = parse_int64(content<std::string_view>(value));
        if (!parsed) return wrong_type("expected a whole number", spec.name);
        out = Value::int64(*parsed);
        return std::nullopt;
      }
      if (auto refusal = read_int(value, spec.name, i)) return refusal;
      if (!fits(i, spec.wire)) return too_large(spec.name);
      out = Value::int64(i);
      return std::nullopt;
    }
    case ValueKind::uint64: {
      std::uint64_t u = 0;
      if (is_number_text(value, spec.wire)) {
        const auto parsed = parse_uint64(content<std::string_view>(value));
        if (!parsed) return wrong_type("expected a whole number", spec.name);
        out = Value::uint64(*parsed);
        return std::nullopt;
      }
      if (auto refusal = read_uint(value, spec.name, u)) return refusal;
      if (!fits(u, spec.wire)) return too_large(spec.name);
      out = Value::uint64(u);
      return std::nullopt;
    }
    case ValueKind::float64: {
      double d = 0;
      auto refusal = read_double(value, spec, d);
      out = Value::float64(d);
      return refusal;
    }
    case ValueKind::string: return read_text_value(value, spec, out);
    case ValueKind::timestamp: {
      WireTime time;
      auto refusal = read_instant(value, spec.name, time);
      out = Value::timestamp(time.seconds, time.nanos);
      return refusal;
    }
    case ValueKind::duration: return read_duration(value, spec.name, out);
    case ValueKind::list:
    case ValueKind::unset: break;
  }
  return wrong_type("a list in a list", spec.name);
}

MaybeRefusal read_list(element value, const FieldSpec& spec, Draft& draft) {
  simdjson::dom::array items;
  if (value.get(items) != simdjson::SUCCESS) return wrong_type("expected a list", spec.name);
  for (const element item : items) {
    Value read;
    if (auto refusal = read_value(item, spec, spec.element, read)) return refusal;
    if (read.is_set()) {
      draft.list(spec).push_back(read);
    } else {
      ++draft.unknown_fields;  // a word the enum does not have
    }
  }
  return std::nullopt;
}

}  // namespace

MaybeRefusal read_json_field(element value, const FieldSpec& spec, Draft& draft) {
  if (spec.kind == ValueKind::list) return read_list(value, spec, draft);
  Value read;
  if (auto refusal = read_value(value, spec, spec.kind, read)) return refusal;
  if (!read.is_set()) ++draft.unknown_fields;
  draft.field(spec) = read;
  return std::nullopt;
}

MaybeRefusal read_json_text(element value, std::string_view field, std::string_view& out) {
  if (value.get(out) == simdjson::SUCCESS) return std::nullopt;
  return wrong_type("expected a string", field);
}

MaybeRefusal read_json_count(element value, std::string_view field, std::uint64_t& out) {
  if (value.type() != Type::STRING) return read_uint(value, field, out);
  const auto parsed = parse_uint64(content<std::string_view>(value));
  if (!parsed) return wrong_type("expected a whole number", field);
  out = *parsed;
  return std::nullopt;
}

MaybeRefusal read_json_time(element value, std::string_view field, Timestamp& out) {
  if (value.type() == Type::STRING) {
    if (const auto ms = parse_int64(content<std::string_view>(value))) {
      out = from_unix_ms(*ms);
      return std::nullopt;
    }
  }
  std::int64_t ms = 0;
  if (value.type() != Type::STRING) {
    auto refusal = read_int(value, field, ms);
    out = from_unix_ms(ms);
    return refusal;
  }
  WireTime time;
  auto refusal = read_instant(value, field, time);
  out = from_unix_ms(time.seconds * 1000 + time.nanos / 1'000'000);
  return refusal;
}

}  // namespace tocsin::ingest
