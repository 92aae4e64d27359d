#include "app/code_help.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "ingest/code_help.h"
#include "rules/load/code_help.h"

namespace tocsin::app {
namespace {

constexpr std::array<std::string_view, 5> kSmallRule{"format: tocsin/1", "rule: demo",
                                                     "severity: high", "for_each: [device_id]",
                                                     "match: {event: {event: smoke.alarm}}"};
constexpr std::string_view kTypesHead =
    "syntax = \"proto3\";\npackage acme;\nimport \"tocsin/v1/event.proto\";\n\n";

// One row per code; new codes come here.
// clang-format off
constexpr std::array<CodeHelp, 7> kOwnHelp{{
    {"E3301", "The event given to eval is none: it is not JSON, or its type does not have what it says.", "提供给 eval 的不是有效事件：不是 JSON，或字段与类型不符。", ExampleKind::event, R"({"type": "smoke.alarm", "level": 3})", R"({"type": "smoke.alarm", "device_id": "D1", "level": 3})"},
    {"E5001", "A size in tocsin.yaml is a whole number with a unit.", "tocsin.yaml 中的大小应写整数加单位。", ExampleKind::config, "journal: {segment_size: 64 megabytes}", "journal: {segment_size: 64MiB}"},
    {"E5002", "The value in tocsin.yaml is outside its range.", "tocsin.yaml 中的值超出范围。", ExampleKind::config, "journal: {segment_size: 1KiB}", "journal: {segment_size: 64MiB}"},
    {"E5003", "An address in tocsin.yaml is HOST:PORT, for a broker with tcp:// or ssl://.", "tocsin.yaml 中的地址应为 HOST:PORT，broker 需加 tcp:// 或 ssl://。", ExampleKind::config, "http: {listen: \"8080\"}", "http: {listen: \"127.0.0.1:8080\"}"},
    {"E5004", "Kafka takes only some characters in the name of a topic.", "Kafka 主题名只允许部分字符。", ExampleKind::config, "kafka: {topic: \"a b\"}", "kafka: {topic: a.b}"},
    {"E5005", "Alerts are published below a topic of MQTT, which has no wildcards and no empty levels.", "告警发布在某个 MQTT 主题之下；主题不含通配符和空级。", ExampleKind::config, "sinks: {mqtt: {topic_prefix: \"alerts/#\"}}", "sinks: {mqtt: {topic_prefix: alerts}}"},
    {"E5006", "The source subscribes to everything below tocsin/v1: alerts published there would come in as events.", "引擎订阅 tocsin/v1 之下的全部主题：发布到那里的告警会被当作事件收回。", ExampleKind::config, "sinks: {mqtt: {topic_prefix: tocsin/v1/alerts}}", "sinks: {mqtt: {topic_prefix: tocsin/alerts/v1}}"},
}};
// clang-format on

// Whether the example has a line of its own for the key of `line`.
bool replaces(std::string_view example, std::string_view line) {
  const std::string_view key = line.substr(0, line.find(':') + 1);
  return example.starts_with(key) || example.find(std::string("\n").append(key)) != example.npos;
}

}  // namespace

const std::vector<CodeHelp>& all_code_help() {
  static const std::vector<CodeHelp> all = [] {
    std::vector<CodeHelp> joined;
    for (const std::span<const CodeHelp> area :
         {rules::code_help(), ingest::code_help(), std::span<const CodeHelp>(kOwnHelp)})
      joined.insert(joined.end(), area.begin(), area.end());
    std::ranges::stable_sort(joined, {}, [](const CodeHelp& help) { return help.code.substr(1); });
    return joined;
  }();
  return all;
}

const CodeHelp* find_code_help(std::string_view code) {
  const auto same = [](char a, char b) {
    return std::toupper(static_cast<unsigned char>(a)) ==
           std::toupper(static_cast<unsigned char>(b));
  };
  const std::vector<CodeHelp>& all = all_code_help();
  const auto row = std::ranges::find_if(
      all, [&](const CodeHelp& help) { return std::ranges::equal(help.code, code, same); });
  return row == all.end() ? nullptr : &*row;
}

std::string example_file(ExampleKind kind, std::string_view example) {
  std::string file;
  for (const std::string_view line : kSmallRule) {
    if (kind == ExampleKind::rule && !replaces(example, line)) file.append(line).append("\n");
  }
  if (kind == ExampleKind::types) file += kTypesHead;
  file += example;
  if (!file.ends_with('\n')) file += '\n';
  return file;
}

std::string_view example_place(ExampleKind kind) {
  switch (kind) {
    case ExampleKind::rule:
    case ExampleKind::file: return "rules.d/demo.yaml";
    case ExampleKind::tests: return "rules.d/demo.test.yaml";
    case ExampleKind::bundle: return "rules.d/bundle.yaml";
    case ExampleKind::config: return "tocsin.yaml";
    case ExampleKind::places: return "registry/places.csv";
    case ExampleKind::devices: return "registry/devices.csv";
    case ExampleKind::types: return "demo.proto";
    case ExampleKind::event: return "tocsin eval 'e.level > 2.0' --event ...";
    case ExampleKind::shown: return {};
  }
  return {};
}

}  // namespace tocsin::app
