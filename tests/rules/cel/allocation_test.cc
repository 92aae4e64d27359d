#include "expressions.h"
#include "tests/support/allocations.h"

/// Evaluating allocates nothing.

namespace tocsin::cel {
namespace {

std::size_t allocations_of(std::string_view source, int warm_up = 0) {
  const Program program = compile(source, SampleScope{}, std::nullopt).program;
  const SampleEvent event;
  const SampleHost host;
  Scratch scratch;
  for (int i = 0; i < warm_up; ++i) program.eval(event.frames(), scratch, &host);
  const std::size_t before = testing::allocations();
  for (int i = 0; i < 3; ++i) program.eval(event.frames(), scratch, &host);
  return testing::allocations() - before;
}

TEST(Allocation, EvaluatingAllocatesNothing) {
  for (const char* source : {
           "e.level >= params.limit && !e.test_mode",
           "e.state + e.state + string(e.level) + string(e.count) + string(e.serial) == ''",
           "string(e.ts) + string(e.held)",
           "e.tags + e.tags + [e.state, 'x'] == []",
           "e.tags.exists(t, [t + 'x', e.state].all(u, size(u) > 100 / (e.count - 7)))",
           "e.count / (e.count - 7) > 0 || e.unset_ts > e.ts || smoke.ts == e.ts",
           "e.ts.getHours('Asia/Shanghai') + e.ts.getDayOfYear('+08:00') + e.ts.getDayOfWeek()",
           "timestamp(string(e.ts)) - duration(string(e.held)) < e.ts + e.held",
           "int(string(e.count)) + int(e.level) + int(double(string(e.level))) == int(e.serial)",
           "bool(string(e.test_mode)) || e.state in ['a', 'b'] || e.readings[1] == 2",
           "adjacent(e.state, key.building) ? e.state : e.tags[5]",
       }) {
    EXPECT_EQ(allocations_of(source), 0u) << source;
  }
}

// Each function and operator at least once, with arguments that cannot be folded.
TEST(Allocation, NoFunctionOrOperatorAllocates) {
  for (
      const char* source : {
          "e.count + 1 - 2 * 3 / 4 % 5",
          "-e.count",
          "e.serial / 2u + 3u - 1u * 2u + e.serial % 7u",
          "-e.level + 1.0 - 2.0 * 3.0 / 4.0",
          "e.state + 'x'",
          "e.tags + ['x']",
          "e.readings[1]",
          "[e.level, 2.0]",
          "e.count in [1, 7]",
          "e.level in e.readings",
          "e.count == 7 && e.count != e.serial && e.count < e.level || e.serial >= e.level",
          "e.state <= 'x' && e.state != key.building",
          "e.test_mode == true || e.test_mode < true",
          "e.tags == ['roof'] || e.readings != [1, 2]",
          "e.ts > timestamp(0) && e.held <= duration('1s')",
          "!e.test_mode ? e.level : e.unset_level",
          "has(e.unset_ts)",
          "size(e.state) + e.state.size() + size(e.tags) + e.readings.size()",
          "e.state.startsWith('a') || e.state.endsWith('b') || e.state.contains('c')",
          "e.tags.exists(t, t == 'x') || e.tags.all(t, t != 'y') || e.tags.exists_one(t, t == 'z')",
          "int(e.count) + int(e.serial / 2u) + int(e.level) + int(e.ts) + int(string(e.count))",
          "uint(e.serial) + uint(e.count) + uint(e.level) + uint(string(e.count))",
          "double(e.level) + double(e.count) + double(e.serial) + double(string(e.level))",
          "string(e.state) + string(e.test_mode) + string(e.count) + string(e.serial)",
          "string(e.level) + string(e.ts) + string(e.held)",
          "bool(e.test_mode) || bool(string(e.test_mode))",
          "timestamp(e.ts) == timestamp(e.count) || timestamp(string(e.ts)) == e.ts",
          "duration(e.held) == duration(string(e.held))",
          "e.ts + e.held - e.held > e.held + e.ts",
          "e.ts - timestamp(e.count) > e.held + e.held - duration('1s')",
          "e.ts.getFullYear() + e.ts.getMonth() + e.ts.getDate() + e.ts.getDayOfMonth()",
          "e.ts.getDayOfWeek() + e.ts.getDayOfYear() + e.ts.getHours() + e.ts.getMinutes()",
          "e.ts.getSeconds() + e.ts.getMilliseconds()",
          "e.ts.getFullYear('Asia/Shanghai') + e.ts.getMonth('Europe/Berlin') + "
          "e.ts.getDate('UTC')",
          "e.ts.getDayOfMonth('+08:00') + e.ts.getDayOfWeek('US/Central') + "
          "e.ts.getDayOfYear('UTC')",
          "e.ts.getHours(params.zone) + e.ts.getMinutes('Asia/Kathmandu') + e.ts.getSeconds('UTC')",
          "e.ts.getMilliseconds('-02:30')",
          "e.held.getHours() + e.held.getMinutes() + e.held.getSeconds() + "
          "e.held.getMilliseconds()",
          "adjacent(e.state, 'x') || twice(e.many) > 1 || nothing() > 1",
      }) {
    EXPECT_EQ(errors(source), "") << source;
    EXPECT_EQ(allocations_of(source), 0u) << source;
  }
}

TEST(Allocation, ErrorsAllocateNothing) {
  for (const char* source :
       {"e.count / (e.count - 7)", "e.count + 9223372036854775807", "e.serial + 1u", "int(e.state)",
        "double(e.state)", "timestamp(e.state)", "duration(e.state)", "e.tags[e.count]",
        "e.unset_ts.getHours()", "e.ts.getHours('Nowhere')", "e.many.exists(x, x > 0)",
        "e.ts + duration('9223372036s') + duration('9223372036s')", "nothing()"}) {
    EXPECT_EQ(errors(source), "") << source;
    EXPECT_EQ(allocations_of(source), 0u) << source;
  }
}

TEST(Allocation, ARegularExpressionAllocatesOnlyForNewKindsOfText) {
  EXPECT_EQ(allocations_of("e.state.matches('^烟.*m$') && matches(e.tags[0], 'o+')", 1), 0u);
}

TEST(Allocation, TheCounterCounts) {
  const std::size_t before = testing::allocations();
  const auto p = std::make_unique<std::string>(100, 'x');
  EXPECT_GT(testing::allocations(), before);
}

}  // namespace
}  // namespace tocsin::cel
