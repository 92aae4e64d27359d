#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/output.h"
#include "app/verbs/verb.h"
#include "app/workspace.h"
#include "core/diagnostic.h"
#include "rules/load/describe.h"

namespace tocsin::app {
namespace {

using nlohmann::ordered_json;

constexpr const char* kListExamples =
    "  tocsin rules list deploy/rules.d\n"
    "  tocsin rules list -c /etc/tocsin/tocsin.yaml --lang zh";
constexpr const char* kShowExamples =
    "  tocsin rules show smoke-confirmed deploy/rules.d\n"
    "  tocsin rules show smoke-confirmed deploy/rules.d --json\n\n"
    "Conditions stand as the engine reads them, named ones written out. Exit 1 if there is no such "
    "rule.";

struct RulesOptions {
  std::vector<std::string> paths;
  std::string registry;
  std::string rule;
};

ExitCode open_rules(RulesOptions& options, const Common& common, Workspace& workspace) {
  const ExitCode filled = fill_from_config(common, options.paths, options.registry);
  if (filled != ExitCode::ok) return filled;
  return open_workspace(options.paths, options.registry, common, workspace);
}

ordered_json summary_of(const rules::Rule& rule) {
  return {{"schema", "tocsin.rules/1"},
          {"rule", rule.name},
          {"mode", rules::to_string(rule.mode)},
          {"severity", to_string(rule.severity)},
          {"level", rule.level},
          {"title", {{"en", rule.title.en}, {"zh", rule.title.zh}}}};
}

std::string line_of(const rules::Rule& rule, std::size_t width, const Common& common) {
  const std::string level = rule.level == 0 ? "" : fmt::format("level {}  ", rule.level);
  return fmt::format("{:<{}}  {:<8}  {:<8}  {}{}", rule.name, width, rules::to_string(rule.mode),
                     to_string(rule.severity), level, common.in(rule.title.en, rule.title.zh));
}

ExitCode list(RulesOptions options, const Common& common) {
  Workspace workspace;
  const ExitCode opened = open_rules(options, common, workspace);
  if (opened != ExitCode::ok) return opened;
  const auto& rules = workspace.loaded.rules->rules;
  std::size_t width = 0;
  for (const rules::Rule& rule : rules) width = std::max(width, rule.name.size());
  Output out;
  for (const rules::Rule& rule : rules) {
    out.line(common.json ? summary_of(rule).dump() : line_of(rule, width, common));
  }
  return out.flush() ? ExitCode::ok : ExitCode::io;
}

std::vector<std::string> identity_of(const rules::Rule& rule) {
  std::vector<std::string> names;
  for (const std::uint16_t i : rule.alert.identity) names.push_back(rule.for_each[i]);
  return names;
}

std::string json_of(const rules::Rule& rule, const rules::RuleSet& set,
                    const Catalogue& catalogue) {
  const rules::StateBound bound = rules::state_bound(rule, catalogue);
  ordered_json json = summary_of(rule);
  json["form"] = rules::form_name(rule.form);
  json["match"] = rules::describe(rule, set, catalogue);
  json["identity"] = identity_of(rule);
  json["resolve"] = rules::describe_resolve(rule, set, catalogue);
  json["state"] = {
      {"bytes_per_key", bound.per_key},         {"bytes_per_partial", bound.per_partial},
      {"bytes_per_pending", bound.per_pending}, {"max_keys", bound.keys},
      {"max_partials_per_key", bound.partials}, {"max_pending_per_key", bound.pending}};
  json["version"] = rule.version;
  json["match_hash"] = rule.match_hash;
  return json.dump();
}

void print_rule(const rules::Rule& rule, const rules::RuleSet& set, const Catalogue& catalogue,
                const Common& common, Output& out) {
  const auto row = [&](std::string_view en, std::string_view zh, const std::string& what) {
    out.line(fmt::format("  {}: {}", common.in(en, zh), what));
  };
  out.line(line_of(rule, rule.name.size(), common));
  out.line("  " + rules::describe(rule, set, catalogue));
  row("identity", "告警标识", fmt::format("{}", fmt::join(identity_of(rule), ", ")));
  row("resolve", "恢复条件", rules::describe_resolve(rule, set, catalogue));
  row("state", "状态上限", rules::describe(rules::state_bound(rule, catalogue)));
  row("version", "版本", rule.version);
  row("match hash", "匹配结构哈希", rule.match_hash);
}

ExitCode show(RulesOptions options, const Common& common) {
  Workspace workspace;
  const ExitCode opened = open_rules(options, common, workspace);
  if (opened != ExitCode::ok) return opened;
  const auto& rules = workspace.loaded.rules->rules;
  const auto rule = std::ranges::find(rules, options.rule, &rules::Rule::name);
  if (rule == rules.end()) {
    std::vector<std::string> names;
    for (const rules::Rule& one : rules) names.push_back(one.name);
    const std::string near = nearest(options.rule, names);
    const std::string hint =
        near.empty()
            ? ""
            : fmt::format(fmt::runtime(common.in(", did you mean '{}'?", "，是否指 '{}'？")), near);
    complain(fmt::format(fmt::runtime(common.in("there is no rule '{}'{}", "没有规则 '{}'{}")),
                         options.rule, hint));
    return ExitCode::failed;
  }
  Output out;
  if (common.json) {
    out.line(json_of(*rule, *workspace.loaded.rules, *workspace.catalogue));
  } else {
    print_rule(*rule, *workspace.loaded.rules, *workspace.catalogue, common, out);
  }
  return out.flush() ? ExitCode::ok : ExitCode::io;
}

void add_sources(CLI::App& verb, RulesOptions& options) {
  verb.add_option("PATH,--rules", options.paths, "Rule files or folders")->type_name("PATH");
  verb.add_option("--registry", options.registry, "Folder with places.csv and devices.csv")
      ->type_name("DIR");
}

}  // namespace

void add_rules(Cli& cli) {
  CLI::App& verb = cli.verb("rules", "What rules say, as the engine reads them",
                            "  tocsin rules list deploy/rules.d");
  verb.require_subcommand(1);
  auto o = std::make_shared<RulesOptions>();
  CLI::App& lists = cli.verb(verb, "list", "One line per rule", kListExamples);
  add_sources(lists, *o);
  cli.on(lists, [&cli, o] { return list(*o, cli.common()); });
  CLI::App& shows =
      cli.verb(verb, "show", "One rule: match, alert, state bound, hashes", kShowExamples);
  shows.add_option("RULE", o->rule, "Its name")->required();
  add_sources(shows, *o);
  cli.on(shows, [&cli, o] { return show(*o, cli.common()); });
  cli.not_yet(verb, {"plan", "apply", "rollback"});
}

}  // namespace tocsin::app
