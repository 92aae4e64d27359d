#include "expressions.h"

/// Functions on strings and lists, macros, has(), host functions.

namespace tocsin::cel {
namespace {

TEST(Function, SizeCountsCodePointsAndItems) {
  expect_all({
      {"size('')", "int 0"},
      {"size('four')", "int 4"},
      {"size('烟雾')", "int 2"},
      {"size('🔥')", "int 1"},
      {"'烟雾'.size()", "int 2"},
      {"size([1, 2])", "int 2"},
      {"[].size()", "int 0"},
      {"e.tags.size()", "int 2"},
      {"size(e.state)", "int 8"},
      {"size(1)", "E3103 at 0-7"},
      {"size()", "E3103 at 0-6"},
      {"'a'.size(1)", "E3103 at 0-11"},
  });
}

TEST(Function, StringTestsAreMethods) {
  expect_all({
      {"'foobar'.startsWith('foo')", "bool true"},
      {"'foobar'.startsWith('bar')", "bool false"},
      {"'foobar'.startsWith('')", "bool true"},
      {"''.startsWith('a')", "bool false"},
      {"e.state.startsWith('烟')", "bool true"},
      {"'foobar'.endsWith('bar')", "bool true"},
      {"'bar'.endsWith('foobar')", "bool false"},
      {"'foobar'.contains('oba')", "bool true"},
      {"'foobar'.contains('')", "bool true"},
      {"'foobar'.contains('x')", "bool false"},
      {"startsWith('a', 'b')", "E3102 at 0-10 (x.startsWith())"},
      {"'a'.startsWith(1)", "E3103 at 0-17"},
      {"1.startsWith('a')", "E3103 at 0-17"},
      {"'a'.int()", "E3102 at 4-7 (int(x))"},
  });
}

TEST(Function, MatchesSearchesAnywhere) {
  expect_all({
      {"'hubba'.matches('ubb')", "bool true"},
      {"matches('hubba', 'ubb')", "bool true"},
      {"'hubba'.matches('^ubb')", "bool false"},
      {"''.matches('')", "bool true"},
      {"'grey'.matches('gr(a|e)y')", "bool true"},
      {R"('a1'.matches(r'^\w\d$'))", "bool true"},
      {"'mañana'.matches('a+ñ+a+')", "bool true"},
      {"e.state.matches('^烟. al')", "bool true"},
      {"e.state.matches(params.pattern)", "bool true"},
      {"e.state.matches('a' + 'l')", "E3109 at 16-25"},
      {"e.state.matches(e.state)", "E3109 at 16-23"},
      {"e.state.matches('(')", "E3110 at 16-19"},
      {"e.state.matches('(?=a)')", "E3110 at 16-23"},
      {"e.state.matches('a{2000}')", "E3110 at 16-25"},
      {"e.state.matches(1)", "E3103 at 0-18"},
  });
}

TEST(Function, ExistsAndAllFoldTheirPredicates) {
  expect_all({
      {"[1, 2, 3].exists(x, x > 2)", "bool true"},
      {"[1, 2, 3].exists(x, x > 3)", "bool false"},
      {"[1, 2, 3].all(x, x > 0)", "bool true"},
      {"[1, 2, 3].all(x, x > 1)", "bool false"},
      {"[1, 2, 3].exists_one(x, x > 2)", "bool true"},
      {"[1, 2, 3].exists_one(x, x > 1)", "bool false"},
      {"[1, 2, 3].exists_one(x, x > 3)", "bool false"},
      {"[].exists(x, x > 1)", "bool false"},
      {"[].all(x, x > 1)", "bool true"},
      {"[].exists_one(x, x > 1)", "bool false"},
      {"e.tags.exists(t, t.startsWith('ro'))", "bool true"},
      {"e.readings.all(r, r < e.level + 2.0)", "bool true"},
      {"e.tags.all(t, size(t) > 1)", "bool false"},
      {"smoke.tags.exists(t, t == 'x')", "bool false"},
      {"(e.tags + ['x']).exists(t, t == 'x')", "bool true"},
  });
}

TEST(Function, MacrosAreCommutativeAboutErrors) {
  expect_all({
      {"[0, 1].exists(x, 1 / x == 1)", "bool true"},
      {"[1, 0].exists(x, 1 / x == 1)", "bool true"},
      {"[0, 2].exists(x, 1 / x == 1)", "error division_by_zero"},
      {"[0, 2].all(x, 1 / x == 1)", "bool false"},
      {"[0, 1].all(x, 1 / x == 1)", "error division_by_zero"},
      {"[0, 1].exists_one(x, 1 / x == 1)", "error division_by_zero"},
      {"[0, 2].exists(x, 1 / x == 1) || true", "bool true"},
      {"[1, 0].exists_one(x, 1 / x == 1) || true", "bool true"},
      {"[0, 0].exists(x, [1, 0].exists(y, y / x == 1)) || e.count == 7", "bool true"},
  });
}

TEST(Function, MacroVariablesHideNamesOutside) {
  expect_all({
      {"[1, 2].exists(e, e == 2)", "bool true"},
      {"[1].all(e, .e.count == 7)", "bool true"},
      {"[1].exists(e, e.count == 7)", "E3101 at 16-21"},
      {"[1].exists(x, ['a'].exists(x, x == 'a'))", "bool true"},
      {"[1].exists(x, [2].exists(y, x + y == 3)) && [5].all(x, x == 5)", "bool true"},
      {"[1, 2].exists(x, [1, 2].all(y, y <= x))", "bool true"},
      {"[1].exists(x, true) && x == 1", "E3101 at 23-24"},
      {"[1].exists(x, ['b'].exists(y, y == 'b') && x == 1)", "bool true"},
      {"[1].exists(longer, longr == 1)", "E3101 at 19-24 (longer)"},
  });
}

TEST(Function, MisusedMacrosAreExplained) {
  expect_all({
      {"[1].exists(x)", "E3108 at 0-13"},
      {"[1].exists(1, true)", "E3108 at 0-19"},
      {"[1].exists(e.x, true)", "E3108 at 0-21"},
      {"[1].exists(x, y, true)", "E3108 at 0-22"},
      {"[1].exists(x, x)", "E3104 at 14-15"},
      {"'abc'.exists(x, true)", "E3104 at 0-5"},
      {"e.level.all(x, true)", "E3104 at 0-7"},
      {"exists([1], x, true)", "E3102 at 0-6; E3101 at 12-13"},
  });
}

TEST(Function, AMacroWalksOverSoManyItemsOnly) {
  expect_all({{"e.many.all(x, x == 0)", "error too_long"},
              {"e.many.all(x, x == 0) || true", "bool true"},
              {"size(e.many)", "int 65"},
              {"1 in e.many", "bool false"}});
  std::string list = "[0";
  for (int i = 1; i < 65; ++i) list += ", 0";
  EXPECT_EQ(errors(list + "].all(x, x == 0)"), "E3204 at 0-195");
  EXPECT_EQ(outcome("0 in " + list + "]"), "bool true");
  EXPECT_EQ(errors("(" + list + "] + e.many).all(x, x == 0)"), "E3204 at 0-206");
  EXPECT_EQ(outcome("(e.many + e.many).all(x, x == 0)"), "error too_long");
}

TEST(Function, HasTellsUnsetFieldsApart) {
  expect_all({
      {"has(e.level)", "bool true"},
      {"has(e.unset_level)", "bool false"},
      {"has(smoke.tags)", "bool false"},
      {"has(e.unset_ts) && e.unset_ts > e.ts", "bool false"},
      {"has(e.nope)", "E3101 at 4-10"},
      {"has(e)", "E3107 at 0-6"},
      {"has(1)", "E3107 at 0-6"},
      {"has(e.level, e.count)", "E3107 at 0-21"},
      {"has(e.tags[0])", "E3107 at 0-14"},
      {"has(params.limit)", "E3107 at 4-16"},
      {"has(e.state.size())", "E3107 at 0-19"},
  });
}

TEST(Function, UnsetFieldsReadAsTheirDefault) {
  expect_all({
      {"smoke.level", "double 0"},
      {"smoke.count", "int 0"},
      {"smoke.serial", "uint 0"},
      {"smoke.state", "string "},
      {"smoke.test_mode", "bool false"},
      {"smoke.tags", "list(string) []"},
      {"smoke.ts", "error no_such_field"},
      {"smoke.held", "error no_such_field"},
      {"e.unset_level < 1.0", "bool true"},
      {"e.unset_ts < e.ts || e.count == 7", "bool true"},
  });
}

TEST(Function, HostFunctionsAreTypeChecked) {
  expect_all({
      {"adjacent(e.state, '烟')", "bool true"},
      {"adjacent('a', key.building)", "bool false"},
      {"twice([1, 2])", "int 4"},
      {"twice([])", "int 0"},
      {"nothing()", "error host"},
      {"nothing() == 1 || true", "bool true"},
      {"adjacent('a')", "E3103 at 0-13"},
      {"adjacent('a', 1)", "E3103 at 0-16"},
      {"adjecent('a', 'b')", "E3102 at 0-8 (adjacent)"},
      {"twice(['a'])", "E3103 at 0-12"},
  });
}

TEST(Function, WithoutAHostItsFunctionsHaveNoAnswer) {
  const Compiled compiled = compile("adjacent('a', 'a')", SampleScope{}, std::nullopt);
  Scratch scratch;
  EXPECT_EQ(compiled.program.eval({}, scratch).error, EvalError::host);
}

}  // namespace
}  // namespace tocsin::cel
