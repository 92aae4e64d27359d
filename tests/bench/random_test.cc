#include "bench/sim/random.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tocsin::sim {
namespace {

TEST(SimRandom, GivesTheSameNumbersOnEveryMachine) {
  Random random(42);
  EXPECT_EQ(random.next(), 1546998764402558742ULL);
  EXPECT_EQ(random.next(), 6990951692964543102ULL);
  EXPECT_EQ(random.next(), 12544586762248559009ULL);
}

TEST(SimRandom, BelowReachesEveryNumberAndNoOther) {
  Random random(1);
  std::array<int, 7> seen{};
  for (int i = 0; i < 7000; ++i) ++seen.at(random.below(7));
  for (const int n : seen) EXPECT_NEAR(n, 1000, 150);
}

TEST(SimRandom, ExpAgreesWithTheLibrary) {
  for (double x = -20; x < 20; x += 0.37) {
    EXPECT_NEAR(portable_exp(x) / std::exp(x), 1, 1e-13) << x;
  }
}

TEST(SimRandom, FumesAreLogNormal) {
  Random random(9);
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = std::log(random.log_normal(0.305, 1.235));
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 0.305, 0.03);
  EXPECT_NEAR(std::sqrt(squares / kDraws - mean * mean), 1.235, 0.03);
}

TEST(SimRandom, RoundedNumbersReadBackShort) {
  EXPECT_EQ(rounded(3.14159, 2), 3.14);
  EXPECT_EQ(rounded(-0.25, 0), 0.0);
}

}  // namespace
}  // namespace tocsin::sim
