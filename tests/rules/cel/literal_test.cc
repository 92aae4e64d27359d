#include "expressions.h"

/// Literals: numbers, strings and their escapes, lists.

namespace tocsin::cel {
namespace {

TEST(Literal, IntegersUpToTheirLimits) {
  expect_all({
      {"0", "int 0"},
      {"007", "int 7"},
      {"9223372036854775807", "int 9223372036854775807"},
      {"-9223372036854775808", "int -9223372036854775808"},
      {"0x7fffffffffffffff", "int 9223372036854775807"},
      {"-0x8000000000000000", "int -9223372036854775808"},
      {"0XfF", "int 255"},
      {"0u", "uint 0"},
      {"18446744073709551615u", "uint 18446744073709551615"},
      {"0xFFFFFFFFFFFFFFFFU", "uint 18446744073709551615"},
      {"9223372036854775808", "E3005 at 0-19 (9223372036854775808u)"},
      {"-9223372036854775809", "E3005 at 1-20"},
      {"0x8000000000000000", "E3005 at 0-18 (0x8000000000000000u)"},
      {"18446744073709551616u", "E3005 at 0-20"},
      {"99999999999999999999", "E3005 at 0-20"},
  });
}

TEST(Literal, DoublesInEveryForm) {
  expect_all({
      {"1.5", "double 1.5"},
      {".5", "double 0.5"},
      {"-.5", "double -0.5"},
      {"1e3", "double 1000"},
      {"1E-3", "double 0.001"},
      {"1.5e+2", "double 150"},
      {"0.1", "double 0.1"},
      {"1.7976931348623157e308", "double 1.7976931348623157e+308"},
      {"5e-324", "double 5e-324"},
      {"1e-400", "double 0"},
      {"-0.0", "double -0"},
      {"1e400", "E3005 at 0-5"},
      {"-1e309", "E3005 at 1-6"},
  });
}

TEST(Literal, WhatRunsIntoANumberIsRefused) {
  expect_all({
      {"10m", "E3005 at 0-3 (duration(\"10m\"))"},
      {"1 + 2h", "E3005 at 4-6 (duration(\"2h\"))"},
      {"30s", "E3005 at 0-3 (duration(\"30s\"))"},
      {"1_000", "E3005 at 0-5"},
      {"1e", "E3005 at 0-2"},
      {"0x", "E3005 at 0-2"},
      {"0xg", "E3005 at 0-3"},
      {"1ul", "E3005 at 0-3"},
      {"1.", "E3006 at 2-2"},
  });
}

TEST(Literal, StringsInEveryQuote) {
  expect_all({
      {"'a'", "string a"},
      {"\"a\"", "string a"},
      {"''", "string "},
      {"'''a'''", "string a"},
      {"\"\"\"a\"\"\"", "string a"},
      {"''''''", "string "},
      {"'say \"hi\"'", "string say \"hi\""},
      {"\"it's\"", "string it's"},
      {"'''it's \"so\" '''", "string it's \"so\" "},
      {"'''two\nlines'''", "string two\nlines"},
      {"'''two\r\nlines'''", "string two\r\nlines"},
      {"'烟雾'", "string 烟雾"},
      {"'tab\tinside'", "string tab\tinside"},
  });
}

TEST(Literal, EscapesAreDecoded) {
  expect_all({
      {R"("\a\b\f\n\r\t\v")", "string \a\b\f\n\r\t\v"},
      {R"("\\ \? \" \' \`")", "string \\ ? \" ' `"},
      {R"("\x41\X42")", "string AB"},
      {R"("\xff")", "string \u00ff"},
      {R"("\u70df\u96fe")", "string 烟雾"},
      {R"("\U0001F525")", "string 🔥"},
      {R"("\101\060\377")", "string A0\u00ff"},
      {R"('''\n''')", "string \n"},
      {R"(size("\000"))", "int 1"},
      {R"("\u0041b")", "string Ab"},
  });
}

TEST(Literal, RawStringsKeepTheirBackslashes) {
  expect_all({
      {R"(r"\n")", "string \\n"},
      {R"(R'\x')", "string \\x"},
      {R"(r'''\'a''')", "string \\'a"},
      {R"(r"C:\")", "string C:\\"},
      {"r", "E3101 at 0-1"},
      {"R", "E3101 at 0-1"},
  });
}

TEST(Literal, BadEscapesAreMarkedWhereTheyStand) {
  expect_all({
      {R"("ab\q")", "E3004 at 3-5"},
      {R"("烟\d")", "E3004 at 2-4"},
      {R"("\xg0")", "E3004 at 1-5"},
      {R"("\u12")", "E3004 at 1-5"},
      {R"("\ud800")", "E3004 at 1-7"},
      {R"("\U00110000")", "E3004 at 1-11"},
      {R"("\400")", "E3004 at 1-3"},
      {R"("\18")", "E3004 at 1-4"},
      {R"("\q" + "\w")", "E3004 at 1-3; E3004 at 8-10"},
      {R"("\烟")", "E3004 at 1-3"},
  });
}

TEST(Literal, AnUnclosedStringIsRefused) {
  expect_all({
      {"'abc", "E3003 at 0-4"},
      {"1 + \"x", "E3003 at 4-6"},
      {"'a\nc'", "E3003 at 0-2; E3003 at 4-5"},
      {"'''abc''", "E3003 at 0-8"},
      {"r'abc\\", "E3003 at 0-6"},
      {"'abc\\'", "E3003 at 0-6"},
  });
}

TEST(Literal, BytesAreRefusedByName) {
  expect_all({
      {"b'a'", "E3008 at 0-4"},
      {"B\"a\"", "E3008 at 0-4"},
      {"rb'a'", "E3008 at 0-5"},
      {"bR'''a'''", "E3008 at 0-9"},
      {"b", "E3101 at 0-1"},
  });
}

TEST(Literal, ListsHoldOneType) {
  expect_all({
      {"[1, 2]", "list(int) [1, 2]"},
      {"[1, 2,]", "list(int) [1, 2]"},
      {"[]", "list []"},
      {"['a']", "list(string) [a]"},
      {"[e.level, params.limit]", "list(double) [2.5, 2]"},
      {"[1, 2.0]", "E3106 at 4-7"},
      {"[1, 'a', 2, true]", "E3106 at 4-7; E3106 at 12-16"},
      {"[[1], [2]]", "E3008 at 1-4; E3008 at 6-9"},
      {"[,]", "E3006 at 1-2"},
      {"[e.tags]", "E3008 at 1-7"},
  });
}

TEST(Literal, CommentsAndBlanksAreSkipped) {
  expect_all({
      {" \t\r\n\f 1 // one\n + 2 // two", "int 3"},
      {"// only a comment", "E3007 at 17-17"},
      {"", "E3007 at 0-0"},
      {"  ", "E3007 at 2-2"},
  });
}

}  // namespace
}  // namespace tocsin::cel
