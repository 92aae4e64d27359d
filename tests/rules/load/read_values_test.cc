#include "rules/load/read_values.h"

#include <gtest/gtest.h>

#include <set>

#include "rules/load/codes.h"

namespace tocsin::yaml {
namespace {

using namespace std::chrono_literals;

TEST(ReadValues, DurationsHaveUnitsFromLargeToSmall) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("0s"), 0ms);
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("10m41s"), 641s);
  EXPECT_EQ(parse_duration("7d"), 168h);
  EXPECT_EQ(parse_duration("1d2h3m4s5ms"), 26h + 3min + 4s + 5ms);
  for (const char* wrong : {"", "30", "s", "-5s", "+5s", "1.5s", "30 s", "5s10m", "5s5s", "1e3s",
                            "5w", "5S", "99999999999999999999d", "36601d", "10m41"}) {
    EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
  }
}

TEST(ReadValues, DurationsAreWrittenAsTheyAreRead) {
  for (const char* text : {"0s", "250ms", "1m1ms", "10m41s", "7d", "1d2h3m4s5ms"}) {
    EXPECT_EQ(duration_text(*parse_duration(text)), text);
  }
}

TEST(ReadValues, NumbersAreDecimalAndFinite) {
  EXPECT_EQ(parse_integer("-42"), -42);
  EXPECT_EQ(parse_integer("+7"), 7);
  EXPECT_EQ(parse_integer("9223372036854775807"), INT64_MAX);
  for (const char* wrong :
       {"", "+", "-", "0x10", "1.0", "1e3", "9223372036854775808", "--1", "+-1", "1 "}) {
    EXPECT_EQ(parse_integer(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(parse_number("2.5"), 2.5);
  EXPECT_EQ(parse_number("-1e3"), -1000.0);
  EXPECT_EQ(parse_number(".5"), 0.5);
  for (const char* wrong : {"", ".", "inf", "nan", "-inf", "1e999", "2.5x", "1,5"}) {
    EXPECT_EQ(parse_number(wrong), std::nullopt) << wrong;
  }
}

TEST(ReadValues, NamesFollowTheirRule) {
  EXPECT_TRUE(is_name("smoke-2", kDashedName));
  EXPECT_TRUE(is_name(std::string(64, 'a'), kDashedName));
  for (const std::string& wrong :
       {std::string(), std::string(65, 'a'), std::string("Smoke"), std::string("a_b")}) {
    EXPECT_FALSE(is_name(wrong, kDashedName)) << wrong;
  }
  EXPECT_TRUE(is_name("a_1", kIdentifierName));
  EXPECT_FALSE(is_name("1a", kIdentifierName));
}

TEST(Codes, EachHasBothLanguagesAndItsOwnNumber) {
  std::set<std::string_view> seen;
  for (const CodeInfo& one : all_codes()) {
    EXPECT_TRUE(seen.insert(one.code).second) << one.code;
    EXPECT_TRUE(one.code.size() == 5 && (one.code[0] == 'E' || one.code[0] == 'W')) << one.code;
    EXPECT_FALSE(one.en.empty()) << one.code;
    EXPECT_FALSE(one.zh.empty()) << one.code;
    EXPECT_EQ(one.next_en.empty(), one.next_zh.empty()) << one.code;
  }
  EXPECT_EQ(info(Code::unknown_key).code, "E2103");
}

}  // namespace
}  // namespace tocsin::yaml
