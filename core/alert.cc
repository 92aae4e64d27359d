#include "core/alert.h"

#include <array>

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 4> kSeverities{"low", "medium", "high", "critical"};
constexpr std::array<std::string_view, 2> kStates{"firing", "resolved"};
constexpr std::array<std::string_view, 3> kKinds{"rule", "rule.error", "rule.limit"};
constexpr std::array<std::string_view, 15> kReasons{
    "matched",      "updated", "escalated",      "quiet",           "or_event",
    "breaks",       "after",   "on_first_event", "retracted_late",  "rule_removed",
    "rule_changed", "manual",  "decommissioned", "below_threshold", "evicted"};

template <class Enum, std::size_t N>
std::optional<Enum> find_word(const std::array<std::string_view, N>& words, std::string_view word) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Severity s) { return kSeverities[static_cast<std::size_t>(s)]; }
std::string_view to_string(AlertState s) { return kStates[static_cast<std::size_t>(s)]; }
std::string_view to_string(AlertKind k) { return kKinds[static_cast<std::size_t>(k)]; }
std::string_view to_string(Reason r) { return kReasons[static_cast<std::size_t>(r)]; }
std::optional<Severity> severity_from(std::string_view w) {
  return find_word<Severity>(kSeverities, w);
}
std::optional<AlertState> alert_state_from(std::string_view w) {
  return find_word<AlertState>(kStates, w);
}
std::optional<AlertKind> alert_kind_from(std::string_view w) {
  return find_word<AlertKind>(kKinds, w);
}
std::optional<Reason> reason_from(std::string_view w) { return find_word<Reason>(kReasons, w); }

}  // namespace tocsin
