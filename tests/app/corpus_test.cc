// Files people get wrong, and what they are told: tests/corpus/README.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "app/code_help.h"
#include "app/validation.h"

namespace tocsin::app {
namespace {

namespace fs = std::filesystem;

const fs::path kCorpus = TOCSIN_SOURCE "/tests/corpus";

// A file, or a folder whose files belong together.
std::vector<fs::path> cases() {
  std::vector<fs::path> all;
  for (const fs::directory_entry& entry : fs::directory_iterator(kCorpus)) {
    if (entry.is_directory() || entry.path().extension() == ".yaml") all.push_back(entry.path());
  }
  std::ranges::sort(all);
  return all;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Paths as someone in the corpus' folder sees them.
std::string from_there(std::string text) {
  const std::string prefix = kCorpus.string() + "/";
  for (std::size_t at = text.find(prefix); at != text.npos; at = text.find(prefix, at))
    text.erase(at, prefix.size());
  return text;
}

Diagnostics diagnostics_of(const fs::path& path) {
  const Validation found = validate_paths({path.string()});
  EXPECT_EQ(found.unreadable, "") << path;
  return found.diagnostics;
}

std::string told(const Diagnostics& all) {
  std::string text;
  for (const Language language : {Language::en, Language::zh}) {
    text += language == Language::en ? "$ tocsin validate\n" : "\n$ tocsin validate --lang zh\n";
    for (const Diagnostic& d : all) text += render(d, language, false);
  }
  return from_there(text);
}

TEST(Corpus, EveryMistakeIsToldAsAgreed) {
  const bool write = std::getenv("TOCSIN_WRITE_GOLDEN") != nullptr;
  for (const fs::path& path : cases()) {
    const fs::path golden = kCorpus / (path.stem().string() + ".txt");
    const std::string text = told(diagnostics_of(path));
    if (write) std::ofstream(golden, std::ios::binary) << text;
    EXPECT_EQ(text, read(golden)) << path;
  }
}

TEST(Corpus, HoldsTwoHundredCasesAndEachSaysSomethingInBothLanguages) {
  std::size_t count = 0;
  for (const fs::path& path : cases()) {
    const Diagnostics all = diagnostics_of(path);
    EXPECT_FALSE(all.empty()) << path;
    for (const Diagnostic& d : all) {
      EXPECT_NE(d.message_en, "") << path;
      EXPECT_NE(d.message_zh, "") << path;
      EXPECT_EQ(d.next_step_en.empty(), d.next_step_zh.empty()) << path << d.next_step_en;
    }
    ++count;
  }
  EXPECT_GE(count, 200u);
}

// What one small file, validated, cannot have.
const std::map<std::string, std::string_view> kElsewhere{
    {"E1012", "a file over 1 MiB: strict_yaml_test"},
    {"E1016", "over 500 mistakes in a file: strict_yaml_test"},
    {"E2214", "no two built-in event types disagree about a field: bad_rules_test"},
    {"E2301", "two bundle.yaml of two folders: good_rules_test"},
    {"E3001", "E1002 comes before it: literal_test"},
    {"E3301", "tocsin eval --event: expression_test"},
    {"E4001", "validate reads both files or none: registry_csv_test"},
    {"E4009", "over 1000 mistakes in a file: registry_csv_test"},
    {"E4402", "a file over 1 MiB: descriptor_set_test"},
    {"E4403", "a descriptor set is no text: descriptor_set_test, as E4404, E4409 and E4414"},
    {"E4404", "as E4403"},
    {"E4405", "what protoc makes of a text: help_test, as all up to E4413"},
    {"E4406", "as E4405"},
    {"E4407", "as E4405"},
    {"E4408", "as E4405"},
    {"E4409", "as E4403"},
    {"E4410", "as E4405"},
    {"E4411", "as E4405"},
    {"E4412", "as E4405"},
    {"E4413", "as E4405"},
    {"E4414", "as E4403"},
    {"W2905", "validate takes a registry for granted: good_rules_test"},
    {"W2909", "as W2905"},
    {"W2942", "as W2905"},
};

TEST(Corpus, HasEveryCodeThatAFileCanHave) {
  std::set<std::string> seen;
  for (const fs::path& path : cases()) {
    for (const Diagnostic& d : diagnostics_of(path)) seen.insert(d.code);
  }
  std::vector<std::string> missing;
  for (const CodeHelp& help : all_code_help()) {
    const std::string code(help.code);
    EXPECT_FALSE(seen.contains(code) && kElsewhere.contains(code)) << code << " is here after all";
    if (!seen.contains(code) && !kElsewhere.contains(code)) missing.push_back(code);
  }
  EXPECT_THAT(missing, ::testing::IsEmpty());
}

TEST(Corpus, HasNoAnswerWithoutItsCase) {
  std::set<std::string> known{"README"};
  for (const fs::path& path : cases()) known.insert(path.stem().string());
  for (const fs::directory_entry& entry : fs::directory_iterator(kCorpus))
    EXPECT_TRUE(known.contains(entry.path().stem().string())) << entry.path();
}

}  // namespace
}  // namespace tocsin::app
