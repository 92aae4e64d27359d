// What `tocsin help` knows: every code the program prints, with examples that do what they say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <set>

#include "app/code_help.h"
#include "app/expression.h"
#include "app/loaded_bundle.h"
#include "app/validation.h"
#include "ingest/catalogue_builder.h"
#include "tests/app/support.h"

namespace tocsin::app {
namespace {

using ::testing::HasSubstr;

// As a deployment makes it.
std::string descriptor_set(const std::string& proto) {
  const testing::Folder folder;
  folder.write("demo.proto", proto);
  const std::string command = TOCSIN_PROTOC " -I" + folder.path() +
                              " -I" TOCSIN_SOURCE "/proto --include_imports --descriptor_set_out=" +
                              folder.path("demo.desc") + " demo.proto";
  EXPECT_EQ(std::system(command.c_str()), 0) << proto;
  return testing::slurp(folder.path("demo.desc"));
}

// A folder in which the example is all that can be wrong.
Diagnostics validate_beside(const std::vector<std::pair<std::string, std::string>>& files) {
  const testing::Folder folder;
  for (const auto& [name, text] : files) folder.write(name, text);
  return validate_paths({folder.path()}).diagnostics;
}

Diagnostics validate_example(ExampleKind kind, std::string_view example) {
  const std::string text = example_file(kind, example);
  const std::string small_rule = example_file(ExampleKind::rule, "owner: ops");
  switch (kind) {
    case ExampleKind::rule:
    case ExampleKind::file: return validate_beside({{"demo.yaml", text}});
    case ExampleKind::tests:
      return validate_beside({{"demo.yaml", small_rule}, {"demo.test.yaml", text}});
    case ExampleKind::bundle:
      return validate_beside({{"demo.yaml", small_rule}, {"bundle.yaml", text}});
    case ExampleKind::config: return validate_beside({{"tocsin.yaml", text}});
    case ExampleKind::places:
      return validate_beside({{"places.csv", text}, {"devices.csv", "device_id,kind,place_id\n"}});
    case ExampleKind::devices:
      return validate_beside(
          {{"places.csv", "place_id,parent_id,kind\nB1,,building\n"}, {"devices.csv", text}});
    case ExampleKind::types:
      return validate_beside({{"demo.yaml", small_rule}, {"demo.desc", descriptor_set(text)}});
    case ExampleKind::event:
      return evaluate("e.level > 2.0", text, ingest::builtin_catalogue()).diagnostics;
    case ExampleKind::shown: break;
  }
  return {};
}

// `tocsin validate` takes a registry for granted.
Diagnostics load_without_registry(std::string_view example) {
  return load_bundle({{"demo.yaml", example_file(ExampleKind::rule, example)}},
                     {.have_registry = false})
      .loaded.diagnostics;
}

Diagnostics diagnostics_of(const CodeHelp& help, std::string_view example) {
  static const std::set<std::string_view> kWithoutRegistry{"W2905", "W2909", "W2942"};
  Diagnostics all = kWithoutRegistry.contains(help.code) ? load_without_registry(example)
                                                         : validate_example(help.kind, example);
  // No example has tests, but those that are about them.
  std::erase_if(all, [&](const Diagnostic& d) { return d.code == "W2913" && d.code != help.code; });
  return all;
}

// Every "E1234" or "W1234" in the sources, but for the tables of help themselves.
std::set<std::string> codes_in_sources() {
  static const std::regex kCode("\"([EW][0-9]{4})\"");
  static const std::regex kNumbered("= (3[0-9]{3}),");  // of expressions: rules/cel/text_error.h
  std::set<std::string> codes;
  for (const char* area : {"core", "rules", "ingest", "journal", "alerts", "app"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(TOCSIN_SOURCE "/" + std::string(area))) {
      const std::filesystem::path& path = entry.path();
      const bool source = path.extension() == ".cc" || path.extension() == ".h";
      if (!source || path.stem() == "code_help") continue;
      const std::string text = testing::slurp(path.string());
      for (std::sregex_iterator at(text.begin(), text.end(), kCode), end; at != end; ++at)
        codes.insert((*at)[1]);
      if (path.filename() != "text_error.h") continue;
      for (std::sregex_iterator at(text.begin(), text.end(), kNumbered), end; at != end; ++at)
        codes.insert("E" + (*at)[1].str());
    }
  }
  return codes;
}

TEST(Help, every_code_that_can_be_printed_has_a_row_and_every_row_a_code) {
  std::set<std::string> explained;
  for (const CodeHelp& help : all_code_help())
    EXPECT_TRUE(explained.emplace(help.code).second) << help.code << " has two rows";
  EXPECT_EQ(codes_in_sources(), explained);
}

TEST(Help, every_code_has_a_text_and_two_examples_in_both_languages) {
  for (const CodeHelp& help : all_code_help()) {
    EXPECT_FALSE(help.en.empty()) << help.code;
    EXPECT_FALSE(help.zh.empty()) << help.code;
    EXPECT_NE(help.wrong, help.right) << help.code;
    EXPECT_FALSE(help.right.empty()) << help.code;
  }
}

TEST(Help, a_wrong_example_has_its_code_first_and_the_right_one_lacks_it) {
  for (const CodeHelp& help : all_code_help()) {
    if (help.kind == ExampleKind::shown) continue;
    const Diagnostics wrong = diagnostics_of(help, help.wrong);
    ASSERT_FALSE(wrong.empty()) << help.code;
    EXPECT_EQ(wrong.front().code, help.code) << render(wrong.front(), Language::en, false);
    for (const Diagnostic& d : diagnostics_of(help, help.right)) {
      EXPECT_NE(d.level, DiagnosticLevel::error)
          << help.code << ": " << render(d, Language::en, false);
      EXPECT_NE(d.code, help.code);
    }
  }
}

TEST(Help, examples_that_are_shown_and_not_proved_are_of_these_codes) {
  std::vector<std::string_view> codes;
  for (const CodeHelp& help : all_code_help()) {
    if (help.kind == ExampleKind::shown) codes.push_back(help.code);
  }
  EXPECT_THAT(codes,
              ::testing::ElementsAre("E1002", "E1003", "E1012", "E1016", "E2214", "E2263", "E2301",
                                     "E3001", "E3201", "E3206", "E4001", "E4008", "E4009", "E4401",
                                     "E4402", "E4403", "E4404", "E4409", "E4414"));
}

TEST(Help, a_page_says_which_file_its_examples_are_of) {
  EXPECT_THAT(testing::tocsin({"help", "E2504"}).out, HasSubstr("(rules.d/demo.test.yaml)"));
  EXPECT_THAT(testing::tocsin({"help", "E4203"}).out, HasSubstr("(registry/devices.csv)"));
  EXPECT_THAT(testing::tocsin({"help", "E4411"}).out, HasSubstr("(demo.proto)"));
  EXPECT_THAT(testing::tocsin({"help", "E4403"}).out, HasSubstr("--include_imports"));
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
