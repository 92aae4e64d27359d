#pragma once
/// Every key of rule files, with its type and meaning: the parser checks against these tables and
/// rules_json_schema() prints them.
#include <array>
#include <span>
#include <string_view>

#include "rules/load/read_values.h"
#include "rules/rule.h"

namespace tocsin::rules {

inline constexpr std::string_view kFormat = "tocsin/1";
inline constexpr std::array<std::string_view, 4> kSeverityWords{"low", "medium", "high",
                                                                "critical"};
inline constexpr std::array<std::string_view, 3> kModeWords{"live", "shadow", "disabled"};
inline constexpr std::array<std::string_view, 4> kUpdateWords{"count", "distinct", "severity",
                                                              "every"};

inline constexpr std::array<std::string_view, 7> kDayWords{"mon", "tue", "wed", "thu",
                                                           "fri", "sat", "sun"};
inline constexpr std::array<std::string_view, 2> kAfterMatchWords{"reset", "keep_anchor"};
inline constexpr std::array<std::string_view, 3> kSourceDownWords{"hold", "fire_degraded", "fire"};
/// In order of AggregateForm::Fn.
inline constexpr std::array<std::string_view, 8> kFnWords{"avg",  "min", "max", "sum",
                                                          "rate", "p50", "p95", "count"};
inline constexpr std::array<std::string_view, 4> kMissingWords{"unset", "false", "true", "error"};
inline constexpr std::array<std::string_view, 3> kOnGapWords{"pause", "break", "hold"};
inline constexpr std::array<std::string_view, 1> kCarryWords{"firing"};
inline constexpr std::array<std::string_view, 1> kIntervalWords{"device.heartbeat_interval_s"};
inline constexpr std::array<std::string_view, 2> kQuietWords{"shadow", "lower"};

using Keys = std::span<const yaml::KeySpec>;

Keys rule_keys();
Keys param_keys();
Keys match_keys();
Keys event_keys();  ///< of `event`, of a step and of `or_event`
Keys count_keys();
Keys all_keys();
Keys sequence_keys();
Keys absent_keys();  ///< of a sequence
Keys aggregate_keys();
Keys sustained_keys();
Keys latest_keys();
Keys silence_keys();
Keys population_keys();  ///< of a silence
Keys alert_keys();
Keys escalate_keys();
Keys resolve_keys();
Keys rearm_keys();
Keys limit_keys();
Keys test_keys();
Keys test_device_keys();  ///< of `registry` of a test
Keys test_file_keys();    ///< a document of *.test.yaml
Keys bundle_keys();
Keys event_type_keys();
Keys repeat_keys();
Keys calendar_keys();  ///< of a span
Keys quiet_hours_keys();
Keys roll_up_keys();
Keys roll_up_when_keys();

/// A limit of Limits by name, for the `limits` of bundle and rule.
struct LimitSpec {
  std::string_view name;
  std::uint32_t Limits::*field;
  std::uint32_t max;
};
std::span<const LimitSpec> limit_specs();
inline constexpr std::int64_t kMostEvents = 10'000'000;  ///< that `at_least` may ask for
inline const std::uint32_t kDefaultKeep = AllForm{}.keep;
inline constexpr std::uint32_t kMaxKeep = 256;

}  // namespace tocsin::rules
