// What `tocsin help` knows: every code of the loader, with examples that do what they say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/validation.h"
#include "rules/load/code_help.h"
#include "rules/load/codes.h"
#include "tests/app/support.h"

namespace tocsin::app {
namespace {

using ::testing::HasSubstr;

const char* file_name(ExampleKind kind) {
  return kind == ExampleKind::bundle   ? "bundle.yaml"
         : kind == ExampleKind::config ? "tocsin.yaml"
                                       : "demo.yaml";
}

Diagnostics validate_example(ExampleKind kind, std::string_view example) {
  const testing::Folder folder;
  const std::string path = folder.write(file_name(kind), example_file(kind, example));
  return validate_paths({path}).diagnostics;
}

TEST(Help, every_code_of_the_loader_has_a_text_in_both_languages) {
  for (const CodeInfo& code : all_codes()) {
    const CodeHelp* const help = find_code_help(code.code);
    ASSERT_NE(help, nullptr) << code.code << " has no help: add a row to rules/load/code_help.cc";
    EXPECT_FALSE(help->en.empty()) << code.code;
    EXPECT_FALSE(help->zh.empty()) << code.code;
  }
}

TEST(Help, a_wrong_example_has_its_code_first_and_the_right_one_lacks_it) {
  for (const CodeHelp& help : all_code_help()) {
    if (help.kind == ExampleKind::none) continue;
    Diagnostics wrong = validate_example(help.kind, help.wrong);
    // No example has tests, but the one that is about them.
    std::erase_if(wrong,
                  [&](const Diagnostic& d) { return d.code == "W2913" && d.code != help.code; });
    ASSERT_FALSE(wrong.empty()) << help.code;
    EXPECT_EQ(wrong.front().code, help.code) << render(wrong.front(), Language::en, false);
    const Diagnostics right = validate_example(help.kind, help.right);
    EXPECT_FALSE(has_errors(right)) << help.code << render(right.front(), Language::en, false);
    for (const Diagnostic& d : right) EXPECT_NE(d.code, help.code);
  }
}

TEST(Help, codes_without_examples_are_these) {
  std::vector<std::string_view> codes;
  for (const CodeHelp& help : all_code_help()) {
    if (help.kind == ExampleKind::none) codes.push_back(help.code);
  }
  EXPECT_THAT(codes, ::testing::ElementsAre("E1002", "E1003", "E1011", "E1012", "E1016", "E2105",
                                            "E2113", "E2118", "E2214", "E2215", "E2263", "E2264",
                                            "E2265", "E2301", "E2307", "E2361", "E2403", "E2504",
                                            "E2561", "W2905", "W2909", "W2941", "W2942", "E3001",
                                            "E3007", "E3111", "E3201", "E3202", "E3203", "E3204",
                                            "E3205", "E3206", "E3301", "E5001", "E5002", "E5003"));
}

TEST(Help, a_code_is_explained_in_the_language_asked_for) {
  EXPECT_THAT(testing::tocsin({"help", "e2103"}).out, HasSubstr("severty: low"));
  EXPECT_THAT(testing::tocsin({"help", "E2103", "--lang", "zh"}).out, HasSubstr("未知字段"));
  EXPECT_THAT(testing::tocsin({"help", "codes"}).out, HasSubstr("W2906"));
}

TEST(Help, an_unknown_code_is_refused_with_the_nearest) {
  const testing::Ended ended = testing::tocsin({"help", "E21033"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("did you mean 'E2103'?"));
}

}  // namespace
}  // namespace tocsin::app
