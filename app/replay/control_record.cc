#include "app/replay/control_record.h"

#include <absl/time/time.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace tocsin::app {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxControlBytes = 64 * 1024;
// Year 1 to 9999: what RFC 3339 can write.
constexpr std::int64_t kFirstMs = -62'135'596'800'000;
constexpr std::int64_t kLastMs = 253'402'300'799'999;

constexpr std::array<std::pair<std::string_view, ControlRecord::Kind>, 6> kWords{
    {{"restart", ControlRecord::Kind::restart},
     {"down", ControlRecord::Kind::down},
     {"up", ControlRecord::Kind::up},
     {"tick", ControlRecord::Kind::tick},
     {"gateway", ControlRecord::Kind::gateway},
     {"reload", ControlRecord::Kind::reload}}};

// Only lines that can be meant are parsed here; hostile ones were the decoder's.
json parse_object(std::string_view line, std::string_view key) {
  if (line.size() > kMaxControlBytes || line.find(key) == std::string_view::npos) return {};
  json object = json::parse(line, nullptr, false);
  return object.is_object() ? object : json{};
}

std::optional<Timestamp> time_of(const json& value) {
  std::int64_t ms = 0;
  if (value.is_number_integer()) {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > kLastMs) return std::nullopt;
    ms = value.get<std::int64_t>();
  } else if (absl::Time time;
             value.is_string() &&
             absl::ParseTime(absl::RFC3339_full, value.get<std::string>(), &time, nullptr)) {
    ms = absl::ToUnixMillis(time);
  } else {
    return std::nullopt;
  }
  return ms >= kFirstMs && ms <= kLastMs ? std::optional(from_unix_ms(ms)) : std::nullopt;
}

std::string read_gateway(const json& object, ControlRecord& record) {
  const auto id = object.find("id");
  const auto state = object.find("state");
  if (id == object.end() || !id->is_string()) return "a gateway record needs \"id\"";
  if (state == object.end() || (*state != "up" && *state != "down")) {
    return "a gateway record needs \"state\": \"up\" or \"down\"";
  }
  record.gateway = id->get<std::string>();
  record.up = *state == "up";
  return {};
}

std::string read_close(const json& command, CloseCommand& close) {
  if (!command.is_object()) return "a command is an object";
  const auto verb = command.find("verb");
  if (verb == command.end()) return "a command needs \"verb\": \"close\"";
  if (*verb != "close")
    return "no command " + verb->dump() + " in this version; there is \"close\"";
  const auto text = [](const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  };
  for (const auto& [name, value] : command.items()) {
    if (name == "alert_id" && value.is_string()) {
      close.alert_id = value.get<std::string>();
    } else if (name == "rule" && value.is_string()) {
      close.rule = value.get<std::string>();
    } else if (name == "key" && value.is_object()) {
      for (const auto& [field, of_key] : value.items()) close.key.emplace_back(field, text(of_key));
    } else if (name != "verb") {
      return "close takes \"alert_id\", or \"key\" and perhaps \"rule\"; not " + name;
    }
  }
  if (close.alert_id.empty() == !command.contains("key"))
    return "close needs either \"alert_id\" or \"key\"";
  return {};
}

void read_arrival(const json& object, ControlRecord& record) {
  const auto arr = object.find("arr");
  if (arr == object.end()) return;
  record.arr = time_of(*arr);
  if (!record.arr) record.error = "\"arr\" is not Unix milliseconds or RFC 3339";
}

void read_engine(const json& object, ControlRecord& record) {
  const json& word = object["engine"];
  for (const auto& [name, kind] : kWords) {
    if (word != name) continue;
    record.kind = kind;
    read_arrival(object, record);
    if (kind == ControlRecord::Kind::gateway && record.error.empty()) {
      record.error = read_gateway(object, record);
    }
    if (kind != ControlRecord::Kind::reload) return;
    if (const auto rules = object.find("rules"); rules != object.end() && rules->is_string()) {
      record.rules = rules->get<std::string>();
    } else {
      record.error = "a reload record needs \"rules\": PATH";
    }
    return;
  }
  record.error = "unknown engine record " + word.dump();
}

}  // namespace

bool begins_as_control(std::string_view line) {
  const auto skip = [&line] {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  };
  skip();
  if (!line.starts_with('{')) return false;
  line.remove_prefix(1);
  skip();
  return line.starts_with("\"engine\"") || line.starts_with("\"command\"");
}

std::optional<ControlRecord> parse_control(std::string_view line) {
  ControlRecord record;
  if (const json object = parse_object(line, "\"engine\""); object.contains("engine")) {
    if (object.contains("type")) return std::nullopt;  // an event with a field of that name
    read_engine(object, record);
    return record;
  }
  if (const json object = parse_object(line, "\"command\""); object.contains("command")) {
    if (object.contains("type")) return std::nullopt;
    record.kind = ControlRecord::Kind::command;
    read_arrival(object, record);
    if (record.error.empty()) record.error = read_close(object["command"], record.close);
    return record;
  }
  return std::nullopt;
}

std::optional<Timestamp> arrival_of(std::string_view line) {
  const json object = parse_object(line, "\"arr\"");
  const auto arr = object.find("arr");
  return arr == object.end() ? std::nullopt : time_of(*arr);
}

}  // namespace tocsin::app
