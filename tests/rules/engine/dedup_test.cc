#include "rules/dedup.h"

#include <gtest/gtest.h>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using std::chrono::minutes;

TEST(Dedup, ASecondMessageWithTheSameIdIsADuplicateWhateverElseItSays) {
  const TestEvent first{.id = "g1-1", .level = 1};
  const TestEvent again{.type = kFlame, .arr = 5, .id = "g1-1", .seq = 9, .level = 2};
  EXPECT_EQ(identify(make_event(first, 1)).fingerprint, identify(make_event(again, 2)).fingerprint);
}

TEST(Dedup, TheSameIdFromAnotherDeviceIsAnotherMessage) {
  const TestEvent one{.device = "D1", .id = "1"};
  const TestEvent two{.device = "D2", .id = "1"};
  EXPECT_NE(identify(make_event(one, 1)).fingerprint, identify(make_event(two, 2)).fingerprint);
}

TEST(Dedup, WithoutAnIdSeqTypeAndRawTimeDecide) {
  const auto print = [](const TestEvent& e) { return identify(make_event(e, 1)).fingerprint; };
  const TestEvent base{.arr = 100, .ts = 50, .seq = 7, .level = 1};
  EXPECT_EQ(print(base), print({.arr = 900, .ts = 50, .seq = 7, .level = 2}));
  EXPECT_NE(print(base), print({.arr = 100, .ts = 51, .seq = 7, .level = 1}));
  EXPECT_NE(print(base), print({.arr = 100, .ts = 50, .seq = 8, .level = 1}));
  EXPECT_NE(print(base), print({.type = kFlame, .arr = 100, .ts = 50, .seq = 7, .level = 1}));
}

TEST(Dedup, WithoutIdAndSeqTheContentDecides) {
  const auto print = [](const TestEvent& e) { return identify(make_event(e, 1)).fingerprint; };
  const TestEvent base{.arr = 100, .ts = 50, .level = 1};
  EXPECT_EQ(print(base), print({.arr = 700, .ts = 50, .level = 1}));
  EXPECT_NE(print(base), print({.arr = 100, .ts = 50, .level = 2}));
  EXPECT_NE(print(base), print({.arr = 50, .without_ts = true, .level = 1}));
}

TEST(Dedup, AnEmptyIdIsNoId) {
  TestEvent with{.id = "x", .level = 1};
  Event event = make_event(with, 1);
  event.slot(CommonSlot::id) = Value::string("");
  TestEvent without{.level = 1};
  EXPECT_EQ(identify(event).fingerprint, identify(make_event(without, 1)).fingerprint);
}

TEST(Dedup, TheWindowIsClosedAndNotExtendedByDuplicates) {
  Dedup dedup(minutes(10), 64);
  EXPECT_FALSE(dedup.seen({1, 7}, from_unix_ms(0)));
  EXPECT_TRUE(dedup.seen({1, 7}, from_unix_ms(5 * kMin)));
  EXPECT_TRUE(dedup.seen({1, 7}, from_unix_ms(10 * kMin)));
  EXPECT_FALSE(dedup.seen({1, 7}, from_unix_ms(10 * kMin + 1)));
  EXPECT_TRUE(dedup.seen({1, 7}, from_unix_ms(20 * kMin + 1)));
}

TEST(Dedup, ADeviceRemembersItsNewestSixtyFourMessages) {
  Dedup dedup(minutes(10), 64);
  for (std::uint64_t i = 0; i < 65; ++i) EXPECT_FALSE(dedup.seen({1, i}, from_unix_ms(0)));
  EXPECT_TRUE(dedup.seen({1, 64}, from_unix_ms(1)));
  EXPECT_TRUE(dedup.seen({1, 1}, from_unix_ms(1)));
  EXPECT_FALSE(dedup.seen({1, 0}, from_unix_ms(1)));
}

TEST(Dedup, OneDeviceDoesNotPushOutAnothersMessages) {
  Dedup dedup(minutes(10), 2);
  EXPECT_FALSE(dedup.seen({1, 10}, from_unix_ms(0)));
  for (std::uint64_t i = 0; i < 100; ++i) dedup.seen({2, 1000 + i}, from_unix_ms(0));
  EXPECT_TRUE(dedup.seen({1, 10}, from_unix_ms(0)));
}

TEST(Dedup, AThousandCopiesAreOneMessage) {
  Dedup dedup(minutes(10), 64);
  int fresh = 0;
  for (int i = 0; i < 1000; ++i) fresh += dedup.seen({1, 1}, from_unix_ms(i)) ? 0 : 1;
  EXPECT_EQ(fresh, 1);
}

TEST(Dedup, ADeviceIsForgottenAfterItsWindow) {
  Dedup dedup(minutes(10), 64);
  for (std::uint64_t d = 0; d < 1000; ++d) dedup.seen({d, d}, from_unix_ms(0));
  dedup.seen({5, 1}, from_unix_ms(9 * kMin));
  EXPECT_EQ(dedup.devices(), 1000u);
  dedup.seen({2000, 1}, from_unix_ms(10 * kMin + 1));
  EXPECT_EQ(dedup.devices(), 2u);
}

TEST(Dedup, ArrivalsThatStraddleTwoToThe32MillisecondsAreKeptApart) {
  Dedup dedup(minutes(10), 64);
  const std::int64_t edge = (std::int64_t{1} << 32) * 400;
  EXPECT_FALSE(dedup.seen({1, 7}, from_unix_ms(edge - 1000)));
  EXPECT_TRUE(dedup.seen({1, 7}, from_unix_ms(edge + 1000)));
  EXPECT_FALSE(dedup.seen({1, 7}, from_unix_ms(edge + (std::int64_t{1} << 32))));
}

}  // namespace
}  // namespace tocsin::rules::test
