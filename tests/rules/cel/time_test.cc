#include "expressions.h"

/// Timestamps and durations: texts, ranges, arithmetic, getters, zones.

namespace tocsin::cel {
namespace {

TEST(Time, TimestampsReadRfc3339) {
  expect_all({
      {"timestamp('2009-02-13T23:31:30Z')", "timestamp 2009-02-13T23:31:30Z"},
      {"timestamp('2026-01-01T08:00:00.25+08:00')", "timestamp 2026-01-01T00:00:00.25Z"},
      {"timestamp('2026-01-01T00:00:00-00:30')", "timestamp 2026-01-01T00:30:00Z"},
      {"timestamp('2024-02-29T00:00:00Z')", "timestamp 2024-02-29T00:00:00Z"},
      {"timestamp('9999-12-31T23:59:59.999999999Z')", "timestamp 9999-12-31T23:59:59.999999999Z"},
      {"timestamp('0001-01-01T00:00:00Z')", "timestamp 0001-01-01T00:00:00Z"},
      {"timestamp('2026-01-01T00:00:00.1234567899Z')", "timestamp 2026-01-01T00:00:00.123456789Z"},
      {"timestamp(0)", "timestamp 1970-01-01T00:00:00Z"},
      {"timestamp(-1)", "timestamp 1969-12-31T23:59:59Z"},
      {"timestamp(253402300799)", "timestamp 9999-12-31T23:59:59Z"},
      {"timestamp(e.ts)", "timestamp 2026-01-01T00:00:00.25Z"},
      {"string(timestamp('0001-01-01T00:00:00.001Z'))", "string 0001-01-01T00:00:00.001Z"},
  });
}

TEST(Time, WhatIsNoTimestampIsAnError) {
  for (const char* text :
       {"", "yesterday", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+8:00", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00ZZ",
        "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01", "2026-1-1T0:0:0Z"}) {
    EXPECT_EQ(outcome("timestamp('" + std::string(text) + "')"), "error bad_conversion") << text;
  }
  expect_all({{"timestamp(253402300800)", "error bad_conversion"},
              {"timestamp(-62135596801)", "error bad_conversion"},
              {"timestamp(-9223372036854775808)", "error bad_conversion"},
              {"timestamp(1.5)", "E3103 at 0-14"}});
}

TEST(Time, DurationsReadNumbersWithUnits) {
  expect_all({
      {"duration('1h2m3.5s')", "duration 3723.5s"},
      {"duration('90s')", "duration 90s"},
      {"duration('1.5h')", "duration 5400s"},
      {"duration('250ms')", "duration 0.25s"},
      {"duration('1us')", "duration 0.000001s"},
      {"duration('1µs')", "duration 0.000001s"},
      {"duration('1ns')", "duration 0.000000001s"},
      {"duration('0.1ns')", "duration 0s"},
      {"duration('-1.5s')", "duration -1.5s"},
      {"duration('-0.5s')", "duration -0.5s"},
      {"duration('+1s')", "duration 1s"},
      {"duration('0')", "duration 0s"},
      {"duration('.5s')", "duration 0.5s"},
      {"duration('1.s')", "duration 1s"},
      {"duration('1s1h')", "duration 3601s"},
      {"duration('1000000s')", "duration 1000000s"},
      {"duration(e.held)", "duration 90.5s"},
      {"string(duration('3500ms'))", "string 3.5s"},
      {"string(duration('-1ns'))", "string -0.000000001s"},
      {"string(duration('0s'))", "string 0s"},
  });
}

TEST(Time, WhatIsNoDurationIsAnError) {
  for (const char* text :
       {"", "1", "s", "1 s", "1d", "1h 2m", "--1s", "-", "+", ".s", "1sec", "x1s", "320000000000s",
        "-320000000000s", "99999999999999999999h", "1s-1s"}) {
    EXPECT_EQ(outcome("duration('" + std::string(text) + "')"), "error bad_conversion") << text;
  }
  EXPECT_EQ(outcome("duration(90)"), "E3103 at 0-12");
}

TEST(Time, ArithmeticKeepsNanoseconds) {
  expect_all({
      {"timestamp(0) + duration('1s')", "timestamp 1970-01-01T00:00:01Z"},
      {"duration('1s') + timestamp(0)", "timestamp 1970-01-01T00:00:01Z"},
      {"timestamp(0) - duration('0.5s')", "timestamp 1969-12-31T23:59:59.5Z"},
      {"timestamp(10) - timestamp(12)", "duration -2s"},
      {"duration('1s') + duration('-1.5s')", "duration -0.5s"},
      {"duration('1s') - duration('2s')", "duration -1s"},
      {"timestamp('0001-01-01T00:00:01.000000001Z') + duration('-999999999ns')",
       "timestamp 0001-01-01T00:00:00.000000002Z"},
      {"e.ts - duration('250ms')", "timestamp 2026-01-01T00:00:00Z"},
      {"e.ts + e.held - e.ts == e.held", "bool true"},
  });
}

TEST(Time, LeavingTheRangeIsAnError) {
  expect_all({
      {"timestamp('9999-12-31T23:59:59Z') + duration('1s')", "error overflow"},
      {"timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns')", "error overflow"},
      {"timestamp('0001-01-01T00:00:00Z') - duration('1ns')", "error overflow"},
      {"timestamp('0001-01-01T00:00:00Z') + duration('-1s')", "error overflow"},
      {"timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')", "error overflow"},
      {"duration('9223372036s') + duration('1s')", "error overflow"},
      {"duration('-9223372036s') - duration('1s')", "error overflow"},
      {"duration('9223372036.854775807s')", "duration 9223372036.854775807s"},
      {"duration('-9223372036.854775808s')", "duration -9223372036.854775808s"},
      {"duration('9223372036.854775808s')", "error bad_conversion"},
  });
}

TEST(Time, GettersReadUtc) {
  const std::string t = "timestamp('2009-02-13T23:31:30.123456789Z').";
  expect_all({
      {t + "getFullYear()", "int 2009"},
      {t + "getMonth()", "int 1"},
      {t + "getDate()", "int 13"},
      {t + "getDayOfMonth()", "int 12"},
      {t + "getDayOfWeek()", "int 5"},
      {t + "getDayOfYear()", "int 43"},
      {t + "getHours()", "int 23"},
      {t + "getMinutes()", "int 31"},
      {t + "getSeconds()", "int 30"},
      {t + "getMilliseconds()", "int 123"},
      {"timestamp(-1).getSeconds()", "int 59"},
      {"timestamp('2024-12-31T00:00:00Z').getDayOfYear()", "int 365"},
      {"timestamp('2026-01-04T00:00:00Z').getDayOfWeek()", "int 0"},
      {"timestamp('0001-01-01T00:00:00Z').getFullYear()", "int 1"},
      {"e.ts.getHours() + 1", "int 1"},
      {"getHours(e.ts)", "E3102 at 0-8 (x.getHours())"},
      {"e.ts.getHour()", "E3102 at 5-12 (getHours)"},
      {"e.ts.getHours(8)", "E3103 at 0-16"},
      {"e.count.getHours()", "E3103 at 0-18"},
  });
}

TEST(Time, GettersReadZones) {
  const std::string t = "timestamp('2009-02-13T23:31:30Z').";
  expect_all({
      {t + "getHours('Asia/Shanghai')", "int 7"},
      {t + "getDate('Asia/Shanghai')", "int 14"},
      {t + "getDate('Australia/Sydney')", "int 14"},
      {t + "getDayOfMonth('US/Central')", "int 12"},
      {t + "getDayOfMonth('+11:00')", "int 13"},
      {t + "getFullYear('-09:30')", "int 2009"},
      {t + "getHours('02:00')", "int 1"},
      {t + "getMinutes('Asia/Kathmandu')", "int 16"},
      {t + "getSeconds('-00:00')", "int 30"},
      {t + "getDayOfWeek('UTC')", "int 5"},
      {t + "getDayOfWeek(params.zone)", "int 6"},
      {"timestamp('2009-02-13T02:00:00Z').getDayOfMonth('-02:30')", "int 11"},
      {"timestamp('2009-02-13T02:00:00Z').getDayOfMonth('America/St_Johns')", "int 11"},
      {"timestamp('2026-07-01T12:00:00Z').getHours('Europe/Berlin')", "int 14"},
      {"timestamp('2026-01-01T12:00:00Z').getHours('Europe/Berlin')", "int 13"},
      {"e.ts.getHours('+08:00')", "int 8"},
      {"e.ts.getHours(e.state)", "E3111 at 14-21"},
  });
}

TEST(Time, AnUnknownZoneIsAnErrorOfTheEvaluation) {
  for (const char* zone :
       {"Nowhere/Land", "", "localtime", "Asia/Shangai", "+8:00", "+24:00", "08:60",
        "../etc/passwd", "/etc/localtime", "file:UTC", "+08:00 ", "Z"}) {
    EXPECT_EQ(outcome("e.ts.getHours('" + std::string(zone) + "')"), "error bad_time_zone") << zone;
  }
}

TEST(Time, DurationGettersCountWholeUnits) {
  expect_all({
      {"duration('10000s').getHours()", "int 2"},
      {"duration('3730s').getMinutes()", "int 62"},
      {"duration('3730.9s').getSeconds()", "int 3730"},
      {"duration('-3730.9s').getSeconds()", "int -3730"},
      {"duration('123.321456789s').getMilliseconds()", "int 321"},
      {"duration('-0.5s').getMilliseconds()", "int -500"},
      {"duration('-0.5s').getSeconds()", "int 0"},
      {"e.held.getMinutes()", "int 1"},
      {"e.held.getHours('UTC')", "E3103 at 0-22"},
      {"e.held.getDate()", "E3103 at 0-16"},
  });
}

}  // namespace
}  // namespace tocsin::cel
