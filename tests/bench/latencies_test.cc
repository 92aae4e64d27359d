#include "bench/e2e/latencies.h"

#include <gtest/gtest.h>

namespace tocsin::bench {
namespace {

TEST(Latencies, PercentilesAreSamplesByNearestRank) {
  std::vector<double> samples;
  for (int i = 1000; i >= 1; --i) samples.push_back(i);
  const LatencySummary summary = summarize(samples);
  EXPECT_EQ(summary.samples, 1000U);
  EXPECT_EQ(summary.p50_ms, 500);
  EXPECT_EQ(summary.p90_ms, 900);
  EXPECT_EQ(summary.p99_ms, 990);
  EXPECT_EQ(summary.p999_ms, 999);
  EXPECT_EQ(summary.max_ms, 1000);
}

TEST(Latencies, OneSampleIsEveryPercentile) {
  const LatencySummary summary = summarize({7});
  EXPECT_EQ(summary.p50_ms, 7);
  EXPECT_EQ(summary.p999_ms, 7);
}

TEST(Latencies, NoSamplesIsNotACrash) { EXPECT_EQ(summarize({}).samples, 0U); }

}  // namespace
}  // namespace tocsin::bench
