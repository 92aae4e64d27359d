#include "alerts/alert_schema.h"

#include <array>
#include <nlohmann/json.hpp>

#include "core/alert.h"
#include "core/check.h"

namespace tocsin::alerts {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kString = R"({"type":"string"})";
constexpr std::string_view kFlag = R"({"type":"boolean"})";
constexpr std::string_view kCount = R"({"type":"integer","minimum":0})";
constexpr std::string_view kTime = R"({"type":"integer"})";
constexpr std::string_view kText = R"({"$ref":"#/$defs/text"})";
constexpr std::string_view kValues = R"({"$ref":"#/$defs/values"})";
constexpr std::string_view kDegrees = R"({"type":"number"})";

constexpr std::array<SchemaField, 30> kAlert{{
    {"alert_id", R"({"type":"string","pattern":"^[0-9a-f]{32}$"})", true,
     "Identity of the alert; all its revisions carry it."},
    {"rule", kString, true, "Name of the rule that decided."},
    {"rev", R"({"type":"integer","minimum":1})", true,
     "Revision, from 1; a reader keeps the highest of an alert_id."},
    {"state", R"({"$ref":"#/$defs/state"})", true, "Firing until the last revision resolves it."},
    {"severity", R"({"$ref":"#/$defs/severity"})", true,
     "critical 红, high 橙, medium 黄, low 蓝."},
    {"category", kString, true, "Category of the rule; empty: none."},
    {"key", kValues, true, "Identity fields and their values, in the rule's order."},
    {"opened_at", kTime, true, "When the alert opened; Unix ms of engine time."},
    {"at", kTime, true, "When this revision was decided; Unix ms of engine time."},
    {"reason", R"({"$ref":"#/$defs/reason"})", true, "Why this revision was made."},
    {"count", kCount, true, "Events of the episode, duplicates and repeats left out."},
    {"distinct", kCount, true, "Distinct values among them."},
    {"summary", kText, true, "What happened, in words."},
    {"place", R"({"$ref":"#/$defs/place"})", true, "Place ids by level; only known levels."},
    {"evidence", R"({"type":"array","items":{"$ref":"#/$defs/evidence"}})", true,
     "Events that made it, oldest first; the newest of them when there are too many."},
    {"rule_version", kString, true, "Digest of the rule that decided."},
    {"log_position", kCount, true, "Ordinal of the newest event received by then."},
    {"shadow", kFlag, true, "From a rule in shadow mode: for comparison, not for action."},
    {"late", kFlag, true, "Made by an event that arrived late."},
    {"degraded", kFlag, true, "Decided without everything it should have known."},
    {"schema", R"({"const":"tocsin.alert/1"})", true, "Name and version of this format."},
    {"kind", R"({"$ref":"#/$defs/kind"})", true, "An alert of a rule, or about one."},
    {"title", kText, true, "Title of the rule."},
    {"evidence_dropped", kCount, true, "Pieces of evidence that were left out."},
    {"attached", kValues, true, "What the rule's attach expressions gave."},
    {"historical", kFlag, true, "Its newest evidence was old when it opened."},
    {"suppressed_by", kString, true, "alert_id of the alert that suppresses it; empty: none."},
    {"owner", kString, true, "Who looks after the rule; empty: nobody named."},
    {"department", kString, true, "Who is to act; empty: nobody named."},
    {"plan_id", kString, true, "Response plan; empty: none."},
}};

constexpr std::array<SchemaField, 11> kPlace{{
    {"city", kString, false, "City."},
    {"town", kString, false, "Town or street office."},
    {"village", kString, false, "Village or community."},
    {"grid", kString, false, "Grid cell."},
    {"site", kString, false, "Compound or factory."},
    {"building", kString, false, "Building."},
    {"floor", kString, false, "Floor."},
    {"zone", kString, false, "Zone."},
    {"unit", kString, false, "Unit."},
    {"lat", kDegrees, false, "Latitude, degrees."},
    {"lon", kDegrees, false, "Longitude, degrees."},
}};

constexpr std::array<SchemaField, 5> kEvidence{{
    {"id", kString, true, "Id of the event; empty: it had none."},
    {"device_id", kString, true, "Device that said it."},
    {"type", kString, true, "Type of the event."},
    {"ts", kTime, true, "When it happened, by its device; Unix ms."},
    {"values", kValues, true, "What the rule's conditions read."},
}};

Json object_of(std::span<const SchemaField> fields) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const SchemaField& field : fields) {
    Json property = Json::parse(field.type, nullptr, false);
    TOCSIN_CHECK(!property.is_discarded());
    property["description"] = field.description;
    properties[std::string(field.name)] = std::move(property);
    if (field.required) required.push_back(field.name);
  }
  Json object{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) object["required"] = std::move(required);
  return object;
}

// The words of an enum whose last value is `last`.
template <class Enum>
Json words_up_to(Enum last) {
  Json words = Json::array();
  for (int i = 0; i <= static_cast<int>(last); ++i)
    words.push_back(to_string(static_cast<Enum>(i)));
  return Json{{"enum", std::move(words)}};
}

Json definitions() {
  Json value_types = {"boolean", "number", "string", "array", "null"};
  Json defs;
  defs["state"] = words_up_to(AlertState::resolved);
  defs["severity"] = words_up_to(Severity::critical);
  defs["reason"] = words_up_to(Reason::evicted);
  defs["kind"] = words_up_to(AlertKind::rule_limit);
  defs["text"] = {{"type", "object"},
                  {"properties", {{"en", {{"type", "string"}}}, {"zh", {{"type", "string"}}}}},
                  {"required", {"en", "zh"}}};
  defs["values"] = {{"type", "object"},
                    {"additionalProperties", {{"type", std::move(value_types)}}}};
  defs["place"] = object_of(kPlace);
  defs["evidence"] = object_of(kEvidence);
  return defs;
}

}  // namespace

std::span<const SchemaField> alert_fields() { return kAlert; }
std::span<const SchemaField> place_fields() { return kPlace; }
std::span<const SchemaField> evidence_fields() { return kEvidence; }

std::string alert_schema() {
  Json schema;
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["$id"] = "urn:tocsin:alert:1";
  schema["title"] = "tocsin.alert/1";
  schema["description"] = "One revision of one alert. More fields may follow.";
  const Json line = object_of(kAlert);
  for (const auto& [name, part] : line.items()) schema[name] = part;
  schema["$defs"] = definitions();
  return schema.dump(2) + "\n";
}

}  // namespace tocsin::alerts
