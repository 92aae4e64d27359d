#include <gtest/gtest.h>

#include "ingest/base64.h"
#include "ingest/json_split.h"
#include "ingest/time_text.h"
#include "ingest/utf8.h"

namespace tocsin::ingest {
namespace {

TEST(Rfc3339, IsReadToTheNanosecond) {
  const auto t = parse_rfc3339("2026-01-01T08:00:00.123456789123+08:00");
  ASSERT_TRUE(t);
  EXPECT_EQ(t->seconds, 1'767'225'600);
  EXPECT_EQ(t->nanos, 123'456'789u);
  EXPECT_EQ(parse_rfc3339("1969-12-31t23:59:59.5z")->seconds, -1);
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z")->seconds,
            parse_rfc3339("2017-01-01T00:00:00Z")->seconds);
  EXPECT_EQ(parse_rfc3339("0001-01-01T00:00:00Z")->seconds, kMinInstant);
  EXPECT_EQ(parse_rfc3339("9999-12-31T23:59:59Z")->seconds, kMaxInstant);
}

TEST(Rfc3339, RefusesWhatIsNot) {
  for (const char* text :
       {"", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+0800", "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00Zx", "26-01-01T00:00:00Z", "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00", "1767225600123"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(DurationText, IsReadAndRefused) {
  EXPECT_EQ(parse_duration_text("3.5s")->seconds, 3);
  EXPECT_EQ(parse_duration_text("3.5s")->nanos, 500'000'000u);
  EXPECT_EQ(parse_duration_text("-0.5s")->seconds, -1);
  EXPECT_EQ(parse_duration_text("-2s")->seconds, -2);
  for (const char* text : {"", "s", "3", "3.s", ".5s", "3ms", "--3s", "3.5.5s", "999999999999s"}) {
    EXPECT_FALSE(parse_duration_text(text)) << text;
  }
}

TEST(Base64, ReadsBothAlphabetsWithOrWithoutPadding) {
  std::string out;
  EXPECT_TRUE(decode_base64("+/8=", out));
  EXPECT_EQ(out, "\xfb\xff");
  EXPECT_TRUE(decode_base64("-_8", out));
  EXPECT_EQ(out, "\xfb\xff");
  EXPECT_TRUE(decode_base64("", out));
  EXPECT_EQ(out, "");
  for (const char* text : {"a", "ab=c", "====", "a===", "abc=d", "ab c", "AB"}) {
    EXPECT_FALSE(decode_base64(text, out)) << text;
  }
}

TEST(Utf8, KnowsEveryIllFormedShape) {
  for (const char* text : {"", "ascii", "烟雾", "\xf0\x9f\x94\xa5", "\xed\x9f\xbf",
                           "\xf4\x8f\xbf\xbf", "longer than eight bytes 烟"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  for (const char* text :
       {"\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xe7\x83", "12345678\xff", "\xe7\x83x"}) {
    EXPECT_FALSE(is_utf8(text));
  }
  EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(Utf8, IsCutBetweenCharactersAndBytesThatAreNoneWhereverTheyAre) {
  EXPECT_EQ(cut_utf8("烟雾", 6), "烟雾");
  EXPECT_EQ(cut_utf8("烟雾", 5), "烟");
  EXPECT_EQ(cut_utf8("烟雾", 3), "烟");
  EXPECT_EQ(cut_utf8("abc", 2), "ab");
  EXPECT_EQ(cut_utf8("\x80\x80\x80\x80\x80\x80", 5).size(), 5u);
}

TEST(SplitBatch, FindsTheEventsOfAnArrayAndOfAWrapper) {
  for (const char* text : {R"([{"a":NaN},{"b":"],}"}])",
                           R"( { "x" : [1,{}] , "events" : [{"a":NaN},{"b":"],}"}] , "y":1 } )"}) {
    const auto batch = split_batch(text);
    ASSERT_TRUE(batch) << text;
    ASSERT_EQ(batch->events.size(), 2u) << text;
    EXPECT_EQ(batch->events[0], R"({"a":NaN})");
    EXPECT_EQ(batch->events[1], R"({"b":"],}"})");
    EXPECT_EQ(batch->rest, "");
  }
}

TEST(SplitBatch, SaysWhereTheArrayStopsBeingOne) {
  EXPECT_EQ(split_batch(R"([{"a":1},{"b")")->rest, R"({"b")");
  EXPECT_EQ(split_batch(R"([{"a":1}} ,5])")->rest, R"({"a":1}} ,5])");
  EXPECT_EQ(split_batch("[1,]")->rest, ",]");
  EXPECT_EQ(split_batch("[1] x")->rest, "] x");
  EXPECT_EQ(split_batch("[1").value().events.size(), 0u);
  EXPECT_FALSE(split_batch("[").value().rest.empty());
  EXPECT_FALSE(split_batch(R"({"events":[1])")->rest.empty());
}

TEST(SplitBatch, WhatIsNoBatchIsNotSplit) {
  for (const char* text :
       {"", "{", R"({"type":"x"})", R"({"a" 1,"events":[1]})", "nonsense", R"("[1]")"}) {
    EXPECT_FALSE(split_batch(text)) << text;
  }
}

TEST(Blame, TellsNumbersThatAreNoneFromNumbersThatDoNotFit) {
  EXPECT_EQ(blame(R"({"a":NaN})", false), RejectReason::not_finite);
  EXPECT_EQ(blame(R"({"a":-Infinity})", false), RejectReason::not_finite);
  EXPECT_EQ(blame(R"({"NaN":1e999})", true), RejectReason::out_of_range);
  EXPECT_EQ(blame(R"({"a":1e5)", false), RejectReason::malformed);
  EXPECT_EQ(blame(R"({"a":01})", true), RejectReason::malformed);
  EXPECT_EQ(blame(R"({"a":+1})", true), RejectReason::malformed);
}

}  // namespace
}  // namespace tocsin::ingest
