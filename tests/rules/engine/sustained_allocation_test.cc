// What a sample costs that changes nothing.
#include <gtest/gtest.h>

#include "support.h"
#include "tests/support/allocations.h"

namespace tocsin::rules::test {
namespace {

constexpr std::int64_t kMany = 200;

Rule run_over(std::string_view holds) {
  SustainedForm form;
  form.lasts = form.max_gap = Duration(60 * kMin);
  return sustained_rule("s", {{kSmoke}}, form, holds, "e.level < 3");
}

// Of samples of one device in so many buildings, once dedup's memory of the device is full.
std::size_t allocations_for(const Rule& rule, std::int64_t level, std::int64_t buildings) {
  Session run(rule);
  for (std::int64_t i = 0; i < kMany; ++i) run.apply({.arr = i, .id = name("m", i), .level = 9});
  const std::size_t before = testing::allocations();
  for (std::int64_t i = kMany; i < 2 * kMany; ++i) {
    run.apply(
        {.arr = i, .id = name("m", i), .building = name("B", 1 + i % buildings), .level = level});
  }
  return testing::allocations() - before;
}

TEST(SustainedAllocation, ASampleBetweenTheConditionsTakesNothingWhetherItsKeyIsKnownOrNot) {
  const Rule rule = run_over("e.level > 5");
  const std::size_t without_the_form = allocations_for(event_rule("idle", {{kFlame}}), 4, 1);
  EXPECT_EQ(allocations_for(rule, 4, 1), without_the_form) << "of a key with a run";
  EXPECT_EQ(allocations_for(rule, 4, kMany), without_the_form) << "of keys that are new";
  EXPECT_GE(allocations_for(rule, 9, kMany), without_the_form + kMany)
      << "one that holds is kept: the count can tell";
}

}  // namespace
}  // namespace tocsin::rules::test
