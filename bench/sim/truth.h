#pragma once
/// The alerts that must come: what the planted incidents yield, written down by whoever planted
/// them and never asked of the engine.
///
/// As a line (tocsin.truth/1):
///     {"schema":"tocsin.truth/1","incident":7,"scene":"smoke-confirmed","rule":"smoke-confirmed",
///      "severity":"critical","key":{"loc.building":"B00012"},"ts":1767225641000,
///      "sent":1767225641000,"opens":1767225641000,"events":["SD-000101-4f","SD-000102-53"]}
/// ts: the device's time of the completing event. sent: when its gateway sent the last of `events`.
/// opens: the same, or when the rule has waited long enough.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::sim {

struct ExpectedAlert {
  std::uint32_t incident = 0;
  std::string scene;  ///< what was staged; several alerts may come of one scene
  std::string rule;
  std::string severity;
  std::vector<std::pair<std::string, std::string>> key;  ///< as the alert's `key`, all strings
  std::int64_t ts = 0;                                   ///< Unix ms
  std::int64_t sent = 0;                                 ///< Unix ms
  std::int64_t opens = 0;                                ///< Unix ms
  std::vector<std::string> events;                       ///< empty: it is about other alerts
  std::string village;                                   ///< where; not written down
};

std::string to_json_line(const ExpectedAlert& expected);  ///< without an end of line
/// nullopt: not a truth line.
std::optional<ExpectedAlert> parse_truth_line(std::string_view line);

}  // namespace tocsin::sim
