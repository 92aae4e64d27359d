// deploy/rules.d: loads without a word, is complete, and no damaged copy of it crashes the loader.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "ingest/catalogue_builder.h"
#include "rules/load/loader.h"

namespace tocsin::rules {
namespace {

const Catalogue& catalogue() {
  static const Catalogue made = ingest::builtin_catalogue();
  return made;
}

const std::vector<SourceFile>& shipped() {
  static const std::vector<SourceFile> files = [] {
    std::vector<SourceFile> read;
    for (const auto& entry : std::filesystem::directory_iterator(TOCSIN_RULES_DIR)) {
      std::stringstream text;
      text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      read.push_back({entry.path().filename().string(), text.str()});
    }
    std::ranges::sort(read, {}, &SourceFile::name);
    return read;
  }();
  return files;
}

TEST(ShippedRules, LoadWithoutAnyDiagnostic) {
  const Loaded loaded = load(shipped(), catalogue());
  for (const Diagnostic& d : loaded.diagnostics) ADD_FAILURE() << render(d, Language::en, false);
  ASSERT_NE(loaded.rules, nullptr);
  EXPECT_GE(loaded.rules->rules.size(), 8U);
}

TEST(ShippedRules, SayWhoWhatAndWhereInBothLanguages) {
  const Loaded loaded = load(shipped(), catalogue());
  ASSERT_NE(loaded.rules, nullptr);
  for (const Rule& rule : loaded.rules->rules) {
    EXPECT_FALSE(rule.owner.empty()) << rule.name;
    EXPECT_FALSE(rule.category.empty()) << rule.name;
    EXPECT_NE(rule.title.en, rule.title.zh) << rule.name;
    EXPECT_NE(rule.alert.summary.en.source, rule.alert.summary.zh.source) << rule.name;
  }
}

TEST(ShippedRules, HaveTestsThatAlertTestsThatDoNotAndOnesThatRestart) {
  const Loaded loaded = load(shipped(), catalogue());
  ASSERT_NE(loaded.rules, nullptr);
  for (const Rule& rule : loaded.rules->rules) {
    bool alerts = false, silent = false, restarts = false, duplicates = false;
    for (const RuleTest& test : loaded.tests) {
      if (test.rule != rule.name) continue;
      (test.expect.empty() ? silent : alerts) = true;
      EXPECT_TRUE(!test.expect.empty() || !test.must_reach.empty())
          << rule.name << ": " << test.name;
      std::set<std::string> ids;
      for (const TestStep& step : test.given) {
        restarts = restarts || step.json == R"({"engine":"restart"})";
        const std::size_t id = step.json.find("\"id\":");
        if (id != std::string::npos)
          duplicates = duplicates || !ids.insert(step.json.substr(id, 9)).second;
      }
    }
    EXPECT_TRUE(alerts) << rule.name;
    EXPECT_TRUE(silent || rule.name == "low-battery") << rule.name;  // its every event is a match
    EXPECT_TRUE(restarts) << rule.name;
    EXPECT_TRUE(duplicates || rule.name == "smoke-confirmed") << rule.name;
  }
}

// Single characters replaced, removed, inserted or doubled: a bundle or a reason, never neither.
TEST(ShippedRules, DamagedByOneCharacterLoadOrSayWhyNot) {
  constexpr std::string_view kInk = "{}[]:,#&*!|>'\"%@`-?\t\n ax09.~<\x01\xe7\x83";
  std::mt19937 random(20260101);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  for (int i = 0; i < 1500; ++i) {
    SourceFile file = shipped()[below(shipped().size())];
    const std::size_t at = below(file.text.size());
    const char ink = kInk[below(kInk.size())];
    switch (below(4)) {
      case 0: file.text[at] = ink; break;
      case 1: file.text.erase(at, 1); break;
      case 2: file.text.insert(at, 1, ink); break;
      default: file.text.insert(at, 1, file.text[at]); break;
    }
    const std::vector<SourceFile> files = file.name == "bundle.yaml"
                                              ? std::vector<SourceFile>{file, shipped().back()}
                                              : std::vector<SourceFile>{shipped().front(), file};
    const Loaded loaded = load(files, catalogue());
    ASSERT_NE(loaded.rules != nullptr, has_errors(loaded.diagnostics))
        << file.name << " at " << at << ", round " << i;
  }
}

// Cut anywhere, as a file is while an editor writes it.
TEST(ShippedRules, CutShortLoadOrSayWhyNot) {
  for (const SourceFile& file : shipped()) {
    for (std::size_t size = 0; size < file.text.size(); size += 37) {
      const Loaded loaded = load({{file.name, file.text.substr(0, size)}}, catalogue());
      ASSERT_NE(loaded.rules != nullptr, has_errors(loaded.diagnostics))
          << file.name << " cut at " << size;
    }
  }
}

}  // namespace
}  // namespace tocsin::rules
