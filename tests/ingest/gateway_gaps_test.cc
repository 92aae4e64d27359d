#include "ingest/gateway_gaps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace tocsin::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kGrace = 5000;

Timestamp at(std::int64_t ms) { return from_unix_ms(ms); }

class GatewayGapsTest : public ::testing::Test {
 protected:
  void note(std::initializer_list<std::uint64_t> seqs, std::int64_t ms = 0) {
    for (const std::uint64_t seq : seqs) gaps.note("g1", seq, at(ms));
  }
  std::vector<std::string> due(std::int64_t ms) {
    std::vector<std::string> texts;
    for (const GatewayGap& gap : gaps.take_due(at(ms))) {
      texts.push_back(gap.gateway + " " + std::to_string(gap.first) + "-" +
                      std::to_string(gap.last));
    }
    return texts;
  }

  GatewayGaps gaps;
};

TEST_F(GatewayGapsTest, WhatIsLeftOutAndDoesNotFollowIsReportedWhenTheGraceIsOver) {
  note({1, 2, 5}, 1000);
  EXPECT_EQ(gaps.next_deadline(), at(1000 + kGrace));
  EXPECT_THAT(due(1000 + kGrace - 1), IsEmpty());
  EXPECT_THAT(due(1000 + kGrace), ElementsAre("g1 3-4"));
  EXPECT_EQ(gaps.next_deadline(), std::nullopt);
  EXPECT_EQ(gaps.gaps(), 1U);
  EXPECT_EQ(gaps.missing(), 2U);
}

TEST_F(GatewayGapsTest, TheFirstBatchThatIsHeardOpensNoGap) {
  note({700, 701});
  EXPECT_EQ(gaps.next_deadline(), std::nullopt);
}

TEST_F(GatewayGapsTest, LatecomersCloseAGapOrLeaveItsSides) {
  note({1, 10});
  note({5, 4}, 100);
  EXPECT_THAT(due(kGrace), ElementsAre("g1 2-3", "g1 6-9"));
  note({20}, 10'000);
  note({11, 13, 12, 19, 18, 17, 16, 15, 14}, 10'100);
  EXPECT_THAT(due(20'000), IsEmpty());
}

TEST_F(GatewayGapsTest, CopiesOpenAndCloseNothing) {
  note({1, 1, 1, 2, 2, 1, 3, 3, 2, 5, 5});
  EXPECT_THAT(due(kGrace), ElementsAre("g1 4-4"));
  note({6, 6}, 6000);
  EXPECT_EQ(gaps.next_deadline(), std::nullopt);
}

TEST_F(GatewayGapsTest, ACounterThatBeginsAnewIsFollowed) {
  note({500, 501, 1, 2, 3, 4, 7});
  EXPECT_THAT(due(kGrace), ElementsAre("g1 5-6"));
}

TEST_F(GatewayGapsTest, AStretchThatABrokerSendsAgainIsNoGap) {
  note({100, 101, 102, 103, 104, 105, 101, 102, 103, 104, 105, 106, 107});
  EXPECT_EQ(gaps.next_deadline(), std::nullopt);
}

TEST_F(GatewayGapsTest, ALeapTooFarIsANewCounter) {
  note({5, 3'000'000, 3'000'001});
  EXPECT_EQ(gaps.next_deadline(), std::nullopt);
}

TEST_F(GatewayGapsTest, GatewaysCountEachForItself) {
  gaps.note("a", 1, at(0));
  gaps.note("b", 9, at(0));
  gaps.note("a", 3, at(1));
  gaps.note("b", 12, at(2));
  EXPECT_THAT(due(kGrace + 2), ElementsAre("a 2-2", "b 10-11"));
}

TEST(GatewayGaps, OverTheOpenGapsOfAGatewayTheOldestIsReportedAtOnce) {
  GatewayGaps gaps({.max_open_gaps_per_gateway = 2});
  for (const std::uint64_t seq : {1, 3, 5, 7}) gaps.note("g", seq, at(10));
  EXPECT_EQ(gaps.next_deadline(), at(10));
  EXPECT_EQ(gaps.take_due(at(10)).size(), 1U);
  EXPECT_EQ(gaps.take_due(at(10 + kGrace)).size(), 2U);
}

TEST(GatewayGaps, GatewaysOverTheLimitAreCountedAndNotWatched) {
  GatewayGaps gaps({.max_gateways = 1});
  gaps.note("a", 1, at(0));
  for (const std::uint64_t seq : {1, 5}) gaps.note("b", seq, at(0));
  EXPECT_EQ(gaps.next_deadline(), std::nullopt);
  EXPECT_EQ(gaps.untracked(), 2U);
}

// Losses, copies and latecomers at random: what is reported is what was lost.
TEST(GatewayGaps, WhatIsReportedIsWhatWasLost) {
  for (std::uint32_t seed = 1; seed <= 2000; ++seed) {
    std::mt19937 random(seed);
    const auto one_in = [&](std::uint32_t n) { return random() % n == 0; };
    std::set<std::uint64_t> lost;
    std::vector<std::pair<std::int64_t, std::uint64_t>> arrivals;
    for (std::uint64_t seq = 2; seq < 60; ++seq) {
      const auto sent = static_cast<std::int64_t>(seq) * 100;
      if (one_in(8)) {
        lost.insert(seq);
        continue;
      }
      arrivals.emplace_back(sent + (one_in(6) ? random() % 3000 : 0), seq);
      if (one_in(9)) arrivals.emplace_back(arrivals.back().first + 1, seq);
    }
    std::ranges::sort(arrivals);
    GatewayGaps gaps({.max_open_gaps_per_gateway = 100});
    gaps.note("g", 1, at(0));
    std::set<std::uint64_t> reported;
    const auto take = [&](std::int64_t ms) {
      for (const GatewayGap& gap : gaps.take_due(at(ms)))
        for (std::uint64_t seq = gap.first; seq <= gap.last; ++seq) reported.insert(seq);
    };
    for (const auto& [ms, seq] : arrivals) {
      take(ms);
      gaps.note("g", seq, at(ms));
    }
    gaps.note("g", 60, at(20'000));
    take(40'000);
    ASSERT_EQ(reported, lost) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tocsin::ingest
