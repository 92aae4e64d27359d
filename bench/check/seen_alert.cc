#include "bench/check/seen_alert.h"

#include <nlohmann/json.hpp>

namespace tocsin::bench {
namespace {

std::string as_text(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

SeenAlert from_json(const nlohmann::json& line) {
  SeenAlert alert;
  alert.alert_id = line.at("alert_id").get<std::string>();
  alert.rule = line.at("rule").get<std::string>();
  alert.kind = line.value("kind", "");
  alert.rev = line.at("rev").get<std::uint32_t>();
  alert.severity = line.value("severity", "");
  alert.opened_at = line.at("opened_at").get<std::int64_t>();
  alert.shadow = line.value("shadow", false);
  for (const auto& [name, value] : line.at("key").items()) alert.key[name] = as_text(value);
  for (const auto& item : line.value("evidence", nlohmann::json::array())) {
    alert.evidence.push_back(item.value("id", ""));
  }
  return alert;
}

}  // namespace

SeenAlert seen(const AlertRevision& revision) {
  SeenAlert alert;
  alert.alert_id = revision.alert_id;
  alert.rule = revision.rule;
  alert.kind = to_string(revision.kind);
  alert.rev = revision.rev;
  alert.severity = to_string(revision.severity);
  for (const auto& [name, value] : revision.key) alert.key[name] = to_text(value.view());
  alert.opened_at = unix_ms(revision.opened_at);
  alert.shadow = revision.shadow;
  for (const Evidence& e : revision.evidence) alert.evidence.push_back(e.id);
  return alert;
}

std::optional<SeenAlert> parse_seen(std::string_view json) {
  try {
    const nlohmann::json line = nlohmann::json::parse(json);
    if (!line.is_object() || !line.contains("alert_id")) return std::nullopt;
    return from_json(line);
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace tocsin::bench
