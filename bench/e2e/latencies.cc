#include "bench/e2e/latencies.h"

#include <algorithm>
#include <cmath>

namespace tocsin::bench {
namespace {

double at_share(const std::vector<double>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

}  // namespace

LatencySummary summarize(std::vector<double> samples_ms) {
  LatencySummary summary;
  summary.samples = samples_ms.size();
  if (samples_ms.empty()) return summary;
  std::ranges::sort(samples_ms);
  summary.p50_ms = at_share(samples_ms, 0.5);
  summary.p90_ms = at_share(samples_ms, 0.9);
  summary.p99_ms = at_share(samples_ms, 0.99);
  summary.p999_ms = at_share(samples_ms, 0.999);
  summary.max_ms = samples_ms.back();
  return summary;
}

}  // namespace tocsin::bench
