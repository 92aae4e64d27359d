#include "app/rule_test/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "alerts/utf8.h"

namespace tocsin::app {
namespace {

using Outcomes = std::span<const TestOutcome>;

// XML 1.0 has no way to write most control characters, nor U+FFFE and U+FFFF.
bool is_noncharacter(std::string_view rest) {
  return rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF");
}

// For attributes and texts: a parser would make spaces of plain line ends and tabs in an attribute.
std::string escaped(std::string_view raw) {
  const std::string text = alerts::valid_utf8(raw);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (const char c = text[i]) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;  // also ends a CDATA section that was never begun
      case '"': out += "&quot;"; break;
      case '\t':
      case '\n':
      case '\r': out += fmt::format("&#{};", static_cast<int>(c)); break;
      default:
        if (is_noncharacter(std::string_view(text).substr(i))) {
          out += alerts::kReplacement;
          i += 2;
        } else if (static_cast<unsigned char>(c) < 0x20) {
          out += alerts::kReplacement;
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string totals(Outcomes outcomes) {
  std::chrono::nanoseconds took{};
  for (const TestOutcome& outcome : outcomes) took += outcome.took;
  const auto failed = std::ranges::count_if(outcomes, [](const auto& o) { return !o.passed(); });
  return fmt::format(R"(tests="{}" failures="{}" errors="0" skipped="0" time="{:.6f}")",
                     outcomes.size(), failed, std::chrono::duration<double>(took).count());
}

std::string test_case(const TestOutcome& outcome) {
  const rules::RuleTest& test = *outcome.test;
  const std::string open =
      fmt::format(R"(    <testcase classname="{}" name="{}" file="{}" line="{}" time="{:.6f}")",
                  escaped(test.rule), escaped(test.name), escaped(test.file), test.line,
                  std::chrono::duration<double>(outcome.took).count());
  if (outcome.passed()) return open + "/>\n";
  const std::string failure =
      fmt::format(R"(      <failure type="expectation" message="{}">{}</failure>)",
                  escaped(outcome.problems.front()),
                  escaped(fmt::format("{}\n", fmt::join(outcome.problems, "\n"))));
  return open + ">\n" + failure + "\n    </testcase>\n";
}

std::string suite(const std::string& file, Outcomes outcomes) {
  std::string xml = fmt::format("  <testsuite name=\"{}\" {}>\n", escaped(file), totals(outcomes));
  for (const TestOutcome& outcome : outcomes) xml += test_case(outcome);
  return xml + "  </testsuite>\n";
}

}  // namespace

std::string junit_xml(const std::vector<TestOutcome>& outcomes) {
  std::string xml =
      fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tocsin\" {}>\n",
                  totals(outcomes));
  for (auto begin = outcomes.begin(); begin != outcomes.end();) {
    const std::string& file = begin->test->file;
    const auto end = std::find_if(begin, outcomes.end(),
                                  [&](const TestOutcome& o) { return o.test->file != file; });
    xml += suite(file, {begin, end});
    begin = end;
  }
  return xml + "</testsuites>\n";
}

}  // namespace tocsin::app
