#pragma once
/// Random numbers that are the same on every machine for one seed: xoshiro256** seeded by
/// splitmix64, and distributions made from IEEE additions, multiplications and exact scaling only
/// (no libm, no std distributions, whose results differ between libraries).
///
/// Source: Blackman & Vigna, "Scrambled linear pseudorandom number generators" (2018).
/// Thread: one Random belongs to one thread.
#include <array>
#include <cstdint>

namespace tocsin::sim {

/// Mixes one number into another; also the stream splitter: Random(mix(seed, stream)).
std::uint64_t mix(std::uint64_t a, std::uint64_t b);

/// e^x with a relative error below 1e-13, the same bits everywhere. Requires: |x| <= 700.
double portable_exp(double x);

/// Rounded to `digits` decimals, so that what is sent is short and reads back the same.
double rounded(double x, int digits);

class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t next();
  std::uint64_t below(std::uint64_t n);                    ///< uniform in [0, n). Requires: n > 0
  std::int64_t between(std::int64_t lo, std::int64_t hi);  ///< uniform in [lo, hi], both included
  double uniform();                                        ///< in [0, 1), 53 bits
  double uniform(double lo, double hi);
  bool chance(double p);
  double normal();  ///< sum of twelve uniforms: mean 0, deviation 1, |x| <= 6
  double log_normal(double mu, double sigma);

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace tocsin::sim
