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

// The scenes a city's duty officers named, and the rule that is about each.
TEST(ShippedRules, CoverEveryScene) {
  const Loaded loaded = load(shipped(), catalogue());
  ASSERT_NE(loaded.rules, nullptr);
  const std::pair<const char*, const char*> scenes[] = {
      {"a first smoke alarm", "smoke-alarm"},
      {"smoke of two detectors in a building", "smoke-confirmed"},
      {"smoke and flame in one zone or the next", "smoke-and-flame"},
      {"cooking fume without a purifier", "cooking-fume"},
      {"a gate forced without a card", "gate-forced"},
      {"a gate held open", "gate-held-open"},
      {"one credential refused again and again", "gate-denials"},
      {"an e-bike in a lift, then smoke", "ebike-in-building"},
      {"a hot charging shed, then smoke", "shed-fire"},
      {"objects thrown at one facade", "throwing"},
      {"a silent detector", "detector-silent"},
      {"a gateway that took its detectors along", "gateway-silent"},
      {"batches of a gateway that never came", "gateway-gap"},
      {"a low battery", "low-battery"},
      {"a detector off its base", "detector-removed"},
      {"a site of false alarms", "nuisance-site"},
      {"an open manhole", "manhole"},
      {"water in an underpass", "water-level"},
      {"a surge of alarms in a village", "village-surge"}};
  std::set<std::string> unnamed;
  for (const Rule& rule : loaded.rules->rules) unnamed.insert(rule.name);
  for (const auto& [scene, rule] : scenes) EXPECT_EQ(unnamed.erase(rule), 1U) << scene;
  EXPECT_THAT(unnamed, ::testing::IsEmpty());
}

// A number comes from a standard, or is called what it is.
TEST(ShippedRules, SayWhereTheirNumbersComeFrom) {
  for (const SourceFile& file : shipped()) {
    if (file.name == "bundle.yaml") continue;
    const std::string why = file.text.substr(0, file.text.find("\nformat:"));
    EXPECT_TRUE(why.starts_with("# ")) << file.name;
    EXPECT_TRUE(why.find("assumption") != std::string::npos || why.find("GB") != std::string::npos)
        << file.name;
  }
}

TEST(ShippedRules, HaveTestsThatAlertTestsThatDoNotAndOnesThatRestart) {
  const Loaded loaded = load(shipped(), catalogue());
  ASSERT_NE(loaded.rules, nullptr);
  for (const Rule& rule : loaded.rules->rules) {
    if (std::holds_alternative<RollUpForm>(rule.form)) continue;  // its child's tests show it
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
