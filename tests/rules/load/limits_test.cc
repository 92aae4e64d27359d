#include <fmt/format.h>
#include <gmock/gmock.h>

#include "support.h"

/// The limits of expressions: each has a name, a default, a code, and can be set for all rules or
/// for one.

namespace tocsin::rules {
namespace {

using test::brief;
using test::kHead;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string with_where(std::string_view where, std::string_view more = {}) {
  return fmt::format("{}match: {{event: {{event: smoke.alarm, where: \"{}\"}}}}\n{}", kHead, where,
                     more);
}

std::string matching(std::size_t bytes) {
  return fmt::format("e.device_id.matches('{}')", std::string(bytes, 'x'));
}

std::vector<std::string> faults(const std::string& rule,
                                const std::string& bundle = "limits: {}\n") {
  return brief(test::load_bundle(bundle, rule).diagnostics);
}

TEST(ExpressionLimits, ARegularExpressionHas256Bytes) {
  EXPECT_THAT(faults(with_where(matching(256))), IsEmpty());
  EXPECT_THAT(faults(with_where(matching(257))), ElementsAre("E3205 5:65"));
}

TEST(ExpressionLimits, LongerRegularExpressionsCanBeAllowedOrForbidden) {
  EXPECT_THAT(faults(with_where(matching(300), "limits: {max_regex_bytes: 300}\n")), IsEmpty());
  EXPECT_THAT(faults(with_where(matching(300)), "limits: {max_regex_bytes: 300}\n"), IsEmpty());
  EXPECT_THAT(faults(with_where(matching(20), "limits: {max_regex_bytes: 19}\n")),
              ElementsAre("E3205 5:65"));
  EXPECT_THAT(faults(with_where(matching(20), "limits: {max_regex_bytes: 4097}\n")),
              ElementsAre("E2115 6:27"));
}

TEST(ExpressionLimits, ALargeRegularExpressionCostsMoreThanASmallOne) {
  const auto cost_of = [](std::string_view where) {
    const Rule rule = test::rule_of(with_where(where));
    return std::get<EventForm>(rule.form).pattern.alternatives.at(0).where.cost();
  };
  EXPECT_GT(cost_of("e.device_id.matches('[a-z]{200}')"), cost_of("e.device_id.matches('a')") + 9);
}

// One attachment of seven steps.
std::string attachments(std::size_t count, std::string_view more = {}) {
  std::string text = fmt::format("{}alert:\n  attach:\n", with_where("true"));
  for (std::size_t i = 0; i < count; ++i) text += fmt::format("    - e.level + {}.0 < 5.0\n", i);
  return text + std::string(more);
}

TEST(ExpressionLimits, TheExpressionsOfARuleHave10000StepsInAll) {
  EXPECT_THAT(faults(attachments(1000)), IsEmpty());
  EXPECT_THAT(faults(attachments(3000)), ElementsAre("E2215 2:7"));
}

TEST(ExpressionLimits, MoreOrFewerStepsCanBeAllowed) {
  EXPECT_THAT(faults(attachments(3000, "limits: {max_cost: 30000}\n")), IsEmpty());
  EXPECT_THAT(faults(attachments(3000), "limits: {max_cost: 30000}\n"), IsEmpty());
  EXPECT_THAT(faults(attachments(20, "limits: {max_cost: 50}\n")), ElementsAre("E2215 2:7"));
  EXPECT_THAT(faults(with_where("e.level + 1.0 < 5.0", "limits: {max_cost: 3}\n")),
              ElementsAre("E3203 5:45"));
}

TEST(ExpressionLimits, OneConditionForManyTypesCostsOnce) {
  const std::string rule = fmt::format(
      "{}match:\n  event:\n    event: [smoke.alarm, smoke.clear, panel.operation]\n"
      "    where: \"e.id != 'x'\"\nlimits: {{max_cost: 8}}\n",
      kHead);
  EXPECT_THAT(faults(rule), IsEmpty());
}

TEST(ExpressionLimits, ASummaryHas2000Characters) {
  const auto summary = [](std::size_t length, std::string_view more = {}) {
    std::string text;
    for (std::size_t i = 0; i < length; ++i) text += "烟";
    return fmt::format("{}alert: {{summary: {}}}\n{}", with_where("true"), text, more);
  };
  EXPECT_THAT(faults(summary(2000)), IsEmpty());
  EXPECT_THAT(faults(summary(2001)), ElementsAre("E2118 6:18"));
  EXPECT_THAT(faults(summary(2001, "limits: {max_template_length: 2001}\n")), IsEmpty());
  EXPECT_THAT(faults(summary(11), "limits: {max_template_length: 10}\n"),
              ElementsAre("E2118 6:18"));
}

TEST(ExpressionLimits, AFireRuleIsNotLeftWithLess) {
  for (const char* name : {"max_cost", "max_regex_bytes", "max_template_length"}) {
    EXPECT_THAT(
        faults(with_where("true", fmt::format("category: fire\nlimits: {{{}: 100}}\n", name))),
        ElementsAre(fmt::format("E2212 7:{}", 12 + std::string(name).size())));
  }
}

TEST(ExpressionLimits, ALongLineIsNotRepeatedWithEveryMistake) {
  const auto shown = [](std::size_t blanks) {
    const std::string rule =
        fmt::format("{}match: {{event: {{event: smoke.alarm, where: e.levl}}}}{} # end\n", kHead,
                    std::string(blanks, ' '));
    const Diagnostics all = test::load_text(rule).diagnostics;
    EXPECT_THAT(brief(all), ElementsAre("E3101 5:44 e.level"));
    return !all.empty() && !all[0].source_line.empty();
  };
  EXPECT_TRUE(shown(1000));
  EXPECT_FALSE(shown(5000));
}

}  // namespace
}  // namespace tocsin::rules
