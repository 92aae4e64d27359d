#include "app/expression.h"

#include <gtest/gtest.h>

#include "ingest/catalogue_builder.h"

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

TEST(Eval, who_names_a_field_without_an_event_is_told_how_to_give_one) {
  const Evaluated result = evaluate("e.level > 2.0");
  ASSERT_EQ(result.diagnostics.size(), 1U);
  EXPECT_NE(result.diagnostics[0].next_step_en.find("--event"), std::string::npos);
  EXPECT_NE(result.diagnostics[0].next_step_zh.find("--event"), std::string::npos);
}

TEST(Eval, who_asks_a_bundle_or_a_registry_is_told_that_there_is_none) {
  const Catalogue catalogue = ingest::builtin_catalogue();
  for (const char* expression : {"adjacent('a', 'b')", "in_calendar('night')"}) {
    const Evaluated without = evaluate(expression);
    const Evaluated with =
        evaluate(expression, R"({"type":"smoke.alarm","device_id":"D","ts":0})", catalogue);
    for (const Evaluated& result : {without, with}) {
      EXPECT_EQ(result.code, ExitCode::bad_config) << expression;
      ASSERT_EQ(result.diagnostics.size(), 1U);
      EXPECT_NE(result.diagnostics[0].next_step_en.find("tocsin test"), std::string::npos);
      EXPECT_NE(result.diagnostics[0].next_step_zh.find("tocsin test"), std::string::npos);
    }
  }
}

TEST(Eval, the_caret_stands_in_the_right_line) {
  const Evaluated result = evaluate("1 +\n  naem");
  ASSERT_FALSE(result.diagnostics.empty());
  EXPECT_EQ(result.diagnostics[0].line, 2u);
  EXPECT_EQ(result.diagnostics[0].col, 3u);
  EXPECT_EQ(result.diagnostics[0].source_line, "  naem");
}

TEST(Eval, a_compile_error_in_json_has_its_code_and_place) {
  EXPECT_EQ(evaluate("1 +\n  e.levle").json,
            R"({"error":"unknown name 'e.levle'","code":"E3101","line":2,"col":3,"end_col":10})");
  EXPECT_EQ(evaluate("siz('a')", Language::zh).json,
            R"({"error":"未知的函数“siz”","code":"E3102","line":1,"col":1,"end_col":4,)"
            R"("suggestion":"size"})");
}

constexpr std::string_view kSmoke =
    R"({"type":"smoke.alarm","device_id":"D1","arr":"2026-01-01T00:00:00Z","level":2.5,)"
    R"("loc.building":"B7"})";

Evaluated against(std::string_view expression, std::string_view event = kSmoke,
                  Language language = Language::en) {
  static const Catalogue catalogue = ingest::builtin_catalogue();
  return evaluate(expression, event, catalogue, language);
}

TEST(Eval, an_event_can_be_read) {
  EXPECT_EQ(against("e.level > 2.0").json, R"({"type":"bool","value":true})");
  EXPECT_EQ(against("e.device_id + '@' + loc.building").json,
            R"({"type":"string","value":"D1@B7"})");
  EXPECT_EQ(against("has(e.test_mode)").json, R"({"type":"bool","value":false})");
  EXPECT_EQ(against("e.ts").json, R"({"type":"timestamp","value":"2026-01-01T00:00:00Z"})");
}

TEST(Eval, an_event_without_a_time_is_of_the_moment_when_tests_begin) {
  EXPECT_EQ(against("e.ts", R"( {"type":"smoke.alarm","device_id":"D1"})").json,
            R"({"type":"timestamp","value":"2026-01-01T00:00:00Z"})");
}

TEST(Eval, a_field_the_event_type_has_not_is_a_compile_error) {
  const Evaluated result = against("e.levle > 2.0");
  EXPECT_EQ(result.code, ExitCode::bad_config);
  ASSERT_EQ(result.diagnostics.size(), 1U);
  EXPECT_EQ(result.diagnostics[0].suggestion, "e.level");
}

TEST(Eval, what_is_no_event_is_refused_by_reason) {
  for (const char* event : {"", "{", "[]", R"({"type":"smoke.alarm"})", R"({"type":"x.y"})"}) {
    const Evaluated result = against("true", event);
    EXPECT_EQ(result.code, ExitCode::bad_config) << event;
    EXPECT_TRUE(result.json.starts_with(R"({"error":")")) << event;
    ASSERT_EQ(result.diagnostics.size(), 1U) << event;
    EXPECT_FALSE(result.diagnostics[0].message_zh.empty());
  }
}

}  // namespace
}  // namespace tocsin::app
