#pragma once
/// Log records for tests of the runtime: bodies, a bundle of two rules, and what an alert log
/// holds.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "alerts/alert_log.h"
#include "app/runtime/bodies.h"
#include "core/log.h"
#include "tocsin/v1/log.pb.h"

namespace tocsin::app {

inline constexpr std::int64_t kStart = 1'767'225'600'000;

inline constexpr const char* kSmokeRule = R"(format: tocsin/1
rule: smoke
severity: critical
category: fire
for_each: [device_id]
match:
  event: {event: smoke.alarm, where: "e.level >= 2.0"}
alert:
  update_on: [count]
  resolve: {quiet_for: 10m}
)";
inline constexpr const char* kRepeatedRule = R"(format: tocsin/1
rule: thrice
severity: high
category: fire
for_each: [device_id]
match:
  count: {event: smoke.alarm, at_least: 3, within: 60s}
alert:
  resolve: {quiet_for: 1m}
)";

inline constexpr const char* kGapRule = R"(format: tocsin/1
rule: lost
severity: high
for_each: [device_id]
match: {event: {event: gateway.gap}}
alert: {summary: "{{e.device_id}} lost {{e.missing}}: {{e.first}} to {{e.last}}"}
)";

/// Nobody clears the alarm within a minute.
inline constexpr const char* kUnclearedRule = R"(format: tocsin/1
rule: uncleared
severity: high
category: fire
for_each: [device_id]
match:
  sequence:
    steps:
      - smoke: {event: smoke.alarm}
    absent: {event: smoke.clear, within: 60s}
)";

inline std::string gateway_body(std::string_view gateway, bool up) {
  v1::LogGateway record;
  record.set_gateway(std::string(gateway));
  record.set_up(up);
  return record.SerializeAsString();
}

inline std::string frame_body(std::string_view payload,
                              std::string_view topic = "tocsin/v1/g1/json", bool retained = false) {
  v1::LogFrame frame;
  frame.set_topic(std::string(topic));
  frame.set_payload(std::string(payload));
  frame.set_retained(retained);
  return frame.SerializeAsString();
}

inline std::string smoke(std::string_view device, std::int64_t ts, double level = 3.0) {
  return fmt::format(R"({{"type":"smoke.alarm","device_id":"{}","ts":{},"level":{}}})", device, ts,
                     level);
}

inline std::string rules_body(std::vector<std::string> texts) {
  Bundle bundle;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    bundle.files.push_back({fmt::format("rule-{}.yaml", i), std::move(texts[i])});
  }
  bundle.version = content_version(bundle.files);
  return bundle_body(bundle);
}

/// Everything an alert log holds, in order.
inline std::vector<alerts::AlertRecord> said(const alerts::AlertLog& log) {
  std::vector<alerts::AlertRecord> records;
  const auto reader = log.read(1);
  while (true) {
    auto next = reader->next();
    if (!next || !*next) return records;
    records.push_back(std::move(**next));
  }
}

}  // namespace tocsin::app
