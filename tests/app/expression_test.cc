#include "app/expression.h"

#include <gtest/gtest.h>

namespace tocsin::app {
namespace {

TEST(Eval, each_type_has_one_json_form) {
  const std::pair<const char*, const char*> cases[] = {
      {"1 + 2", R"({"type":"int","value":"3"})"},
      {"9223372036854775807", R"({"type":"int","value":"9223372036854775807"})"},
      {"3u", R"({"type":"uint","value":"3"})"},
      {"0.1 + 0.2", R"({"type":"double","value":0.30000000000000004})"},
      {"1.0", R"({"type":"double","value":1.0})"},
      {"0.0 / 0.0", R"({"type":"double","value":"NaN"})"},
      {"-1.0 / 0.0", R"({"type":"double","value":"-Infinity"})"},
      {"1 < 2", R"({"type":"bool","value":true})"},
      {R"('a"b')", R"({"type":"string","value":"a\"b"})"},
      {"[1, 2]",
       R"({"type":"list","value":[{"type":"int","value":"1"},{"type":"int","value":"2"}]})"},
      {"[]", R"({"type":"list","value":[]})"},
      {"duration('3500ms')", R"({"type":"duration","value":"3.5s"})"},
      {"timestamp('2026-01-01T08:00:00+08:00')",
       R"({"type":"timestamp","value":"2026-01-01T00:00:00Z"})"},
  };
  for (const auto& [expression, json] : cases) {
    const Evaluated result = evaluate(expression);
    EXPECT_EQ(result.code, ExitCode::ok) << expression;
    EXPECT_EQ(result.json, json) << expression;
  }
}

TEST(Eval, an_evaluation_error_is_no_value) {
  for (const char* expression : {"1 / 0", "int('x')", "9223372036854775807 + 1", "1 % 0"}) {
    const Evaluated result = evaluate(expression);
    EXPECT_EQ(result.code, ExitCode::failed) << expression;
    EXPECT_TRUE(result.json.starts_with(R"({"error":")")) << result.json;
  }
}

TEST(Eval, there_is_no_event_in_scope) {
  for (const char* expression : {"e.level > 2.0", "params.x", "1 +", "foo(1)", "", "'a' + 1"}) {
    const Evaluated result = evaluate(expression);
    EXPECT_EQ(result.code, ExitCode::bad_config) << expression;
    EXPECT_TRUE(result.json.starts_with(R"({"error":")")) << result.json;
    EXPECT_FALSE(result.diagnostics.empty());
  }
}

TEST(Eval, the_caret_stands_in_the_right_line) {
  const Evaluated result = evaluate("1 +\n  naem");
  ASSERT_FALSE(result.diagnostics.empty());
  EXPECT_EQ(result.diagnostics[0].line, 2u);
  EXPECT_EQ(result.diagnostics[0].col, 3u);
  EXPECT_EQ(result.diagnostics[0].source_line, "  naem");
}

}  // namespace
}  // namespace tocsin::app
