#include "app/rule_test/junit.h"

#include <fmt/format.h>

#include <algorithm>

namespace tocsin::app {
namespace {

// XML 1.0 has no way to write most control characters: they become spaces.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n': out += "&#10;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::string test_case(const TestOutcome& outcome) {
  const std::string open = fmt::format(
      R"(    <testcase classname="{}" name="{}" file="{}" line="{}")", escaped(outcome.test->rule),
      escaped(outcome.test->name), escaped(outcome.test->file), outcome.test->line);
  if (outcome.passed()) return open + "/>\n";
  std::string all;
  for (const std::string& problem : outcome.problems) all += problem + "\n";
  return open + fmt::format(
                    ">\n      <failure type=\"expectation\" message=\"{}\">{}</failure>\n    "
                    "</testcase>\n",
                    escaped(outcome.problems.front()), escaped(all));
}

}  // namespace

std::string junit_xml(const std::vector<TestOutcome>& outcomes) {
  const auto failed = [](auto begin, auto end) {
    return std::count_if(begin, end, [](const TestOutcome& o) { return !o.passed(); });
  };
  std::string xml = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tocsin\" tests=\"{}\" "
      "failures=\"{}\" errors=\"0\">\n",
      outcomes.size(), failed(outcomes.begin(), outcomes.end()));
  for (auto begin = outcomes.begin(); begin != outcomes.end();) {
    const std::string& file = begin->test->file;
    const auto end = std::find_if(begin, outcomes.end(),
                                  [&](const TestOutcome& o) { return o.test->file != file; });
    xml += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\">\n",
                       escaped(file), end - begin, failed(begin, end));
    for (; begin != end; ++begin) xml += test_case(*begin);
    xml += "  </testsuite>\n";
  }
  return xml + "</testsuites>\n";
}

}  // namespace tocsin::app
