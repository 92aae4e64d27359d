#include "app/rule_test/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::app {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

rules::RuleTest test_of(const std::string& rule, const std::string& name, const std::string& file,
                        std::size_t line) {
  rules::RuleTest test;
  test.rule = rule;
  test.name = name;
  test.file = file;
  test.line = line;
  return test;
}

TestOutcome outcome_of(const rules::RuleTest& test, std::vector<std::string> problems = {},
                       std::chrono::nanoseconds took = {}) {
  TestOutcome outcome;
  outcome.test = &test;
  outcome.problems = std::move(problems);
  outcome.took = took;
  return outcome;
}

TEST(Junit, a_suite_per_file_and_a_case_per_test_with_totals_on_each_level) {
  const rules::RuleTest one = test_of("smoke", "one alarm", "d/a.yaml", 7);
  const rules::RuleTest two = test_of("smoke", "two alarms", "d/a.yaml", 12);
  const rules::RuleTest far = test_of("gate", "held open", "d/gate.test.yaml", 3);
  EXPECT_EQ(junit_xml({outcome_of(one, {}, 1500us),
                       outcome_of(two, {"d/a.yaml:13: rev", "d/a.yaml:14: t"}, 2ms),
                       outcome_of(far, {}, 1s)}),
            R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="tocsin" tests="3" failures="1" errors="0" skipped="0" time="1.003500">
  <testsuite name="d/a.yaml" tests="2" failures="1" errors="0" skipped="0" time="0.003500">
    <testcase classname="smoke" name="one alarm" file="d/a.yaml" line="7" time="0.001500"/>
    <testcase classname="smoke" name="two alarms" file="d/a.yaml" line="12" time="0.002000">
      <failure type="expectation" message="d/a.yaml:13: rev">d/a.yaml:13: rev&#10;d/a.yaml:14: t&#10;</failure>
    </testcase>
  </testsuite>
  <testsuite name="d/gate.test.yaml" tests="1" failures="0" errors="0" skipped="0" time="1.000000">
    <testcase classname="gate" name="held open" file="d/gate.test.yaml" line="3" time="1.000000"/>
  </testsuite>
</testsuites>
)");
}

TEST(Junit, no_test_gives_an_empty_document) {
  EXPECT_EQ(junit_xml({}),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tocsin\" tests=\"0\" "
            "failures=\"0\" errors=\"0\" skipped=\"0\" time=\"0.000000\">\n</testsuites>\n");
}

TEST(Junit, what_xml_reserves_is_escaped_and_what_it_cannot_hold_is_replaced) {
  const std::string replaced = "\xEF\xBF\xBD";
  const std::pair<std::string, std::string> cases[] = {
      {R"(<&> "x")", "&lt;&amp;&gt; &quot;x&quot;"},
      {"<![CDATA[ ]]>", "&lt;![CDATA[ ]]&gt;"},
      {"a\tb\nc\rd", "a&#9;b&#10;c&#13;d"},
      {std::string("\0\x01\x1B\x1F", 4), replaced + replaced + replaced + replaced},
      {"\x7F", "\x7F"},
      {"\xEF\xBF\xBE|\xEF\xBF\xBF", replaced + "|" + replaced},
      {"\xEF\xBF\xBD", replaced},
      {"\xC3(", replaced + "("},
      {"厨房 🔥 it's", "厨房 🔥 it's"}};
  for (const auto& [raw, written] : cases) {
    const rules::RuleTest test = test_of("r", raw, "f.yaml", 1);
    const std::string xml = junit_xml({outcome_of(test, {raw})});
    EXPECT_THAT(xml, HasSubstr(" name=\"" + written + "\" file="));
    EXPECT_THAT(xml, HasSubstr(" message=\"" + written + "\">" + written + "&#10;</failure>"));
  }
}

}  // namespace
}  // namespace tocsin::app
