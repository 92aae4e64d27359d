#include "app/text.h"

#include <gtest/gtest.h>

namespace tocsin::app {
namespace {

TEST(Durations, need_a_unit_and_may_be_compound_or_begin_with_plus) {
  EXPECT_TRUE(parse_duration("250ms") == Duration{250});
  EXPECT_TRUE(parse_duration("10m41s") == Duration{641'000});
  EXPECT_TRUE(parse_duration("+10m") == Duration{600'000});
  EXPECT_TRUE(parse_duration("7d") == Duration{7 * 86'400'000LL});
  EXPECT_FALSE(parse_duration("0"));
  EXPECT_TRUE(parse_duration("0s") == Duration{0});
}

TEST(Durations, what_is_not_one_is_refused) {
  for (const char* text : {"", "10", "s", "-5s", "5 s", "5x", "5s5", "1e3s",
                           "99999999999999999999s", "9999999d", "+", "5s "}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Durations, their_text_reads_back) {
  for (const std::int64_t ms : {0LL, 1LL, 250LL, 1000LL, 641'000LL, 86'400'000LL, 90'061'001LL}) {
    EXPECT_TRUE(parse_duration(duration_text(Duration{ms})) == Duration{ms})
        << duration_text(Duration{ms});
  }
  EXPECT_EQ(duration_text(Duration{641'000}), "10m41s");
}

TEST(Sizes, are_bytes_or_binary_units) {
  EXPECT_EQ(parse_bytes("64MiB"), 64u << 20);
  EXPECT_EQ(parse_bytes("256 KiB"), 256u << 10);
  EXPECT_EQ(parse_bytes("4096"), 4096u);
  EXPECT_EQ(bytes_text(64u << 20), "64MiB");
  for (const char* text : {"", "MiB", "-1", "1MB", "1 MiB ", "99999999999GiB", "1.5GiB"}) {
    EXPECT_FALSE(parse_bytes(text)) << text;
  }
}

}  // namespace
}  // namespace tocsin::app
