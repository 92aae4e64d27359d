#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "alerts/alert_json.h"

namespace tocsin::alerts {
namespace {

using Json = nlohmann::ordered_json;  // keeps the order of keys: an alert's key has one

// Storage for a Value while it is being built: its strings point into `json`, its lists into
// `items`.
struct ParsedValue {
  Value value;
  std::vector<Value> items;
  std::vector<ParsedValue> nested;
};

ParsedValue value_of(const Json& json);

ParsedValue list_of(const Json& json) {
  ParsedValue out;
  out.nested.reserve(json.size());
  out.items.reserve(json.size());
  for (const Json& item : json) {
    out.nested.push_back(value_of(item));
    out.items.push_back(out.nested.back().value);
  }
  out.value = Value::list(out.items);
  return out;
}

ParsedValue value_of(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean: return {Value::boolean(json.get<bool>()), {}, {}};
    case Json::value_t::number_float: return {Value::float64(json.get<double>()), {}, {}};
    case Json::value_t::number_integer: return {Value::int64(json.get<std::int64_t>()), {}, {}};
    case Json::value_t::number_unsigned: {
      const auto number = json.get<std::uint64_t>();
      const bool fits = number <= static_cast<std::uint64_t>(INT64_MAX);
      return {
          fits ? Value::int64(static_cast<std::int64_t>(number)) : Value::uint64(number), {}, {}};
    }
    case Json::value_t::string: return {Value::string(json.get_ref<const std::string&>()), {}, {}};
    case Json::value_t::array: return list_of(json);
    default: return {};
  }
}

// Reads members of one object; the first failure sticks and later reads do nothing.
class ObjectReader {
 public:
  ObjectReader(const Json& json, std::optional<ParseError>& error) : json_(json), error_(error) {
    if (!json.is_object()) fail(ParseError::wrong_type);
  }

  const Json* find(const char* name, bool required) {
    if (error_) return nullptr;
    const auto it = json_.find(name);
    if (it != json_.end()) return &*it;
    if (required) fail(ParseError::missing_field);
    return nullptr;
  }
  void text(const char* name, std::string& out, bool required = true) {
    const Json* json = find(name, required);
    if (json == nullptr) return;
    if (!json->is_string()) return fail(ParseError::wrong_type);
    out = json->get_ref<const std::string&>();
  }
  template <class Integer>
  void integer(const char* name, Integer& out, bool required = true) {
    const Json* json = find(name, required);
    if (json == nullptr) return;
    if (!json->is_number_integer()) return fail(ParseError::wrong_type);
    if (json->is_number_unsigned()) return in_range(json->get<std::uint64_t>(), out);
    in_range(json->get<std::int64_t>(), out);
  }
  void time(const char* name, Timestamp& out) {
    std::int64_t ms = 0;
    integer(name, ms);
    out = from_unix_ms(ms);
  }
  void flag(const char* name, bool& out, bool required = true) {
    const Json* json = find(name, required);
    if (json == nullptr) return;
    if (!json->is_boolean()) return fail(ParseError::wrong_type);
    out = json->get<bool>();
  }
  void number(const char* name, std::optional<double>& out) {
    const Json* json = find(name, false);
    if (json == nullptr) return;
    if (!json->is_number()) return fail(ParseError::wrong_type);
    out = json->get<double>();
  }
  template <class Enum>
  void word(const char* name, std::optional<Enum> (*from)(std::string_view), Enum& out,
            bool required = true) {
    std::string spelled;
    text(name, spelled, required);
    if (error_ || (spelled.empty() && !required)) return;
    const auto found = from(spelled);
    if (!found) return fail(ParseError::unknown_word);
    out = *found;
  }
  void values(const char* name, std::vector<NamedValue>& out, bool required = true) {
    const Json* json = find(name, required);
    if (json == nullptr) return;
    if (!json->is_object()) return fail(ParseError::wrong_type);
    for (const auto& [key, value] : json->items()) {
      out.emplace_back(key, OwnedValue(value_of(value).value));
    }
  }
  void local_text(const char* name, LocalText& out, bool required = true) {
    const Json* json = find(name, required);
    if (json == nullptr) return;
    ObjectReader object(*json, error_);
    object.text("en", out.en);
    object.text("zh", out.zh);
  }

  template <class Wide, class Integer>
  void in_range(Wide number, Integer& out) {
    if (!std::in_range<Integer>(number)) return fail(ParseError::wrong_type);
    out = static_cast<Integer>(number);
  }
  void fail(ParseError error) {
    if (!error_) error_ = error;
  }
  std::optional<ParseError>& error() { return error_; }

 private:
  const Json& json_;
  std::optional<ParseError>& error_;
};

void read_place(ObjectReader& alert, AlertPlace& out) {
  const Json* json = alert.find("place", true);
  if (json == nullptr) return;
  ObjectReader place(*json, alert.error());
  place.text("city", out.city, false);
  place.text("town", out.town, false);
  place.text("village", out.village, false);
  place.text("grid", out.grid, false);
  place.text("site", out.site, false);
  place.text("building", out.building, false);
  place.text("floor", out.floor, false);
  place.text("zone", out.zone, false);
  place.text("unit", out.unit, false);
  place.number("lat", out.lat);
  place.number("lon", out.lon);
}

void read_evidence(ObjectReader& alert, std::vector<Evidence>& out) {
  const Json* json = alert.find("evidence", true);
  if (json == nullptr) return;
  if (!json->is_array()) return alert.fail(ParseError::wrong_type);
  for (const Json& entry : *json) {
    Evidence& item = out.emplace_back();
    ObjectReader object(entry, alert.error());
    object.text("id", item.id);
    object.text("device_id", item.device_id);
    object.text("type", item.type);
    object.time("ts", item.ts);
    object.values("values", item.values);
  }
}

void read_contract(ObjectReader& object, AlertRevision& alert) {
  object.text("alert_id", alert.alert_id);
  object.text("rule", alert.rule);
  object.integer("rev", alert.rev);
  object.word("state", alert_state_from, alert.state);
  object.word("severity", severity_from, alert.severity);
  object.text("category", alert.category);
  object.values("key", alert.key);
  object.time("opened_at", alert.opened_at);
  object.time("at", alert.at);
  object.word("reason", reason_from, alert.reason);
  object.integer("count", alert.count);
  object.integer("distinct", alert.distinct);
  object.local_text("summary", alert.summary);
  read_place(object, alert.place);
  read_evidence(object, alert.evidence);
  object.text("rule_version", alert.rule_version);
  object.integer("log_position", alert.log_position);
  object.flag("shadow", alert.shadow);
  object.flag("late", alert.late);
  object.flag("degraded", alert.degraded);
}

void read_additions(ObjectReader& object, AlertRevision& alert) {
  object.word("kind", alert_kind_from, alert.kind, false);
  object.local_text("title", alert.title, false);
  object.integer("evidence_dropped", alert.evidence_dropped, false);
  object.values("attached", alert.attached, false);
  object.flag("historical", alert.historical, false);
  object.text("suppressed_by", alert.suppressed_by, false);
  object.text("owner", alert.owner, false);
  object.text("department", alert.department, false);
  object.text("plan_id", alert.plan_id, false);
}

}  // namespace

Result<AlertRevision, ParseError> alert_from_json(std::string_view line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return ParseError::syntax;
  std::optional<ParseError> error;
  AlertRevision alert;
  ObjectReader object(json, error);
  read_contract(object, alert);
  read_additions(object, alert);
  if (error) return *error;
  return alert;
}

}  // namespace tocsin::alerts
