#include "expressions.h"

/// Operators: arithmetic, comparison, logic, lists.

namespace tocsin::cel {
namespace {

TEST(Operator, PrecedenceIsCels) {
  expect_all({
      {"1 + 2 * 3", "int 7"},
      {"(1 + 2) * 3", "int 9"},
      {"10 - 4 - 3", "int 3"},
      {"100 / 10 / 2", "int 5"},
      {"2 * 7 % 4", "int 2"},
      {"-2 * 3", "int -6"},
      {"1 - -1", "int 2"},
      {"true || false && false", "bool true"},
      {"1 + 1 == 2 && 2 < 3", "bool true"},
      {"1 < 2 == true", "bool true"},
      {"!true || true", "bool true"},
      {"false ? 1 : true ? 2 : 3", "int 2"},
      {"(true ? false : true) ? 1 : 2", "int 2"},
      {"1 in [1] == true", "bool true"},
      {"true ? true ? 1 : 2 : 3", "E3006 at 12-13"},
  });
}

TEST(Operator, IntegerArithmeticTruncatesTowardZero) {
  expect_all({
      {"7 / 2", "int 3"},
      {"-7 / 2", "int -3"},
      {"7 / -2", "int -3"},
      {"7 % 3", "int 1"},
      {"-7 % 3", "int -1"},
      {"7 % -3", "int 1"},
      {"7u / 2u", "uint 3"},
      {"7u % 4u", "uint 3"},
      {"-(5)", "int -5"},
      {"--5", "int 5"},
      {"e.count * 2 - 1", "int 13"},
  });
}

TEST(Operator, IntegerOverflowIsAnError) {
  expect_all({
      {"9223372036854775807 + 1", "error overflow"},
      {"-9223372036854775808 - 1", "error overflow"},
      {"9223372036854775807 * 2", "error overflow"},
      {"-9223372036854775808 * -1", "error overflow"},
      {"-9223372036854775808 / -1", "error overflow"},
      {"-9223372036854775808 % -1", "error overflow"},
      {"-(-9223372036854775808)", "error overflow"},
      {"18446744073709551615u + 1u", "error overflow"},
      {"0u - 1u", "error overflow"},
      {"18446744073709551615u * 2u", "error overflow"},
      {"e.serial + 1u", "error overflow"},
      {"9223372036854775806 + 1", "int 9223372036854775807"},
  });
}

TEST(Operator, DivisionByZeroIsAnErrorOfIntegersOnly) {
  expect_all({
      {"1 / 0", "error division_by_zero"},
      {"1 % 0", "error division_by_zero"},
      {"1u / 0u", "error division_by_zero"},
      {"1u % 0u", "error division_by_zero"},
      {"e.count / (e.count - 7)", "error division_by_zero"},
      {"1.0 / 0.0", "double Infinity"},
      {"-1.0 / 0.0", "double -Infinity"},
      {"1.0 / -0.0", "double -Infinity"},
      {"0.0 / 0.0", "double NaN"},
  });
}

TEST(Operator, DoublesFollowIeee754) {
  expect_all({
      {"0.1 + 0.2", "double 0.30000000000000004"},
      {"1e308 * 10.0", "double Infinity"},
      {"-(0.0)", "double -0"},
      {"0.0 - 0.0", "double 0"},
      {"e.level * 2.0 - 1.0", "double 4"},
      {"5e-324 / 2.0", "double 0"},
      {"1.0 % 1.0", "E3104 at 0-9"},
      {"-1u", "E3104 at 0-3"},
  });
}

TEST(Operator, NothingIsConvertedSilently) {
  expect_all({
      {"e.level + 1", "E3104 at 0-11 (1.0)"},
      {"1 + e.level", "E3104 at 0-11 (1.0)"},
      {"e.serial - 1", "E3104 at 0-12 (1u)"},
      {"1 + 'a'", "E3104 at 0-7"},
      {"true + true", "E3104 at 0-11"},
      {"-'a'", "E3104 at 0-4"},
      {"!1", "E3104 at 0-2"},
      {"e.ts + 1", "E3104 at 0-8"},
      {"e.ts + e.ts", "E3104 at 0-11"},
      {"e.held - e.ts", "E3104 at 0-13"},
      {"e.ts > '2026-01-01T00:00:00Z'", "E3104 at 0-29 (timestamp(\"2026-01-01T00:00:00Z\"))"},
      {"e.held > '90s'", "E3104 at 0-14 (duration(\"90s\"))"},
      {"e.state == 1", "E3104 at 0-12"},
      {"e.test_mode == 'true'", "E3104 at 0-21"},
      {"[1] < [2]", "E3104 at 0-9"},
      {"[1] == ['a']", "E3104 at 0-12"},
      {"[1] + ['a']", "E3104 at 0-11"},
      {"[1] == 1", "E3104 at 0-8"},
  });
}

TEST(Operator, NumbersCompareByMathematicalValue) {
  expect_true({
      "1 == 1.0",
      "1u == 1",
      "1u == 1.0",
      "1 != 1.5",
      "-1 < 0u",
      "0u > -1",
      "!(-1 == 18446744073709551615u)",
      "9007199254740993 != 9007199254740992.0",
      "9007199254740993 > 9007199254740992.0",
      "9007199254740992.0 < 9007199254740993",
      "9007199254740992 == 9007199254740992.0",
      "9223372036854775807 < 9223372036854775808.0",
      "9223372036854775807 != 9223372036854775807.0",
      "-9223372036854775808 == -9223372036854775808.0",
      "-9223372036854775808 > -9223372036854777856.0",
      "18446744073709551615u < 18446744073709551616.0",
      "18446744073709551615u > 18446744073709549568.0",
      "0u > -0.5",
      "0u == -0.0",
      "1 < 1.5 && 2 > 1.5 && -1 > -1.5 && -2 < -1.5",
      "1u < 1.5 && 2u > 1.5",
      "1 <= 1.0 && 1 >= 1.0 && !(1 < 1.0)",
      "e.serial > 9223372036854775807",
      "e.level > 2",
      "e.count >= 7.0",
      "1e300 > 9223372036854775807 && -1e300 < -9223372036854775808",
  });
}

TEST(Operator, NanIsEqualToNothing) {
  const std::string nan = "double('nan')";
  expect_true({
      nan + " != " + nan,
      "!(" + nan + " == " + nan + ")",
      "!(" + nan + " < 1.0) && !(" + nan + " > 1.0) && !(" + nan + " <= " + nan + ")",
      "!(" + nan + " == 1) && " + nan + " != 1 && 1u != " + nan,
      "!(1 < " + nan + ") && !(1 >= " + nan + ")",
      "!(" + nan + " in [" + nan + "])",
      "[" + nan + "] != [" + nan + "]",
      "0.0 == -0.0",
      "double('inf') > 1.7976931348623157e308",
  });
}

TEST(Operator, StringsCompareByCodePoint) {
  expect_true({
      "'a' < 'b'",
      "'a' < 'aa'",
      "'' < 'a'",
      "'Z' < 'a'",
      "'z' < '烟'",
      "'\\uffee' < '\\U0001F525'",
      "'abc' == 'abc' && 'abc' != 'abd'",
      "e.state == '烟雾 alarm'",
      "'a' <= 'a' && 'a' >= 'a' && 'b' > 'a'",
  });
}

TEST(Operator, OtherTypesCompareAmongThemselves) {
  expect_true({
      "false < true",
      "true >= true",
      "true != false",
      "duration('1m') == duration('60s')",
      "duration('-1s') < duration('0s')",
      "duration('1.5s') > duration('1s')",
      "timestamp(0) < timestamp(1)",
      "timestamp('2026-01-01T08:00:00+08:00') == timestamp('2026-01-01T00:00:00Z')",
      "e.ts >= timestamp('2026-01-01T00:00:00.25Z')",
      "e.held == duration('90.5s')",
      "[] == []",
      "[1, 2] == [1, 2]",
      "[1, 2] == [1.0, 2.0]",
      "[1] != [2]",
      "[1] != [1, 1]",
      "[] != [1]",
      "e.tags == ['roof', '北']",
  });
}

TEST(Operator, LogicIsCommutativeAboutErrors) {
  const std::string error = "1 / 0 > 0";
  expect_all({
      {"true || " + error, "bool true"},
      {error + " || true", "bool true"},
      {"false && " + error, "bool false"},
      {error + " && false", "bool false"},
      {error + " || false", "error division_by_zero"},
      {"false || " + error, "error division_by_zero"},
      {error + " && true", "error division_by_zero"},
      {"true && " + error, "error division_by_zero"},
      {error + " || " + error, "error division_by_zero"},
      {"!(" + error + ")", "error division_by_zero"},
      {error + " || " + error + " || true", "bool true"},
      {error + " && " + error + " && false", "bool false"},
      {"(" + error + " || false) || true", "bool true"},
      {"(" + error + " && true) || true", "bool true"},
      {"(" + error + " && false) || false", "bool false"},
      {"true || (" + error + " && true)", "bool true"},
      {"!(" + error + " || true)", "bool false"},
      {"false || " + error + " || false", "error division_by_zero"},
      {error + " || e.unset_ts > e.ts", "error no_such_field"},
  });
}

TEST(Operator, LogicIsCommutativeAboutErrorsOfAnEvent) {
  const std::string error = "100 / (e.count - 7) > 0";
  expect_all({
      {error + " || e.level > 2.0", "bool true"},
      {error + " && e.level > 3.0", "bool false"},
      {error + " && e.level > 2.0", "error division_by_zero"},
      {"(" + error + " || e.unset_ts > e.ts) || e.level > 2.0", "bool true"},
      {"(e.test_mode || (" + error + " && e.level > 3.0)) == false", "bool true"},
  });
}

TEST(Operator, TheConditionalEvaluatesOneBranch) {
  expect_all({
      {"true ? 1 : 1 / 0", "int 1"},
      {"false ? 1 / 0 : 2", "int 2"},
      {"e.level > 2.0 ? 'high' : 'low'", "string high"},
      {"1 / 0 > 0 ? 1 : 2", "error division_by_zero"},
      {"true ? [] : [1]", "list(int) []"},
      {"true ? 1 : 2.0", "E3104 at 7-14"},
      {"1 ? 2 : 3", "E3104 at 0-1"},
      {"(e.test_mode ? 1 : 2) + (e.test_mode ? 10 : 20)", "int 22"},
  });
}

TEST(Operator, LogicTakesBools) {
  expect_all({
      {"1 && true", "E3104 at 0-1"},
      {"true || 'a'", "E3104 at 8-11"},
      {"e.level && e.count", "E3104 at 0-7; E3104 at 11-18"},
  });
}

TEST(Operator, InComparesLikeEquality) {
  expect_all({
      {"1 in [1, 2]", "bool true"},
      {"3 in [1, 2]", "bool false"},
      {"1.0 in [1, 2]", "bool true"},
      {"2u in [1, 2]", "bool true"},
      {"1 in []", "bool false"},
      {"'roof' in e.tags", "bool true"},
      {"'wall' in e.tags", "bool false"},
      {"e.state in ['a', '烟雾 alarm']", "bool true"},
      {"'a' in 'abc'", "E3104 at 0-12 (contains)"},
      {"1 in ['a']", "E3104 at 0-10"},
      {"1 in 2", "E3104 at 0-6"},
      {"[1] in [1]", "E3104 at 0-10"},
  });
}

TEST(Operator, ListsJoinAndIndex) {
  expect_all({
      {"[1, 2] + [3]", "list(int) [1, 2, 3]"},
      {"[] + [1]", "list(int) [1]"},
      {"[] + []", "list []"},
      {"e.tags + ['x']", "list(string) [roof, 北, x]"},
      {"[1, 2][0]", "int 1"},
      {"[1, 2][1]", "int 2"},
      {"e.tags[1]", "string 北"},
      {"e.readings[0] + e.readings[2]", "double 5"},
      {"[1, 2][2]", "error index_out_of_range"},
      {"[1, 2][-1]", "error index_out_of_range"},
      {"e.tags[e.count]", "error index_out_of_range"},
      {"[1, 2][0u]", "E3104 at 7-9"},
      {"[1, 2][1.0]", "E3104 at 7-10"},
      {"[][0]", "E3104 at 0-2"},
      {"'abc'[0]", "E3104 at 0-5"},
      {"e.level['a']", "E3104 at 0-7; E3104 at 8-11"},
  });
}

TEST(Operator, StringsJoin) {
  expect_all({
      {"'a' + 'b' + 'c'", "string abc"},
      {"'' + ''", "string "},
      {"e.state + '!'", "string 烟雾 alarm!"},
      {"e.state + '' == e.state", "bool true"},
  });
}

}  // namespace
}  // namespace tocsin::cel
