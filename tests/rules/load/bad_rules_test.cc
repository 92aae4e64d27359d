// What is wrong with rules, bundles and tests that is about several of them, or about how it is
// told. One mistake each stands in tests/corpus.
#include <gmock/gmock.h>

#include "support.h"

namespace tocsin::rules {
namespace {

using test::brief;
using test::kHead;
using test::kRule;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(BadRules, TheContractsExampleReadsAsPromised) {
  const Loaded loaded = test::load_text(kRule + "treshold: 3\n", "rules.d/smoke.yaml");
  ASSERT_THAT(loaded.diagnostics, SizeIs(1));
  EXPECT_EQ(
      render(loaded.diagnostics[0], Language::en, false),
      "rules.d/smoke.yaml:6:1: error E2103: unknown field 'treshold'\n  treshold: 3\n  ^~~~~~~~\n"
      "  next: known here: format, rule, title, owner, severity, category, mode, for_each, params, "
      "latest, match, alert, limits, tests, carry\n");
}

TEST(BadRules, AllFaultsOfAllFilesComeInOneRun) {
  const Loaded loaded =
      load({{"a.yaml", kRule + "onwer: x\nmodus: y\n"},
            {"b.yaml", "rule: b\n---\nformat: tocsin/1\n  bad: 1\n---\nformat: tocsin/3\n"}},
           test::catalogue());
  std::vector<std::string> lines;
  for (const Diagnostic& d : loaded.diagnostics) lines.push_back(d.file + " " + brief({d})[0]);
  EXPECT_THAT(lines,
              ElementsAre("a.yaml E2103 6:1 owner", "a.yaml E2103 7:1 mode", "b.yaml E2102 1:1",
                          "b.yaml E2102 1:1", "b.yaml E2102 1:1", "b.yaml E2102 1:1",
                          "b.yaml E1001 4:6", "b.yaml E2102 6:1", "b.yaml E2102 6:1",
                          "b.yaml E2102 6:1", "b.yaml E2102 6:1", "b.yaml E2201 6:9 tocsin/1"));
}

TEST(BadRules, TwoRulesOfOneNameAreRefusedWithThePlaceOfTheFirst) {
  const Loaded loaded = load({{"a.yaml", kRule}, {"b.yaml", kRule}}, test::catalogue());
  ASSERT_THAT(brief(loaded.diagnostics), ElementsAre("E2202 2:7"));
  EXPECT_EQ(loaded.diagnostics[0].file, "b.yaml");
  EXPECT_THAT(loaded.diagnostics[0].message_en, HasSubstr("a.yaml:2"));
}

TEST(BadRules, AFaultForSeveralTypesIsToldOnce) {
  const Loaded loaded = test::load_text(kHead +
                                        "match: {event: {event: [smoke.alarm, smoke.clear, "
                                        "camera.detection], where: \"e.nothing == 1\"}}\n");
  ASSERT_THAT(brief(loaded.diagnostics), SizeIs(1));
  EXPECT_THAT(loaded.diagnostics[0].next_step_en, HasSubstr("smoke.alarm"));
}

TEST(BadRules, AFieldThatOnlySomeTypesHaveIsExplainedInTemplates) {
  const Loaded loaded = test::load_text(
      kHead +
      "match: {event: {event: [smoke.alarm, smoke.clear]}}\nalert: {summary: \"{{e.level}}\"}\n");
  ASSERT_THAT(brief(loaded.diagnostics), ElementsAre("E3101 6:21"));
  EXPECT_THAT(loaded.diagnostics[0].next_step_en, HasSubstr("not every event type"));
}

TEST(BadRules, AKeyHasOneTypeWhateverEventItComesFrom) {
  const Loaded loaded = test::load_text(
      "format: tocsin/1\nrule: r\nseverity: low\nfor_each: [state]\n"
      "match: {event: {event: [gate.state, gate.count]}}\n");
  EXPECT_THAT(brief(loaded.diagnostics), ElementsAre("E2214 4:12"));
}

TEST(BadRules, AStepOfATestKnowsTheWordsOfItsType) {
  const Loaded loaded = test::load_text(
      kRule +
      "tests:\n  - name: t\n    given: [{t: 1s, event: gate.state, device_id: D, state: opne}]\n"
      "    expect: [{state: firing}]\n");
  EXPECT_THAT(brief(loaded.diagnostics), ElementsAre("E2116 8:61 open"));
}

TEST(BadBundles, FaultsOfTheBundleFile) {
  const auto faults = [](const std::string& bundle) {
    return brief(test::load_bundle(bundle, kRule).diagnostics);
  };
  EXPECT_THAT(faults("event_type: {}\n"), ElementsAre("E2103 1:1 event_types"));
  EXPECT_THAT(faults("event_types: {smoke.alrm: {lateness: 5s}}\n"),
              ElementsAre("E2204 1:15 smoke.alarm"));
  EXPECT_THAT(faults("event_types: {smoke.alarm: {latenes: 5s}}\n"),
              ElementsAre("E2103 1:29 lateness"));
  EXPECT_THAT(faults("event_types: {smoke.alarm: {lateness: 5}}\n"), ElementsAre("E2111 1:39 5s"));
  EXPECT_THAT(faults("event_types: {smoke.alarm: {repeat: {within: 5s}}}\n"),
              ElementsAre("E2102 1:29"));
  EXPECT_THAT(faults("event_types: {smoke.alarm: {repeat: {by: [lvel], within: 5s}}}\n"),
              ElementsAre("E2205 1:43 level"));
  EXPECT_THAT(faults("conditions: {count: \"true\"}\n"), ElementsAre("E2207 1:14"));
  EXPECT_THAT(faults("conditions: {a-b: \"true\"}\n"), ElementsAre("E2117 1:14"));
  EXPECT_THAT(faults("conditions: {a: \"\"}\n"), ElementsAre("E2104 1:17"));
  EXPECT_THAT(faults("limits: {max_keys: 0}\n"), ElementsAre("E2115 1:20"));
  EXPECT_THAT(faults("format: tocsin/9\n"), ElementsAre("E2201 1:9 tocsin/1"));
  EXPECT_THAT(faults("limits: {}\n---\nlimits: {}\n"), ElementsAre("E1015 3:1"));
}

TEST(BadBundles, AFireRuleIsNotLeftWithLessByTheBundle) {
  const Loaded loaded = test::load_bundle("limits: {max_keys: 5000}\n", kRule + "category: fire\n");
  ASSERT_THAT(brief(loaded.diagnostics), ElementsAre("E2212 1:20"));
  EXPECT_EQ(loaded.diagnostics[0].file, "rules.d/bundle.yaml");
  EXPECT_EQ(brief(test::load_bundle("limits: {max_keys: 5000}\n", kRule).diagnostics).size(), 0U);
}

TEST(BadBundles, ASecondBundleFileIsRefused) {
  const Loaded loaded = load({{"a/bundle.yaml", "limits: {}\n"}, {"b/bundle.yaml", "limits: {}\n"}},
                             test::catalogue());
  EXPECT_THAT(brief(loaded.diagnostics), ElementsAre("E2301 1:1"));
}

TEST(BadBundles, AnErrorInAConditionIsShownWhereItIsUsed) {
  const Loaded loaded = test::load_bundle(
      "conditions: {hot: \"e.levle > 1.0\"}\n",
      kHead + "match: {event: {event: smoke.alarm, where: \"!e.test_mode && hot\"}}\n");
  ASSERT_THAT(brief(loaded.diagnostics), ElementsAre("E3101 5:61 e.level"));
  EXPECT_EQ(loaded.diagnostics[0].end_col, 64U);
  EXPECT_THAT(loaded.diagnostics[0].next_step_en, HasSubstr("condition 'hot'"));
}

TEST(BadTestFiles, TheRuleMustExist) {
  const Loaded loaded =
      load({{"r.yaml", kRule}, {"r.test.yaml", "rule: s\ntests: []\n---\nrule: rr\ntests: []\n"}},
           test::catalogue());
  EXPECT_THAT(brief(loaded.diagnostics), ElementsAre("E2504 1:7 r", "E2504 4:7 r"));
}

}  // namespace
}  // namespace tocsin::rules
