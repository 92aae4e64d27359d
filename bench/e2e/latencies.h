#pragma once
/// Every sample kept, so percentiles are exact. Milliseconds.
#include <cstddef>
#include <vector>

namespace tocsin::bench {

struct LatencySummary {
  std::size_t samples = 0;
  double p50_ms = 0, p90_ms = 0, p99_ms = 0, p999_ms = 0, max_ms = 0;
};

/// By nearest rank: the smallest sample that at least that share does not exceed.
LatencySummary summarize(std::vector<double> samples_ms);

}  // namespace tocsin::bench
