#pragma once
/// Alerts to test with: one as rules make them, one with every field and every kind of value set.
#include <cmath>
#include <limits>
#include <string>

#include "core/alert.h"

namespace tocsin::testing {

inline constexpr std::int64_t kOpened = 1'767'225'641'000;

inline AlertRevision smoke_alert(std::string alert_id = "0123456789abcdef0123456789abcdef",
                                 std::uint32_t rev = 1) {
  AlertRevision alert;
  alert.alert_id = std::move(alert_id);
  alert.rule = "smoke-confirmed";
  alert.rev = rev;
  alert.severity = Severity::critical;
  alert.category = "fire";
  alert.title = {"Smoke confirmed", "烟雾已确认"};
  alert.key = {{"loc.building", OwnedValue(Value::string("B7"))}};
  alert.opened_at = from_unix_ms(kOpened);
  alert.at = from_unix_ms(kOpened + rev - 1);
  alert.count = 2;
  alert.distinct = 2;
  alert.summary = {"2 detectors in B7", "B7 2 个探测器报烟"};
  alert.place.site = "Lakeside";
  alert.place.building = "B7";
  alert.evidence = {{"g1-1",
                     "D1",
                     "smoke.alarm",
                     from_unix_ms(1'767'225'600'000),
                     {{"e.level", OwnedValue(Value::float64(3.0))}}}};
  alert.rule_version = "sha256:00";
  alert.log_position = 123;
  return alert;
}

inline AlertRevision full_alert() {
  AlertRevision alert = smoke_alert();
  alert.kind = AlertKind::rule_limit;
  alert.state = AlertState::resolved;
  alert.reason = Reason::or_event;
  alert.place = {"c", "t", "v", "g", "s", "b", "f", "z", "u", 31.25, -0.5};
  const Value items[] = {Value::string("a"), Value::int64(-1)};
  alert.attached = {{"unset", OwnedValue()},
                    {"bool", OwnedValue(Value::boolean(true))},
                    {"int", OwnedValue(Value::int64(std::numeric_limits<std::int64_t>::min()))},
                    {"uint", OwnedValue(Value::uint64(std::numeric_limits<std::uint64_t>::max()))},
                    {"tenth", OwnedValue(Value::float64(0.1))},
                    {"huge", OwnedValue(Value::float64(1e300))},
                    {"nan", OwnedValue(Value::float64(std::nan("")))},
                    {"text", OwnedValue(Value::string("quote \" slash \\ line\n 烟"))},
                    {"time", OwnedValue(Value::timestamp(1'767'225'600, 5'000'000))},
                    {"span", OwnedValue(Value::duration(3, 500'000'000))},
                    {"list", OwnedValue(Value::list(items))}};
  alert.evidence_dropped = 7;
  alert.shadow = alert.late = alert.degraded = alert.historical = true;
  alert.suppressed_by = "fedcba9876543210fedcba9876543210";
  alert.owner = "fire-ops";
  alert.department = "fire-brigade";
  alert.plan_id = "P-1";
  return alert;
}

}  // namespace tocsin::testing
