#pragma once
/// What the oracles share: seeded draws, and the loop over cases. One case is one seed.
///
/// TOCSIN_ORACLE_SEED=n replays one and prints its story; TOCSIN_ORACLE_CASES=n says how many run.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/time.h"
#include "support.h"

namespace tocsin::rules::test {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(n));
  }
  bool chance(std::int64_t percent) { return below(100) < percent; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[below(static_cast<std::int64_t>(values.size()))];
  }
  /// A time of day or so: nothing, the edges of a second, a while.
  std::int64_t span() {
    return one_of<std::int64_t>({0, 1, 999, 1'000, 1'001, 3'000, 5'000, 20'000});
  }
  /// For std::ranges::shuffle.
  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

inline std::optional<Duration> optional_duration(const std::optional<std::int64_t>& ms) {
  return ms ? std::optional(Duration(*ms)) : std::nullopt;
}

inline std::optional<std::uint64_t> oracle_setting(const char* name) {
  const char* const text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return text == nullptr ? std::nullopt : std::optional(std::strtoull(text, nullptr, 10));
}

inline std::string counts_line(std::uint64_t matches, std::uint64_t errors) {
  return std::to_string(matches) + " matches, " + std::to_string(errors) + " errors";
}

/// The case of one seed, what the model said and what the engine said.
struct Story {
  std::function<std::string()> given;
  std::vector<std::string> model;
  std::vector<std::string> engine;

  bool agrees() const { return model == engine; }
  std::string text() const {
    std::string text = given();
    for (const std::string& line : model) text += "model  " + line + "\n";
    for (const std::string& line : engine) text += "engine " + line + "\n";
    return text;
  }
};

/// Every other case goes through the engine's state now and then.
inline int every_of(std::uint64_t seed) {
  return seed % 2 == 0 ? 0 : static_cast<int>(1 + seed / 2 % 7);
}

/// Stops at the first story whose two sides differ. Returns how many cases ran; 0: one was
/// replayed, or failed.
template <class MakeStory>
std::uint64_t run_oracle(std::uint64_t cases, MakeStory make_story) {
  if (const auto seed = oracle_setting("TOCSIN_ORACLE_SEED")) {
    state_every = every_of(*seed);
    const Story story = make_story(*seed);
    std::cout << story.text();
    EXPECT_TRUE(story.agrees());
    return 0;
  }
  cases = oracle_setting("TOCSIN_ORACLE_CASES").value_or(cases);
  for (std::uint64_t seed = 1; seed <= cases; ++seed) {
    state_every = every_of(seed);
    const Story story = make_story(seed);
    if (story.agrees()) continue;
    ADD_FAILURE() << "replay with TOCSIN_ORACLE_SEED=" << seed << "\n" << story.text();
    return 0;
  }
  return cases;
}

}  // namespace tocsin::rules::test
