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
