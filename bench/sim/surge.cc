#include "bench/sim/surge.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tocsin::sim {
namespace {

constexpr std::size_t kSurge = 10;
constexpr std::int64_t kSurgeWindow = 3'600'000;
constexpr std::array<std::string_view, 7> kCounted{"gate-denials", "gate-forced", "gate-held-open",
                                                   "manhole",      "smoke-alarm", "throwing",
                                                   "water-level"};

}  // namespace

std::optional<ExpectedAlert> SurgeTruth::see(const ExpectedAlert& alert) {
  if (alert.village.empty() || std::ranges::find(kCounted, alert.rule) == kCounted.end()) return {};
  Village& village = villages_[alert.village];
  if (village.last && *village.last + kSurgeWindow > alert.opens) {
    village.last = alert.opens;
    return {};
  }
  if (village.last) village = {};  // it was over after a quiet hour
  village.recent.push_back(alert.opens);
  while (village.recent.front() < alert.opens - kSurgeWindow) village.recent.pop_front();
  if (village.recent.size() < kSurge) return {};
  village.last = alert.opens;
  ExpectedAlert surge;
  surge.incident = alert.incident;
  surge.scene = "surge";
  surge.rule = "village-surge";
  surge.severity = "high";
  surge.key = {{"loc.village", alert.village}};
  surge.ts = surge.sent = surge.opens = alert.opens;
  return surge;
}

}  // namespace tocsin::sim
