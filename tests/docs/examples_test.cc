// Every example of README.md and docs/*.md does what its page says.
#include "tests/docs/examples.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "app/loaded_bundle.h"
#include "app/rule_files.h"
#include "app/rule_test/rule_test.h"
#include "ingest/catalogue_builder.h"
#include "rules/load/loader.h"
#include "tests/app/support.h"

namespace tocsin::docs {
namespace {

using app::testing::Folder;
using rules::Loaded;
using rules::SourceFile;
using ::testing::IsEmpty;

const Catalogue& catalogue() {
  static const Catalogue made = ingest::builtin_catalogue();
  return made;
}

// What is shown and not run, by page and first line, and why.
struct Shown {
  std::string_view page;
  std::string_view first;
  std::string_view why;
};
constexpr Shown kShown[] = {
    {"README.md",
     " sensors      gateway        broker               tocsin run                   "
     "               Kafka",
     "a picture"},
    {"README.md",
     "deploy/demo.sh        # installs what is missing, builds, runs a small city; "
     "the first alerts within seconds",
     "installs, listens; tests/integration runs it"},
    {"docs/architecture.md", "(state, record) -> (state', revisions)", "a signature"},
    {"docs/architecture.md", "                         app  (verbs, configuration)", "a picture"},
    {"docs/architecture.md",
     "<data>/events/    the event log: segments named by their first position", "a picture"},
    {"docs/benchmarks.md",
     "tocsin bench e2e --devices 1000 --rate 1000/s --scenario "
     "duplicates,storm --for 60s --json",
     "takes minutes and a broker"},
    {"docs/benchmarks.md", "tocsin sim --devices 170000", "takes a broker"},
    {"docs/journal_format.md", "offset  size", "a layout"},
    {"docs/mqtt_alerts.md", "mosquitto_sub -h mq.village", "needs that broker"},
    {"docs/rules.md", "tocsin run --rules my-rules", "needs a broker; tests/integration runs it"},
    {"docs/testing.md", "TOCSIN_ORACLE_SEED=4711 ", "ctest runs the binary"},
    {"docs/testing.md", "TOCSIN_FUZZ_SEED=7 ", "ctest runs the binary"},
    {"docs/benchmarks.md", "build/release/bench/durability_bench",
     "takes half a minute of the disk"},
};

std::string first_line(const Example& example) {
  return example.text.substr(0, example.text.find('\n'));
}

bool is_shown(const Example& example) {
  return std::ranges::any_of(kShown, [&](const Shown& shown) {
    return shown.page == example.page && first_line(example).starts_with(shown.first);
  });
}

bool has_key(const std::string& text, const std::string& key) {
  return ("\n" + text).find("\n" + key + ":") != std::string::npos;
}

bool is_bundle(const Example& example) {
  return example.place == "bundle" || (example.place.empty() && !has_key(example.text, "rule"));
}

std::string indented(const std::string& text, const std::string& under) {
  std::string out = under + ":\n";
  for (const std::string& line : app::testing::lines_of(text)) out += "  " + line + "\n";
  return out;
}

// A fragment as part of a whole rule.
std::string completed(const Example& fragment) {
  const bool top = fragment.place == "rule";
  const std::string body = top ? fragment.text : indented(fragment.text, fragment.place);
  std::string text = "format: tocsin/1\nrule: fragment\nseverity: low\n";
  if (!has_key(body, "for_each")) text += "for_each: [loc.building]\n";
  if (!has_key(body, "params")) text += "params: {limit: {value: 2.0}}\n";
  if (!has_key(body, "match")) text += "match: {event: {event: smoke.alarm}}\n";
  return text + body;
}

std::vector<SourceFile> shipped() {
  return app::read_rule_files({TOCSIN_SOURCE "/deploy/rules.d"}).files;
}

std::string rendered(const Diagnostic& d) { return render(d, Language::en, false); }

// Whole examples, those with a file= in one folder together.
std::map<std::string, std::vector<SourceFile>> bundles() {
  std::map<std::string, std::vector<SourceFile>> found;
  for (const Example& example : all_examples()) {
    if (example.format != "yaml" || !example.place.empty()) continue;
    const std::string folder =
        example.file.empty()
            ? example.where()
            : example.page + " " + std::filesystem::path(example.file).parent_path().string();
    const char* const name = is_bundle(example) ? "bundle.yaml" : "rule.yaml";
    found[folder].push_back({example.file.empty() ? name : example.file, example.text});
  }
  return found;
}

TEST(Examples, are_written_in_fences_so_that_none_escapes) {
  for (const std::string& page : pages()) EXPECT_THAT(indented_code(page), IsEmpty());
}

TEST(Examples, of_a_kind_that_is_not_checked_are_these) {
  for (const Example& example : all_examples()) {
    const bool checked =
        example.format == "yaml" || example.format == "console" || !example.file.empty();
    EXPECT_NE(checked, is_shown(example)) << example.where() << ": " << first_line(example);
  }
}

TEST(Examples, that_are_not_checked_still_exist) {
  const std::vector<Example> all = all_examples();
  for (const Shown& shown : kShown) {
    EXPECT_TRUE(std::ranges::any_of(all,
                                    [&](const Example& example) {
                                      return example.page == shown.page &&
                                             first_line(example).starts_with(shown.first);
                                    }))
        << shown.page << ": " << shown.first << " (" << shown.why << ")";
  }
}

TEST(Examples, whole_rules_load_without_any_diagnostic) {
  for (const auto& [where, files] : bundles()) {
    const Loaded loaded = rules::load(files, catalogue());
    const bool lone = files.size() == 1 && files.front().name.ends_with("bundle.yaml");
    for (const Diagnostic& d : loaded.diagnostics) {
      const bool unused = d.code == "W2902" || d.code == "W2907";
      EXPECT_TRUE(lone && unused) << where << "\n" << rendered(d);
    }
  }
}

TEST(Examples, whole_rules_have_tests_and_pass_them) {
  std::size_t rules = 0, tests = 0;
  for (const auto& [where, files] : bundles()) {
    const auto [types, loaded] = app::load_bundle(files);
    ASSERT_NE(loaded.rules, nullptr) << where;
    std::set<std::string> tested;
    for (const rules::RuleTest& test : loaded.tests) {
      const app::ReplayInputs inputs{{types, loaded.rules}, nullptr, {}, {}};
      EXPECT_THAT(app::run_rule_test(test, inputs).problems, IsEmpty())
          << where << ": " << test.rule << "/" << test.name;
      tested.insert(test.rule);
      ++tests;
    }
    for (const rules::Rule& rule : loaded.rules->rules) {
      const bool parent =
          std::holds_alternative<rules::RollUpForm>(rule.form);  // its child's tests
      EXPECT_TRUE(parent || tested.contains(rule.name))
          << where << ": " << rule.name << " has no test";
      ++rules;
    }
  }
  EXPECT_GE(rules, 13U);
  EXPECT_GE(tests, rules);
}

TEST(Examples, fragments_name_their_place_and_fit_there) {
  const std::set<std::string> places{"rule", "match", "alert", "bundle"};
  std::size_t fragments = 0;
  for (const Example& example : all_examples()) {
    if (example.format != "yaml" || example.place.empty()) continue;
    ++fragments;
    ASSERT_TRUE(places.contains(example.place)) << example.where();
    std::vector<SourceFile> files;
    if (is_bundle(example)) {
      files = {{"bundle.yaml", "format: tocsin/1\n" + example.text}};
    } else {
      files = shipped();
      files.push_back({"fragment.yaml", completed(example)});
    }
    for (const Diagnostic& d : rules::load(files, catalogue()).diagnostics) {
      EXPECT_NE(d.level, DiagnosticLevel::error) << example.where() << "\n" << rendered(d);
    }
  }
  EXPECT_GE(fragments, 8U);
}

// The forms in use in whole examples, by the key below `match`.
TEST(Examples, whole_rules_show_every_form) {
  std::set<std::size_t> forms;
  for (const auto& [where, files] : bundles()) {
    const Loaded loaded = rules::load(files, catalogue());
    ASSERT_NE(loaded.rules, nullptr) << where;
    for (const rules::Rule& rule : loaded.rules->rules) forms.insert(rule.form.index());
  }
  EXPECT_EQ(forms.size(), std::variant_size_v<decltype(rules::Rule::form)>);
}

class Page {
 public:
  Page() {
    std::filesystem::create_directory_symlink(TOCSIN_SOURCE "/deploy", folder_.path("deploy"));
    std::filesystem::create_directory_symlink(TOCSIN_SOURCE "/docs", folder_.path("docs"));
  }

