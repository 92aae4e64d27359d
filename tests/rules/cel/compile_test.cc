#include <fmt/format.h>

#include "expressions.h"

/// What is refused, where, and with what advice; what a program tells about itself.

namespace tocsin::cel {
namespace {

// `before`, `text` so many times, `after`.
std::string repeat(std::string_view text, std::size_t times, std::string_view before = "",
                   std::string_view after = "") {
  std::string all(before);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all.append(after);
}

// A literal of so many letters.
std::string quoted(std::size_t length) { return repeat("a", length, "'", "'"); }

TEST(Compile, UnknownNamesSuggestTheNearest) {
  expect_all({
      {"e.levl > 1.0", "E3101 at 0-6 (e.level)"},
      {"e.Level > 1.0", "E3101 at 0-7 (e.level)"},
      {"smoke.stat == 'a'", "E3101 at 0-10 (smoke.state)"},
      {"level > 1.0", "E3101 at 0-5 (e.level)"},
      {"e.limit > 1.0", "E3101 at 0-7 (params.limit)"},
      {"ev.level > 1.0", "E3101 at 0-8 (e.level)"},
      {"smok.building", "E3101 at 0-13 (key.building)"},
      {"e.zzzzzz", "E3101 at 0-8"},
      {"whatever", "E3101 at 0-8"},
      {"e", "E3101 at 0-1 (e.level)"},
      {"e.level.value", "E3101 at 8-13"},
      {"e.state.size().x", "E3101 at 15-16"},
      {"'a'.b", "E3101 at 4-5"},
      {"'烟雾' == e.stat", "E3101 at 8-14 (e.state)"},
  });
}

TEST(Compile, UnknownFunctionsSuggestTheNearest) {
  expect_all({
      {"sise('a')", "E3102 at 0-4 (size)"},
      {"e.state.startswith('a')", "E3102 at 8-18 (startsWith)"},
      {"e.state.starts_with('a')", "E3102 at 8-19 (startsWith)"},
      {"len('a')", "E3102 at 0-3 (size)"},
      {"e.tags.any(1)", "E3102 at 7-10 (exists)"},
      {"hass(e.level)", "E3102 at 0-4 (has)"},
      {"now()", "E3102 at 0-3"},
  });
}

TEST(Compile, AllErrorsAreFoundAtOnce) {
  expect_all({
      {"e.levl > 1.0 && e.count > 'a' && foo(e.stat)",
       "E3101 at 0-6 (e.level); E3104 at 16-29; E3102 at 33-36; E3101 at 37-43 (e.state)"},
      {"e.levl + 1 > 'a' || e.nope", "E3101 at 0-6 (e.level); E3101 at 20-26"},
      {"size(e.nope) + 'a'", "E3104 at 0-18; E3101 at 5-11"},
  });
}

TEST(Compile, NoMoreThanTwentyErrorsAreReported) {
  const std::string source = repeat(" || zzzzzz", 30, "zzzzzz");
  EXPECT_EQ(compile(source, SampleScope{}, std::nullopt).errors.size(), 20u);
}

TEST(Compile, SyntaxErrorsSayWhatIsExpected) {
  expect_all({
      {"1 +", "E3006 at 3-3"},          {"(1", "E3006 at 2-2"},
      {"1)", "E3006 at 1-2"},           {"1 2", "E3006 at 2-3"},
      {"[1", "E3006 at 2-2"},           {"f(1", "E3006 at 3-3"},
      {"f(,)", "E3006 at 2-3"},         {"e.", "E3006 at 2-2"},
      {"e..x", "E3006 at 2-3"},         {"e.1", "E3006 at 1-3"},
      {"e.in", "E3006 at 2-4"},         {"true ? 1", "E3006 at 8-8"},
      {"== 1", "E3006 at 0-2"},         {"in [1]", "E3006 at 0-2"},
      {"a and b", "E3006 at 2-5 (&&)"}, {"a OR b", "E3006 at 2-4 (||)"},
      {"not true", "E3006 at 4-8"},     {"if", "E3006 at 0-2"},
      {"while + 1", "E3006 at 0-5"},
  });
}

TEST(Compile, StrayCharactersAreNamed) {
  expect_all({
      {"e.level = 1.0", "E3002 at 8-9 (==)"},
      {"true & false", "E3002 at 5-6 (&&)"},
      {"true | false", "E3002 at 5-6 (||)"},
      {"1 ; 2 # 3", "E3002 at 2-3; E3002 at 6-7"},
      {"烟 > 1", "E3002 at 0-1"},
      {"1 ＋ 2", "E3002 at 2-3"},
      {"a`b`", "E3008 at 1-4"},
      {std::string("1\0", 2), "E3002 at 1-2"},
      {std::string("'a\0b'", 5), "E3002 at 2-3"},
      {"\x01", "E3002 at 0-1"},
  });
}

TEST(Compile, WhatTheProfileLeavesOutIsRefusedByName) {
  expect_all({
      {"null", "E3008 at 0-4 (has(e.field))"},
      {"e.level == null", "E3008 at 11-15 (has(e.field))"},
      {"{'a': 1}", "E3008 at 0-1"},
      {"Msg{a: 1}", "E3008 at 3-4"},
      {"a.Msg{}", "E3008 at 5-6"},
      {"e.?level", "E3008 at 2-3"},
      {"e.tags[?0]", "E3008 at 7-8"},
      {"[?e.level]", "E3008 at 1-2"},
      {"type(1)", "E3008 at 0-4"},
      {"dyn(1)", "E3008 at 0-3"},
      {"bytes('a')", "E3008 at 0-5"},
      {"[1].map(x, x)", "E3008 at 4-7 (exists)"},
      {"[1].filter(x, true)", "E3008 at 4-10 (exists)"},
  });
}

TEST(Compile, InvalidUtf8IsRefusedWhereItStarts) {
  EXPECT_EQ(errors("'烟\xff'"), "E3001 at 2-3");
  EXPECT_EQ(errors("\xc0\x80"), "E3001 at 0-1");
  EXPECT_EQ(errors("'\xed\xa0\x80'"), "E3001 at 1-2");
  EXPECT_EQ(errors("'\xf4\x90\x80\x80'"), "E3001 at 1-2");
  EXPECT_EQ(errors("'\xe7\x83"), "E3001 at 1-2");
}

TEST(Compile, TheWholeExpressionHasTheTypeItMustHave) {
  const Type boolean{ValueKind::boolean};
  EXPECT_EQ(errors("e.test_mode", boolean), "");
  EXPECT_EQ(errors("e.level + 1.0", boolean), "E3105 at 0-13");
  EXPECT_EQ(errors("(1)", boolean), "E3105 at 0-3");
  EXPECT_EQ(errors("[]", Type{ValueKind::list, ValueKind::string}), "");
  EXPECT_EQ(errors("[1]", Type{ValueKind::list, ValueKind::string}), "E3105 at 0-3");
  EXPECT_EQ(errors("e.levl", boolean), "E3101 at 0-6 (e.level)");
}

TEST(Compile, LengthIsCountedInCodePoints) {
  const CompileLimits ten{.max_length = 10};
  EXPECT_EQ(errors("'烟雾烟雾烟雾烟雾'", {}, ten), "");
  EXPECT_EQ(errors("'烟雾烟雾烟雾烟雾烟'", {}, ten), "E3201 at 10-11");
  EXPECT_EQ(errors(quoted(4094)), "");
  EXPECT_EQ(errors(quoted(4095)), "E3201 at 4096-4097");
  EXPECT_EQ(errors(repeat("(", 1'000'000)), "E3201 at 4096-1000000");
}

TEST(Compile, NestingIsLimited) {
  EXPECT_EQ(outcome(repeat(")", 32, repeat("(", 32, "", "1"))), "int 1");
  EXPECT_EQ(errors(repeat(")", 33, repeat("(", 33, "", "1"))), "E3202 at 33-34");
  EXPECT_EQ(errors(repeat("[", 2000)), "E3202 at 33-34");
  EXPECT_EQ(errors(repeat("size(", 40, "", "1")), "E3202 at 165-169");
  EXPECT_EQ(outcome(repeat("true ? false : ", 24, "", "true")), "bool false");
  EXPECT_EQ(outcome(repeat("))", 12, repeat("int(uint(", 12, "", "7"))), "int 7");
  EXPECT_EQ(errors(repeat("e.tags[", 50, "", "0")), "E3202 at 231-232");
}

TEST(Compile, OperatorsInARowDoNotNest) {
  EXPECT_EQ(outcome(repeat(" && true", 400, "true")), "bool true");
  EXPECT_EQ(outcome(repeat(" || e.test_mode", 250, "false")), "bool false");
  EXPECT_EQ(outcome(repeat(" + 1", 400, "1")), "int 401");
  EXPECT_EQ(outcome(repeat("!", 400, "", "true")), "bool true");
  EXPECT_EQ(outcome(repeat("-", 400, "", "e.count")), "int 7");
  EXPECT_EQ(errors(repeat("+1", 600, "1")), "E3202 at 0-1025");
  EXPECT_EQ(errors(repeat("!", 4000, "", "true")), "E3202 at 3488-4004");
  EXPECT_EQ(errors(repeat(".a", 2000, "e")), "E3202 at 0-1025");
}

TEST(Compile, CostGrowsWithWhatMacrosWalk) {
  const auto cost = [](std::string_view source) {
    return compile(source, SampleScope{}, std::nullopt, {.max_cost = 1'000'000'000}).program.cost();
  };
  EXPECT_LT(cost("e.level > 2.0"), 10u);
  EXPECT_GT(cost("e.tags.exists(t, t == 'a')"), 64u * 4);
  EXPECT_GT(cost("e.tags.exists(t, e.tags.exists(u, t == u))"), 64u * 64 * 4);
  EXPECT_EQ(errors("e.tags.exists(t, e.tags.exists(u, t == u))"), "E3203 at 0-42");
  EXPECT_EQ(errors("[1, 2].exists(t, [1, 2].exists(u, t == u))"), "");
}

TEST(Compile, CostOfDeepMacrosDoesNotOverflow) {
  std::string source;
  for (int i = 0; i < 20; ++i) source += "e.tags.exists(t, ";
  EXPECT_EQ(errors(repeat(")", 20, source + "true")), "E3203 at 0-364");
}

TEST(Compile, RegularExpressionsAreLimited) {
  EXPECT_EQ(errors(fmt::format("e.state.matches({})", quoted(257))), "E3205 at 16-275");
  EXPECT_EQ(errors("e.state.matches('((((a{100}){100}){100}){100})')"), "E3110 at 16-47");
}

TEST(Compile, TheStackIsLimited) {
  const std::string items = repeat(", e.count", 299, "[e.count", "]");
  EXPECT_EQ(errors(fmt::format("size({}) > 0", items)), "E3206 at 0-2710");
  EXPECT_EQ(outcome(repeat(", 0", 999, "size([0", "])")), "int 1000");
}

TEST(Compile, ReadsAreTheRunTimeInputsInOrderOfAppearance) {
  const Program program = compile(
                              "smoke.level > params.limit && has(e.ts) && e.count > 1 && "
                              "smoke.level < 9.0 && key.building != ''",
                              SampleScope{}, std::nullopt)
                              .program;
  std::vector<std::string> paths;
  for (const auto& [path, input] : program.reads()) paths.push_back(path);
  EXPECT_EQ(paths, (std::vector<std::string>{"smoke.level", "e.ts", "e.count", "key.building"}));
  EXPECT_EQ(program.reads()[0].second.frame, 1);
  EXPECT_EQ(program.reads()[3].second.slot, 3);
}

TEST(Compile, AnErrorOfAConstantStaysAnErrorOfTheEvaluation) {
  expect_all({
      {"1 / 0", "error division_by_zero"},
      {"true || 1 / 0 > 0", "bool true"},
      {"false ? 1 / 0 : 1", "int 1"},
      {"[1 / 0].exists(x, true) || true", "bool true"},
      {"duration('7d') > duration('1s')", "error bad_conversion"},
  });
}

TEST(Compile, AProgramOutlivesItsSourceAndScope) {
  Program program;
  EXPECT_TRUE(program.empty());
  {
    const std::string source =
        "e.state == '烟雾 alarm' && 'roof' in ['roof'] && e.state.matches(params.pattern)";
    const SampleScope scope;
    program = compile(source, scope, Type{ValueKind::boolean}).program;
  }
  const Program copy = program;
  const SampleEvent event;
  Scratch scratch;
  EXPECT_TRUE(copy.eval(event.frames(), scratch).value.as_bool());
  EXPECT_EQ(copy.type(), Type{ValueKind::boolean});
}

TEST(Compile, ASmallScratchIsAnErrorNotACrash) {
  const SampleEvent event;
  const auto run = [&](std::string_view source, std::size_t stack, std::size_t arena) {
    Scratch scratch(stack, arena);
    return compile(source, SampleScope{}, std::nullopt).program.eval(event.frames(), scratch).error;
  };
  EXPECT_EQ(run("e.count + (e.count + e.count)", 2, 0), EvalError::too_long);
  EXPECT_EQ(run("e.count + (e.count + e.count)", 3, 0), std::nullopt);
  EXPECT_EQ(run("e.state + e.state", 256, 23), EvalError::too_long);
  EXPECT_EQ(run("e.state + e.state", 256, 24), std::nullopt);
  EXPECT_EQ(run("[e.count, e.count] == [e.count]", 256, 47), EvalError::too_long);
  EXPECT_EQ(run("string(e.count) == '7'", 256, 0), EvalError::too_long);
  EXPECT_EQ(run("e.state + e.state == '' || e.count == 7", 256, 0), std::nullopt);
}

TEST(Compile, WhatAPredicateBuildsIsGoneBeforeTheNextItem) {
  const SampleEvent event;
  Scratch scratch(256, 16);
  const Program program =
      compile("e.readings.all(r, size(string(r) + 'xxxxxxx') == 10)", SampleScope{}, std::nullopt)
          .program;
  const Outcome result = program.eval(event.frames(), scratch);
  EXPECT_EQ(result.error, std::nullopt);
  EXPECT_TRUE(result.value.as_bool());
}

}  // namespace
}  // namespace tocsin::cel
