#include "rules/repetition.h"

#include <algorithm>
#include <chrono>

namespace tocsin::rules {

bool Repetition::seen(const Event& event, const TypeSettings& settings) {
  if (!settings.repeat) return false;
  std::uint64_t key = static_cast<std::uint64_t>(event.type) + 1;
  for (const std::uint16_t slot : settings.repeat->by_slots) {
    if (!event.slots[slot].is_set()) return false;
    key = stable_hash(event.slots[slot], key);
  }
  forget(event.arr);
  const Duration within = settings.repeat->within;
  const Timestamp expires = std::max(event.ts, event.arr) + within + settings.lateness;
  const auto [at, added] = newest_.try_emplace(key, Report{event.ts, expires});
  if (added) {
    visits_.push_back({key, expires});
    return false;
  }
  Report& report = at->second;
  const bool repeats =
      report.expires >= event.arr && std::chrono::abs(event.ts - report.ts) <= within;
  report.ts = report.expires >= event.arr ? std::max(report.ts, event.ts) : event.ts;
  report.expires = std::max(report.expires, expires);
  return repeats;
}

void Repetition::forget(Timestamp now) {
  while (!visits_.empty() && visits_.front().expires < now) {
    Visit visit = visits_.front();
    visits_.pop_front();
    const auto at = newest_.find(visit.key);
    if (at->second.expires < now) {
      newest_.erase(at);
    } else {
      visit.expires = at->second.expires;
      visits_.push_back(visit);
    }
  }
}

}  // namespace tocsin::rules
