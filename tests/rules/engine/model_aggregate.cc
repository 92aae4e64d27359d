// The form `aggregate` and `breaks_for`, in the reference model.
#include <algorithm>
#include <cmath>

#include "model.h"

namespace tocsin::model {
namespace {

double result(const std::string& fn, std::vector<double> values, std::int64_t window) {
  double sum = 0;
  for (const double v : values) sum += v;
  std::vector<double> sorted = values;
  std::ranges::sort(sorted);
  const auto rank = [&](double share) {
    for (std::size_t i = 1; i <= sorted.size(); ++i) {
      if (static_cast<double>(i) >= share * static_cast<double>(sorted.size()))
        return sorted[i - 1];
    }
    return sorted.back();
  };
  if (fn == "avg") return sum / static_cast<double>(values.size());
  if (fn == "min") return sorted.front();
  if (fn == "max") return sorted.back();
  if (fn == "sum") return sum;
  if (fn == "rate") return sum * 1000 / static_cast<double>(window);
  if (fn == "p50") return rank(0.5);
  if (fn == "p95") return rank(0.95);
  return static_cast<double>(values.size());
}

}  // namespace

std::optional<double> Model::number_of(const Rule& rule, const Event& event) {
  const std::int64_t level = event.level.value_or(0);
  if (rule.form != Form::aggregate || rule.fn == "count" || !rule.value_divides) return level;
  if (level == 0) return std::nullopt;
  return static_cast<double>(12 / level);
}

std::optional<std::vector<Model::Seen>> Model::match_aggregate(const Rule& rule, State& state,
                                                               const Seen& seen) {
  const std::string key = key_of(rule, seen.event);
  const std::int64_t expires = std::max(seen.ts, seen.event.arr) + rule.within +
                               settings_.types.at(seen.event.type).lateness;
  state.kept.push_back({seen, 0, key, expires});
  std::vector<Seen> all;
  for (const Kept& kept : state.kept) {
    if (kept.key == key) all.push_back(kept.seen);
  }
  std::ranges::sort(all, {}, [](const Seen& s) { return std::pair(s.ts, s.event.position); });

  std::optional<std::vector<Seen>> bound;
  const std::int64_t start = all.back().ts - rule.within;
  std::vector<Seen> window;
  std::vector<double> values;
  for (const Seen& other : all) {
    if (other.ts <= start) continue;
    window.push_back(other);
    values.push_back(*number_of(rule, other.event));
  }
  if (seen.ts > start && window.size() >= rule.min_samples) {
    const double value = result(rule.fn, values, rule.within);
    const bool holds = rule.over ? value > rule.threshold : value < rule.threshold;
    const bool broken = rule.over ? value <= rule.clear : value >= rule.clear;
    if (holds) bound = window;
    if (holds || broken) holds_ = holds;
  }
  if (all.size() > rule.max_events) {
    const std::uint64_t oldest = all.front().event.position;
    std::erase_if(state.kept,
                  [&](const Kept& k) { return k.key == key && k.seen.event.position == oldest; });
  }
  return bound;
}

void Model::note_condition(Episode& episode, const std::string& key) {
  if (!holds_) return;
  if (*holds_) {
    episode.holding.insert(key);
    episode.broken_at.reset();
  } else if (episode.holding.erase(key) > 0 && episode.holding.empty()) {
    episode.broken_at = now_;
  }
}

}  // namespace tocsin::model
