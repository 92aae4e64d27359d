#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/output.h"
#include "app/validation.h"
#include "app/verbs/verb.h"

namespace tocsin::app {
namespace {

constexpr const char* kValidateExamples =
    "  tocsin validate deploy/rules.d                  a bundle\n"
    "  tocsin validate deploy/rules.d -v               and what state each rule may take\n"
    "  tocsin validate deploy/tocsin.yaml deploy/registry my.yaml --json\n"
    "  tocsin validate deploy/rules.d --strict         for a check before a commit\n\n"
    "A rule file is checked with the bundle.yaml of its folder, if there is one and none is "
    "given;\n"
    "the last line says so. tocsin help CODE explains a code.\n"
    "Every error at once, with its place and a suggestion. Exit 78 if there is any, 74 if a path "
    "cannot be read.";

std::string totals(const Validation& found, bool strict, const Common& common) {
  const auto is_error = [](const Diagnostic& d) { return d.level == DiagnosticLevel::error; };
  const auto errors = std::ranges::count_if(found.diagnostics, is_error);
  const std::size_t warnings = found.diagnostics.size() - static_cast<std::size_t>(errors);
  const auto say = [&](const char* en, const char* zh, auto... counts) {
    return fmt::format(fmt::runtime(common.in(en, zh)), counts...);
  };
  std::string text = say("{} errors, {} warnings", "{} 个错误，{} 个警告", errors, warnings);
  if (!found.rules.empty()) {
    text += say("; {} rules, {} tests", "；{} 条规则，{} 个测试", found.rules.size(), found.tests);
  }
  if (found.configurations > 0) {
    text += say("; {} configuration", "；{} 份配置", found.configurations);
  }
  if (found.registries > 0) {
    text += say("; {} places, {} devices", "；{} 个地点，{} 台设备", found.places, found.devices);
  }
  if (!found.bundle_beside.empty()) {
    text += fmt::format("; {} {}", common.in("with", "已使用"), found.bundle_beside);
  }
  return fmt::format("{}: {}",
                     errors == 0 && (warnings == 0 || !strict) ? common.in("ok", "通过")
                                                               : common.in("refused", "未通过"),
                     text);
}

ExitCode validate(const std::vector<std::string>& paths, bool strict, const Common& common) {
  const Validation found = validate_paths(paths);
  Output out;
  out.buffer() += render_all(found.diagnostics, common, 1);
  if (!common.json) {
    for (const std::string& rule : found.rules) {
      if (common.verbose > 0) out.line(rule);
    }
    if (!common.quiet && found.unreadable.empty()) out.line(totals(found, strict, common));
  }
  if (!out.flush()) return ExitCode::io;
  if (!found.unreadable.empty()) {
    complain(found.unreadable);
    return ExitCode::io;
  }
  const bool refused = strict ? !found.diagnostics.empty() : has_errors(found.diagnostics);
  return refused ? ExitCode::bad_config : ExitCode::ok;
}

}  // namespace

void add_validate(Cli& cli) {
  CLI::App& verb =
      cli.verb("validate", "Check rules, configuration and registry: every error at once",
               kValidateExamples);
  auto paths = std::make_shared<std::vector<std::string>>();
  verb.add_option("PATH", *paths, "Files or folders")->required();
  auto strict = std::make_shared<bool>(false);
  verb.add_flag("--strict", *strict, "Warnings are refused too");
  cli.on(verb, [&cli, paths, strict] { return validate(*paths, *strict, cli.common()); });
}

}  // namespace tocsin::app
