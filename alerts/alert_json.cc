#include "alerts/alert_json.h"

#include <cmath>
#include <utility>

#include "alerts/json_text.h"

namespace tocsin::alerts {
namespace {

// Appends members of one object; knows when a comma is due.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  void close() { out_ += '}'; }

  std::string& name(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(name, out_);
    out_ += ':';
    return out_;
  }
  void text(std::string_view n, std::string_view value) { append_json_string(value, name(n)); }
  void integer(std::string_view n, std::int64_t value) { append_json_int(value, name(n)); }
  void number(std::string_view n, std::uint64_t value) { append_json_uint(value, name(n)); }
  void flag(std::string_view n, bool value) { name(n) += value ? "true" : "false"; }
  void time(std::string_view n, Timestamp value) { integer(n, unix_ms(value)); }
  void known_text(std::string_view n, std::string_view value) {
    if (!value.empty()) text(n, value);
  }
  void known_double(std::string_view n, const std::optional<double>& value) {
    if (value && std::isfinite(*value)) append_json_double(*value, name(n));
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_local_text(const LocalText& text, std::string& out) {
  ObjectWriter object(out);
  object.text("en", text.en);
  object.text("zh", text.zh);
  object.close();
}

void append_values(const std::vector<NamedValue>& values, std::string& out) {
  ObjectWriter object(out);
  for (const auto& [name, value] : values) append_json_value(value.view(), object.name(name));
  object.close();
}

void append_place(const AlertPlace& place, std::string& out) {
  ObjectWriter object(out);
  object.known_text("city", place.city);
  object.known_text("town", place.town);
  object.known_text("village", place.village);
  object.known_text("grid", place.grid);
  object.known_text("site", place.site);
  object.known_text("building", place.building);
  object.known_text("floor", place.floor);
  object.known_text("zone", place.zone);
  object.known_text("unit", place.unit);
  object.known_double("lat", place.lat);
  object.known_double("lon", place.lon);
  object.close();
}

void append_evidence(const std::vector<Evidence>& evidence, std::string& out) {
  out += '[';
  bool first = true;
  for (const Evidence& item : evidence) {
    if (!first) out += ',';
    first = false;
    ObjectWriter object(out);
    object.text("id", item.id);
    object.text("device_id", item.device_id);
    object.text("type", item.type);
    object.time("ts", item.ts);
    append_values(item.values, object.name("values"));
    object.close();
  }
  out += ']';
}

// The fields of the first contract, in its order.
void append_contract(const AlertRevision& alert, ObjectWriter& object) {
  object.text("alert_id", alert.alert_id);
  object.text("rule", alert.rule);
  object.number("rev", alert.rev);
  object.text("state", to_string(alert.state));
  object.text("severity", to_string(alert.severity));
  object.text("category", alert.category);
  append_values(alert.key, object.name("key"));
  object.time("opened_at", alert.opened_at);
  object.time("at", alert.at);
  object.text("reason", to_string(alert.reason));
  object.number("count", alert.count);
  object.number("distinct", alert.distinct);
  append_local_text(alert.summary, object.name("summary"));
  append_place(alert.place, object.name("place"));
  append_evidence(alert.evidence, object.name("evidence"));
  object.text("rule_version", alert.rule_version);
  object.number("log_position", alert.log_position);
  object.flag("shadow", alert.shadow);
  object.flag("late", alert.late);
  object.flag("degraded", alert.degraded);
}

// What was added since; new fields go to the end.
void append_additions(const AlertRevision& alert, ObjectWriter& object) {
  object.text("schema", "tocsin.alert/1");
  object.text("kind", to_string(alert.kind));
  append_local_text(alert.title, object.name("title"));
  object.number("evidence_dropped", alert.evidence_dropped);
  append_values(alert.attached, object.name("attached"));
  object.flag("historical", alert.historical);
  object.text("suppressed_by", alert.suppressed_by);
  object.text("owner", alert.owner);
  object.text("department", alert.department);
  object.text("plan_id", alert.plan_id);
}

}  // namespace

void append_alert_json(const AlertRevision& alert, std::string& out) {
  ObjectWriter object(out);
  append_contract(alert, object);
  append_additions(alert, object);
  object.close();
}

std::string alert_to_json(const AlertRevision& alert) {
  std::string out;
  append_alert_json(alert, out);
  return out;
}

}  // namespace tocsin::alerts
