#include <fmt/format.h>

#include <fstream>
#include <string>

#include "expressions.h"

/// The tables of conformance/: what the CEL specification says of each construct, one line each:
///
///     EXPRESSION => OUTCOME
///
/// OUTCOME is as outcome() writes it; `true` and `false` stand for a bool of that value, a code
/// alone for a compile error wherever it points. `␤` stands for a line feed.

namespace tocsin::cel {
namespace {

constexpr std::string_view kArrow = " => ";

struct Line {
  std::size_t number = 0;
  std::string expression;
  std::string want;
};

std::string with_line_feeds(std::string_view text) {
  constexpr std::string_view kLineFeed = "␤";
  std::string out;
  while (!text.empty()) {
    const bool found = text.starts_with(kLineFeed);
    out.push_back(found ? '\n' : text.front());
    text.remove_prefix(found ? kLineFeed.size() : 1);
  }
  return out;
}

std::vector<Line> lines_of(const std::string& table) {
  std::ifstream file(fmt::format("{}/{}.txt", TOCSIN_CONFORMANCE_DIR, table));
  EXPECT_TRUE(file.good()) << table;
  std::vector<Line> lines;
  std::size_t number = 0;
  for (std::string text; std::getline(file, text);) {
    ++number;
    const std::size_t arrow = text.rfind(kArrow);
    if (arrow == std::string::npos) {
      EXPECT_TRUE(text.empty() || text.starts_with("#")) << table << ".txt:" << number;
      continue;
    }
    const std::string_view line = text;
    lines.push_back({number, with_line_feeds(line.substr(0, arrow)),
                     with_line_feeds(line.substr(arrow + kArrow.size()))});
  }
  return lines;
}

// The outcome in the words of the tables.
std::string shortened(std::string text) {
  if (text.starts_with("E")) return text.substr(0, text.find(' '));
  if (text == "bool true" || text == "bool false") return text.substr(text.find(' ') + 1);
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

class Conformance : public ::testing::TestWithParam<const char*> {};

TEST_P(Conformance, EveryLineOfTheTableHolds) {
  const std::vector<Line> lines = lines_of(GetParam());
  EXPECT_GE(lines.size(), 30u);
  for (const Line& line : lines) {
    const std::string want = line.want.starts_with("bool ") ? line.want.substr(5) : line.want;
    EXPECT_EQ(shortened(outcome(line.expression)), want)
        << GetParam() << ".txt:" << line.number << ": " << line.expression;
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, Conformance,
                         ::testing::Values("arithmetic", "comparison", "conversions", "lists",
                                           "logic", "not_in_profile", "numbers", "strings",
                                           "syntax", "times"),
                         [](const auto& table) { return std::string(table.param); });

}  // namespace
}  // namespace tocsin::cel