  void write(const Example& example) const { folder_.write(example.file, example.text); }

  // Standard output, then standard error.
  std::vector<std::string> run(const std::string& command, int& code) const {
    const std::string all =
        fmt::format("cd '{}' && PATH='{}':$PATH && ({}) >.out 2>.err </dev/null", folder_.path(),
                    std::filesystem::path(TOCSIN_BINARY).parent_path().string(), command);
    const int status = std::system(all.c_str());
    code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return app::testing::lines_of(app::testing::slurp(folder_.path(".out")) +
                                  app::testing::slurp(folder_.path(".err")));
  }

 private:
  Folder folder_;
};

void check(const Page& page, const Example& console) {
  for (const Command& command : commands_of(console)) {
    int code = 0;
    const std::vector<std::string> lines = page.run(command.text, code);
    const std::string got =
        fmt::format("{}\n$ {}\n{}\n", console.where(), command.text, fmt::join(lines, "\n"));
    if (command.output.empty()) {
      EXPECT_EQ(code, 0) << got;
    } else {
      EXPECT_TRUE(matches(command.output, lines)) << got;
    }
  }
}

TEST(Examples, commands_print_what_their_page_shows) {
  std::size_t consoles = 0;
  for (const std::string& name : pages()) {
    const Page page;
    for (const Example& example : examples_of(name)) {
      if (!example.file.empty()) page.write(example);
      if (example.format != "console") continue;
      check(page, example);
      ++consoles;
    }
  }
  EXPECT_GE(consoles, 5U);
}

TEST(Matching, dots_stand_for_any_lines_and_nothing_else_does) {
  EXPECT_TRUE(matches({"a", "...", "c"}, {"a", "b", "c"}));
  EXPECT_TRUE(matches({"...", "b"}, {"a", "b"}));
  EXPECT_TRUE(matches({"a", "..."}, {"a"}));
  EXPECT_FALSE(matches({"a"}, {"a", "b"}));
  EXPECT_FALSE(matches({"a", "...", "c"}, {"a", "b"}));
  EXPECT_FALSE(matches({}, {"a"}));
}

}  // namespace
}  // namespace tocsin::docs
