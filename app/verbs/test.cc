#include <fmt/format.h>
#include <re2/re2.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/loaded_bundle.h"
#include "app/output.h"
#include "app/rule_files.h"
#include "app/rule_test/coverage.h"
#include "app/rule_test/junit.h"
#include "app/rule_test/rule_test.h"
#include "app/verbs/verb.h"
#include "app/workspace.h"
#include "core/clock.h"

namespace tocsin::app {
namespace {

constexpr const char* kTestExamples =
    "  tocsin test deploy/rules.d\n"
    "  tocsin test my.yaml -v --run 'smoke-.*/restart'\n"
    "  tocsin test deploy/rules.d --coverage --junit results.xml\n\n"
    "A test without effect fails: one that expects nothing and names no must_reach, or whose "
    "events never\n"
    "reach its rule. --coverage also says, per condition, which operand of && || ?: no test has "
    "seen\n"
    "both true and false.";

struct TestOptions {
  std::vector<std::string> paths;
  std::string registry;
  std::string run;
  std::string junit;
  bool coverage = false;
};

std::string title(const rules::RuleTest& test) { return test.rule + "/" + test.name; }

ReplayRules load_beside(const rules::RuleTest& test, const std::string& path,
                        const Catalogue& in_force, const Workspace& workspace, std::string& why) {
  const std::string file = (std::filesystem::path(test.file).parent_path() / path).string();
  const RuleFiles read = read_rule_files({file});
  why = read.unreadable;
  if (!why.empty()) return {};
  const LoadedBundle bundle =
      load_bundle(read.files, {.have_registry = workspace.registry != nullptr}, &in_force);
  if (!bundle.loaded.rules) why = file + " has errors; see tocsin validate";
  return {bundle.catalogue, bundle.loaded.rules};
}

std::vector<TestOutcome> run_all(const Workspace& workspace, const RE2& wanted,
                                 BranchTally& branches, Language language) {
  std::vector<TestOutcome> outcomes;
  for (const rules::RuleTest& test : workspace.loaded.tests) {
    if (!RE2::PartialMatch(title(test), wanted)) continue;
    ReplayInputs inputs{{workspace.catalogue, workspace.loaded.rules}, workspace.registry, {}, {}};
    inputs.load_rules = [&](std::size_t, const std::string& path, const Catalogue& in_force,
                            std::string& why) {
      return load_beside(test, path, in_force, workspace, why);
    };
    branches.begin();
    const auto begin = monotonic();
    outcomes.push_back(run_rule_test(test, inputs, language));
    outcomes.back().took = monotonic() - begin;
    branches.end(test.rule);
  }
  return outcomes;
}

void print_json(const TestOutcome& outcome, Output& out) {
  out.line(nlohmann::ordered_json{{"schema", "tocsin.test/1"},
                                  {"rule", outcome.test->rule},
                                  {"name", outcome.test->name},
                                  {"file", outcome.test->file},
                                  {"line", outcome.test->line},
                                  {"passed", outcome.passed()},
                                  {"problems", outcome.problems}}
               .dump());
}

void print_text(const TestOutcome& outcome, const Common& common, Output& out) {
  const bool color = common.color(1);
  if (outcome.passed()) {
    if (common.verbose > 0) out.line("ok   " + title(*outcome.test));
    return;
  }
  out.line(fmt::format("{}FAIL{} {}", color ? "\033[1;31m" : "", color ? "\033[0m" : "",
                       title(*outcome.test)));
  for (const std::string& problem : outcome.problems) out.line("  " + problem);
}

void print_coverage(const std::vector<RuleCoverage>& rules, const Common& common, Output& out) {
  for (const RuleCoverage& rule : rules) {
    if (common.json) {
      out.line(nlohmann::ordered_json{{"schema", "tocsin.test/1"},
                                      {"coverage", true},
                                      {"rule", rule.rule},
                                      {"tests", rule.tests},
                                      {"never", rule.never}}
                   .dump());
    } else {
      out.line(fmt::format("coverage: {}: {} tests{}", rule.rule, rule.tests,
                           rule.never.empty() ? common.in(", all reached", "，全部覆盖") : ""));
      for (const std::string& never : rule.never) {
        out.line(fmt::format("  {}: {}", common.in("never", "未覆盖"), never));
      }
    }
  }
}

void print_totals(std::size_t passed, std::size_t failed, const Common& common, Output& out) {
  if (common.json) {
    out.line(fmt::format(R"({{"schema":"tocsin.test/1","summary":true,"passed":{},"failed":{}}})",
                         passed, failed));
  } else {
    out.line(fmt::format(fmt::runtime(common.in("{} passed, {} failed", "{} 个通过，{} 个失败")),
                         passed, failed));
  }
}

bool write_junit(const std::string& path, const std::vector<TestOutcome>& outcomes) {
  std::ofstream file(path, std::ios::binary);
  file << junit_xml(outcomes);
  file.flush();
  if (!file) complain(path + ": cannot be written");
  return static_cast<bool>(file);
}

ExitCode test(TestOptions options, const Common& common) {
  const RE2 wanted(options.run, RE2::Quiet);
  if (!wanted.ok()) {
    complain(fmt::format("--run: {}", wanted.error()));
    return ExitCode::usage;
  }
  Workspace workspace;
  const ExitCode opened =
      open_workspace(options.paths, options.registry, common, workspace,
                     {.run_disabled = true, .watch_branches = options.coverage});
  if (opened != ExitCode::ok) return opened;

  Output out;
  BranchTally branches(workspace.loaded.watched);
  const std::vector<TestOutcome> outcomes = run_all(workspace, wanted, branches, common.language());
  std::size_t failed = 0;
  for (const TestOutcome& outcome : outcomes) {
    failed += outcome.passed() ? 0 : 1;
    common.json ? print_json(outcome, out) : print_text(outcome, common, out);
  }
  if (options.coverage)
    print_coverage(coverage_of(*workspace.loaded.rules, outcomes, branches), common, out);
  if (!options.junit.empty() && !write_junit(options.junit, outcomes)) return ExitCode::io;
  if (outcomes.empty())
    complain(options.run.empty() ? "there is no test in these files"
                                 : "--run: no test has such a name");
  print_totals(outcomes.size() - failed, failed, common, out);
  if (!out.flush()) return ExitCode::io;
  return failed == 0 && !outcomes.empty() ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

void add_test(Cli& cli) {
  CLI::App& verb = cli.verb("test", "Run the tests inside rule files", kTestExamples);
  auto o = std::make_shared<TestOptions>();
  verb.add_option("PATH", o->paths, "Rule files, *.test.yaml, or folders")->required();
  verb.add_option("--registry", o->registry, "Folder with places.csv and devices.csv")
      ->type_name("DIR");
  verb.add_option("--run", o->run, "Only tests whose rule/name matches")->type_name("REGEX");
  verb.add_option("--junit", o->junit, "Results as JUnit XML")->type_name("FILE");
  verb.add_flag("--coverage", o->coverage, "What the tests never reached");
  cli.on(verb, [&cli, o] { return test(*o, cli.common()); });
}

}  // namespace tocsin::app
