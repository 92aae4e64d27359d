#include "bench/sim/truth.h"

#include <nlohmann/json.hpp>

namespace tocsin::sim {
namespace {

constexpr std::string_view kSchema = "tocsin.truth/1";

ExpectedAlert from_json(const nlohmann::json& line) {
  ExpectedAlert e;
  e.incident = line.at("incident").get<std::uint32_t>();
  e.scene = line.value("scene", "");
  e.rule = line.at("rule").get<std::string>();
  e.severity = line.value("severity", "");
  for (const auto& [name, value] : line.at("key").items()) {
    e.key.emplace_back(name, value.get<std::string>());
  }
  e.ts = line.at("ts").get<std::int64_t>();
  e.sent = line.value("sent", e.ts);
  e.opens = line.value("opens", e.sent);
  e.events = line.at("events").get<std::vector<std::string>>();
  return e;
}

}  // namespace

std::string to_json_line(const ExpectedAlert& expected) {
  nlohmann::ordered_json line;
  line["schema"] = kSchema;
  line["incident"] = expected.incident;
  line["scene"] = expected.scene;
  line["rule"] = expected.rule;
  line["severity"] = expected.severity;
  line["key"] = nlohmann::ordered_json::object();
  for (const auto& [name, value] : expected.key) line["key"][name] = value;
  line["ts"] = expected.ts;
  line["sent"] = expected.sent;
  line["opens"] = expected.opens;
  line["events"] = expected.events;
  return line.dump();
}

std::optional<ExpectedAlert> parse_truth_line(std::string_view line) {
  try {
    const nlohmann::json parsed = nlohmann::json::parse(line);
    if (parsed.value("schema", "") != kSchema) return std::nullopt;
    return from_json(parsed);
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace tocsin::sim
