#include "alerts/alert_proto.h"

#include <optional>
#include <vector>

#include "alerts/utf8.h"
#include "tocsin/v1/alert.pb.h"

namespace tocsin::alerts {
namespace {

void set_time(const Value& value, v1::Time& out) {
  out.set_seconds(value.seconds());
  out.set_nanos(value.nanos());
}

void set_scalar(const Value& value, v1::Scalar& out) {
  switch (value.kind()) {
    case ValueKind::unset: return;
    case ValueKind::boolean: out.set_bool_value(value.as_bool()); return;
    case ValueKind::int64: out.set_int_value(value.as_int()); return;
    case ValueKind::uint64: out.set_uint_value(value.as_uint()); return;
    case ValueKind::float64: out.set_double_value(value.as_double()); return;
    case ValueKind::string: out.set_string_value(valid_utf8(value.as_string())); return;
    case ValueKind::timestamp: set_time(value, *out.mutable_timestamp_value()); return;
    case ValueKind::duration: set_time(value, *out.mutable_duration_value()); return;
    case ValueKind::list:
      out.mutable_list_value();
      for (const Value& item : value.as_list())
        set_scalar(item, *out.mutable_list_value()->add_items());
  }
}

template <class Repeated>
void set_values(const std::vector<NamedValue>& values, Repeated& out) {
  for (const auto& [name, value] : values) {
    v1::NamedValue& entry = *out.Add();
    entry.set_name(valid_utf8(name));
    set_scalar(value.view(), *entry.mutable_value());
  }
}

void set_text(const LocalText& text, v1::Text& out) {
  out.set_en(valid_utf8(text.en));
  out.set_zh(valid_utf8(text.zh));
}

void set_place(const AlertPlace& place, v1::Place& out) {
  out.set_city(valid_utf8(place.city));
  out.set_town(valid_utf8(place.town));
  out.set_village(valid_utf8(place.village));
  out.set_grid(valid_utf8(place.grid));
  out.set_site(valid_utf8(place.site));
  out.set_building(valid_utf8(place.building));
  out.set_floor(valid_utf8(place.floor));
  out.set_zone(valid_utf8(place.zone));
  out.set_unit(valid_utf8(place.unit));
  if (place.lat) out.set_lat(*place.lat);
  if (place.lon) out.set_lon(*place.lon);
}

void set_evidence(const Evidence& item, v1::Evidence& out) {
  out.set_id(valid_utf8(item.id));
  out.set_device_id(valid_utf8(item.device_id));
  out.set_type(valid_utf8(item.type));
  out.set_ts(unix_ms(item.ts));
  set_values(item.values, *out.mutable_values());
}

// What identifies the revision, and its words.
void set_identity(const AlertRevision& alert, v1::Alert& out) {
  out.set_alert_id(valid_utf8(alert.alert_id));
  out.set_rule(valid_utf8(alert.rule));
  out.set_kind(std::string(to_string(alert.kind)));
  out.set_rev(alert.rev);
  out.set_state(std::string(to_string(alert.state)));
  out.set_severity(std::string(to_string(alert.severity)));
  out.set_category(valid_utf8(alert.category));
  out.set_reason(std::string(to_string(alert.reason)));
  out.set_rule_version(valid_utf8(alert.rule_version));
  out.set_suppressed_by(valid_utf8(alert.suppressed_by));
  out.set_owner(valid_utf8(alert.owner));
  out.set_department(valid_utf8(alert.department));
  out.set_plan_id(valid_utf8(alert.plan_id));
  set_text(alert.title, *out.mutable_title());
  set_text(alert.summary, *out.mutable_summary());
}

Value time_value(const v1::Time& time, Value (*make)(std::int64_t, std::uint32_t)) {
  return make(time.seconds(), time.nanos());
}

OwnedValue value_of(const v1::Scalar& scalar);

OwnedValue list_of(const v1::ScalarList& list) {
  std::vector<OwnedValue> owned;
  std::vector<Value> items;
  owned.reserve(static_cast<std::size_t>(list.items_size()));
  for (const v1::Scalar& item : list.items())
    items.push_back(owned.emplace_back(value_of(item)).view());
  return OwnedValue(Value::list(items));
}

OwnedValue value_of(const v1::Scalar& scalar) {
  switch (scalar.kind_case()) {
    case v1::Scalar::kBoolValue: return OwnedValue(Value::boolean(scalar.bool_value()));
    case v1::Scalar::kIntValue: return OwnedValue(Value::int64(scalar.int_value()));
    case v1::Scalar::kUintValue: return OwnedValue(Value::uint64(scalar.uint_value()));
    case v1::Scalar::kDoubleValue: return OwnedValue(Value::float64(scalar.double_value()));
    case v1::Scalar::kStringValue: return OwnedValue(Value::string(scalar.string_value()));
    case v1::Scalar::kTimestampValue:
      return OwnedValue(time_value(scalar.timestamp_value(), Value::timestamp));
    case v1::Scalar::kDurationValue:
      return OwnedValue(time_value(scalar.duration_value(), Value::duration));
    case v1::Scalar::kListValue: return list_of(scalar.list_value());
    case v1::Scalar::KIND_NOT_SET: break;
  }
  return OwnedValue();
}

template <class Repeated>
std::vector<NamedValue> values_of(const Repeated& values) {
  std::vector<NamedValue> out;
  out.reserve(static_cast<std::size_t>(values.size()));
  for (const v1::NamedValue& entry : values)
    out.emplace_back(entry.name(), value_of(entry.value()));
  return out;
}

AlertPlace place_of(const v1::Place& place) {
  AlertPlace out{place.city(),
                 place.town(),
                 place.village(),
                 place.grid(),
                 place.site(),
                 place.building(),
                 place.floor(),
                 place.zone(),
                 place.unit(),
                 {},
                 {}};
  if (place.has_lat()) out.lat = place.lat();
  if (place.has_lon()) out.lon = place.lon();
  return out;
}

// False: a word nobody defined.
bool read_words(const v1::Alert& alert, AlertRevision& out) {
  const auto kind = alert_kind_from(alert.kind());
  const auto state = alert_state_from(alert.state());
  const auto severity = severity_from(alert.severity());
  const auto reason = reason_from(alert.reason());
  if (!kind || !state || !severity || !reason) return false;
  out.kind = *kind;
  out.state = *state;
  out.severity = *severity;
  out.reason = *reason;
  return true;
}

void read_identity(const v1::Alert& alert, AlertRevision& out) {
  out.alert_id = alert.alert_id();
  out.rule = alert.rule();
  out.rev = alert.rev();
  out.category = alert.category();
  out.rule_version = alert.rule_version();
  out.suppressed_by = alert.suppressed_by();
  out.owner = alert.owner();
  out.department = alert.department();
  out.plan_id = alert.plan_id();
  out.title = {alert.title().en(), alert.title().zh()};
  out.summary = {alert.summary().en(), alert.summary().zh()};
}

}  // namespace

void to_proto(const AlertRevision& alert, v1::Alert& out) {
  out.Clear();
  set_identity(alert, out);
  set_values(alert.key, *out.mutable_key());
  out.set_opened_at(unix_ms(alert.opened_at));
  out.set_at(unix_ms(alert.at));
  out.set_count(alert.count);
  out.set_distinct(alert.distinct);
  set_place(alert.place, *out.mutable_place());
  for (const Evidence& item : alert.evidence) set_evidence(item, *out.add_evidence());
  out.set_evidence_dropped(alert.evidence_dropped);
  set_values(alert.attached, *out.mutable_attached());
  out.set_log_position(alert.log_position);
  out.set_shadow(alert.shadow);
  out.set_late(alert.late);
  out.set_degraded(alert.degraded);
  out.set_historical(alert.historical);
}

Result<AlertRevision, ParseError> from_proto(const v1::Alert& alert) {
  AlertRevision out;
  if (!read_words(alert, out)) return ParseError::unknown_word;
  read_identity(alert, out);
  out.key = values_of(alert.key());
  out.opened_at = from_unix_ms(alert.opened_at());
  out.at = from_unix_ms(alert.at());
  out.count = alert.count();
  out.distinct = alert.distinct();
  out.place = place_of(alert.place());
  for (const v1::Evidence& item : alert.evidence()) {
    out.evidence.push_back({item.id(), item.device_id(), item.type(), from_unix_ms(item.ts()),
                            values_of(item.values())});
  }
  out.evidence_dropped = alert.evidence_dropped();
  out.attached = values_of(alert.attached());
  out.log_position = alert.log_position();
  out.shadow = alert.shadow();
  out.late = alert.late();
  out.degraded = alert.degraded();
  out.historical = alert.historical();
  return out;
}

std::string alert_to_bytes(const AlertRevision& alert) {
  v1::Alert message;
  to_proto(alert, message);
  return message.SerializeAsString();
}

Result<AlertRevision, ParseError> alert_from_bytes(std::string_view bytes) {
  v1::Alert message;
  if (bytes.size() > INT32_MAX) return ParseError::syntax;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return ParseError::syntax;
  return from_proto(message);
}

}  // namespace tocsin::alerts
