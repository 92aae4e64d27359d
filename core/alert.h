#pragma once
/// What comes out: one revision of one alert. A value; owns everything it says. Made by rules/,
/// kept by the alert log, rendered by alerts/.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"
#include "core/value.h"

namespace tocsin {

enum class Severity : std::uint8_t { low, medium, high, critical };  ///< 蓝 黄 橙 红
enum class AlertState : std::uint8_t { firing, resolved };
enum class AlertKind : std::uint8_t { rule, rule_error, rule_limit };

/// Why a revision was made. The resolve reasons are a contract.
enum class Reason : std::uint8_t {
  matched,  ///< rev 1
  updated,
  escalated,
  quiet,
  or_event,
  breaks,
  after,
  on_first_event,
  retracted_late,
  rule_removed,
  rule_changed,
  manual,
  decommissioned,
  below_threshold,
  evicted,  ///< the rule has more open alerts than its limit
};

std::string_view to_string(Severity severity);
std::string_view to_string(AlertState state);
std::string_view to_string(AlertKind kind);  ///< "rule", "rule.error", "rule.limit"
std::string_view to_string(Reason reason);
std::optional<Severity> severity_from(std::string_view word);
std::optional<AlertState> alert_state_from(std::string_view word);
std::optional<AlertKind> alert_kind_from(std::string_view word);
std::optional<Reason> reason_from(std::string_view word);

struct LocalText {
  std::string en;
  std::string zh;

  template <class A>
  void archive(A& a) {
    a(en, zh);
  }
  friend bool operator==(const LocalText&, const LocalText&) = default;
};

using NamedValue = std::pair<std::string, OwnedValue>;

struct Evidence {
  std::string id;  ///< empty: the event had none
  std::string device_id;
  std::string type;
  Timestamp ts{};
  std::vector<NamedValue> values;  ///< what the rule's conditions read: "e.level"

  template <class A>
  void archive(A& a) {
    a(id, device_id, type, ts, values);
  }
  friend bool operator==(const Evidence&, const Evidence&) = default;
};

/// Where: place ids by level, empty where unknown.
struct AlertPlace {
  std::string city, town, village, grid, site, building, floor, zone, unit;
  std::optional<double> lat, lon;

  template <class A>
  void archive(A& a) {
    a(city, town, village, grid, site, building, floor, zone, unit, lat, lon);
  }
  friend bool operator==(const AlertPlace&, const AlertPlace&) = default;
};

struct AlertRevision {
  std::string alert_id;  ///< 32 hex digits: hash(rule, identity, opened_at, opener)
  std::string rule;
  AlertKind kind = AlertKind::rule;
  std::uint32_t rev = 1;
  AlertState state = AlertState::firing;
  Severity severity = Severity::low;
  std::string category;
  LocalText title;
  std::vector<NamedValue> key;  ///< the identity, in the rule's order
  Timestamp opened_at{};
  Timestamp at{};
  Reason reason = Reason::matched;
  std::uint64_t count = 0;
  std::uint64_t distinct = 0;
  LocalText summary;
  AlertPlace place;
  std::vector<Evidence> evidence;  ///< at most 64, oldest first; evidence_dropped counts the rest
  std::uint64_t evidence_dropped = 0;
  std::vector<NamedValue> attached;
  std::string rule_version;  ///< "sha256:..."
  std::uint64_t log_position = 0;
  bool shadow = false;
  bool late = false;
  bool degraded = false;
  bool historical = false;
  std::string suppressed_by;  ///< alert_id; empty: not suppressed
  std::string owner, department, plan_id;

  /// Its fields, for whoever keeps it as bytes (rules/archive.h).
  template <class A>
  void archive(A& a) {
    a(alert_id, rule, kind, rev, state, severity, category, title, key, opened_at, at, reason,
      count, distinct, summary, place, evidence, evidence_dropped, attached);
    a(rule_version, log_position, shadow, late, degraded, historical, suppressed_by, owner,
      department, plan_id);
  }
  friend bool operator==(const AlertRevision&, const AlertRevision&) = default;
};

}  // namespace tocsin
