#include <gmock/gmock.h>

#include "support.h"

namespace tocsin::rules {
namespace {

using namespace std::chrono_literals;
using test::brief;
using test::kRule;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RuleTests, StepsBecomeReplayLinesWithTheirKinds) {
  const Loaded loaded = test::load_text(
      kRule +
      "tests:\n"
      "  - name: kinds\n"
      "    given:\n"
      "      - {t: 0s, event: smoke.alarm, device_id: D1, loc.building: B7, level: 3.0, "
      "temperature: 40, test_mode: false}\n"
      "      - {t: 1s, type: meter, device_id: \"12\", seq: 7, value: -3, unit: \"5\", ts: -30s}\n"
      "      - {t: 2s, engine: restart}\n"
      "      - {t: 3s, engine: gateway, id: g1, state: down}\n"
      "      - {t: 3s, event: camera.detection, device_id: C, tags: [a, b], device.tags: [x], ts: "
      "2026-01-01T00:00:03Z}\n"
      "      - {t: 4s, command: {verb: close, key: {device_id: D1}}}\n"
      "      - {t: 1m4s, engine: reload, rules: other.yaml}\n"
      "    expect:\n"
      "      - {t: 0s, state: firing, rev: 1, opened_at: 5s, key: {device_id: D1}, loc.building: "
      "B7, device_id: D1}\n"
      "      - {summary: hello, title: {zh: 题}, late: false, reason: or_event, attached: {a: "
      "1.5}}\n");
  EXPECT_THAT(brief(loaded.diagnostics), IsEmpty());
  ASSERT_EQ(loaded.tests.size(), 1U);
  const RuleTest& test = loaded.tests[0];
  EXPECT_EQ(test.rule, "r");
  EXPECT_EQ(test.name, "kinds");
  EXPECT_EQ(test.file, "r.yaml");
  EXPECT_EQ(test.line, 7U);
  std::vector<std::string> lines;
  for (const TestStep& step : test.given) lines.push_back(step.json);
  EXPECT_THAT(
      lines,
      ElementsAre(
          R"({"type":"smoke.alarm","device_id":"D1","loc.building":"B7","level":3.0,"temperature":40,"test_mode":false})",
          R"({"type":"meter","device_id":"12","seq":7,"value":-3,"unit":"5","ts":"-30s"})",
          R"({"engine":"restart"})", R"({"engine":"gateway","id":"g1","state":"down"})",
          R"({"type":"camera.detection","device_id":"C","tags":["a","b"],"device.tags":["x"],"ts":"2026-01-01T00:00:03Z"})",
          R"({"command":{"verb":"close","key":{"device_id":"D1"}}})",
          R"({"engine":"reload","rules":"other.yaml"})"));
  EXPECT_EQ(test.given[6].t, 64s);
  EXPECT_EQ(test.given[2].line, 11U);
  ASSERT_EQ(test.expect.size(), 2U);
  EXPECT_EQ(test.expect[0].t, 0s);
  EXPECT_EQ(
      test.expect[0].json,
      R"({"state":"firing","rev":1,"opened_at":1767225605000,"key":{"device_id":"D1"},"loc.building":"B7","device_id":"D1"})");
  EXPECT_EQ(test.expect[1].t, std::nullopt);
  EXPECT_EQ(
      test.expect[1].json,
      R"({"summary":{"en":"hello"},"title":{"zh":"题"},"late":false,"reason":"or_event","attached":{"a":1.5}})");
}

TEST(RuleTests, MustReachMayNameAStep) {
  const Loaded loaded = test::load_text(test::kHead +
                                        "match: {all: {steps: {smoke: {event: smoke.alarm}, clear: "
                                        "{event: smoke.clear}}, within: 5s}}\n"
                                        "tests: [{name: a, given: [{t: 0s, event: smoke.alarm, "
                                        "device_id: D}], expect: [], must_reach: smoke}]\n");
  EXPECT_THAT(brief(loaded.diagnostics), IsEmpty());
  EXPECT_EQ(loaded.tests.at(0).must_reach, "smoke");
}

TEST(RuleTests, ATestFileNamesItsRule) {
  const Loaded loaded = load(
      {{"d/r.yaml", kRule},
       {"d/r.test.yaml",
        "rule: r\ntests:\n  - {name: a, given: [{t: 0s, event: smoke.alarm, device_id: D}], "
        "expect: [{t: 0s}]}\n"
        "---\nformat: tocsin/1\nrule: r\ntests:\n"
        "  - {name: b, given: [{t: 0s, event: smoke.alarm, device_id: D}], expect: [{t: 0s}]}\n"}},
      test::catalogue());
  EXPECT_THAT(brief(loaded.diagnostics), IsEmpty());
  ASSERT_EQ(loaded.tests.size(), 2U);
  EXPECT_EQ(loaded.tests[1].name, "b");
  EXPECT_EQ(loaded.tests[1].rule, "r");
  EXPECT_EQ(loaded.tests[1].file, "d/r.test.yaml");
  ASSERT_NE(loaded.rules, nullptr);
  EXPECT_EQ(loaded.rules->rules.size(), 1U);
}

}  // namespace
}  // namespace tocsin::rules
