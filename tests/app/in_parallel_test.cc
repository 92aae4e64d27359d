// Rule files read on several threads: the same rules, tests and complaints as one after the other.
#include "app/in_parallel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "app/loaded_bundle.h"

namespace tocsin::app {
namespace {

std::vector<SourceFile> many_files(bool with_mistakes) {
  std::vector<SourceFile> files;
  for (int i = 100; i < 200; ++i) {
    const std::string n = std::to_string(i);
    const std::string where = with_mistakes && i % 7 == 0 ? "e.levle > 1.0" : "e.level > 1.0";
    files.push_back({"r" + n + ".yaml",
                     "format: tocsin/1\nrule: r" + n +
                         "\nseverity: high\nfor_each: [device_id]\nmatch: {event: {event: "
                         "smoke.alarm, where: \"" +
                         where + "\"}}\ntests:\n  - name: t" + n +
                         "\n    given: [{t: 0s, event: smoke.alarm, device_id: D, level: 2.0}]\n"
                         "    expect: [{state: firing}, {state: resolved}]\n"});
  }
  return files;
}

rules::Loaded one_after_the_other(const std::vector<SourceFile>& files, const Catalogue& types) {
  return rules::load(files, types);
}

TEST(InParallel, DoesEachPieceOnce) {
  std::vector<std::atomic<int>> done(1000);
  in_parallel(done.size(), [&](std::size_t i) { ++done[i]; });
  for (const auto& times : done) EXPECT_EQ(times, 1);
  in_parallel(0, [](std::size_t) { FAIL(); });
}

TEST(InParallel, ALargeBundleHasTheSameRulesAndTestsInTheSameOrder) {
  const auto files = many_files(false);
  const LoadedBundle at_once = load_bundle(files);
  const rules::Loaded serial = one_after_the_other(files, *at_once.catalogue);
  ASSERT_TRUE(at_once.loaded.rules);
  EXPECT_EQ(at_once.loaded.rules->version, serial.rules->version);
  ASSERT_EQ(at_once.loaded.rules->rules.size(), 100U);
  ASSERT_EQ(at_once.loaded.tests.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(at_once.loaded.rules->rules[i].version, serial.rules->rules[i].version);
    EXPECT_EQ(at_once.loaded.tests[i].name, serial.tests[i].name);
  }
}

TEST(InParallel, ComplaintsComeInTheOrderOfTheFiles) {
  const auto files = many_files(true);
  const LoadedBundle at_once = load_bundle(files);
  const rules::Loaded serial = one_after_the_other(files, *at_once.catalogue);
  ASSERT_EQ(at_once.loaded.diagnostics.size(), 14U);
  for (std::size_t i = 0; i < 14; ++i) {
    EXPECT_EQ(render(at_once.loaded.diagnostics[i], Language::en, false),
              render(serial.diagnostics[i], Language::en, false));
  }
}

}  // namespace
}  // namespace tocsin::app
