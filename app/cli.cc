#include "app/cli.h"

#include <fmt/format.h>

#include <cstdio>

#include "app/text.h"
#include "app/verbs/verb.h"
#include "app/version.h"

namespace tocsin::app {
namespace {

constexpr const char* kAbout =
    "tocsin: an alarm bell for a city. Bytes in, facts kept, few good alerts out.\n"
    "告警引擎：传感器事件进，少而准的告警出。";
constexpr const char* kRootExamples =
    "Exit codes: 0 ok, 1 the check failed, 2 usage, 69 service unavailable, 74 input/output,\n"
    "78 bad configuration or rules.\n\n"
    "Examples:\n"
    "  deploy/demo.sh                              installs, builds, runs a small city: start "
    "here\n"
    "  tocsin demo --for 60s                       the same, once built: from sensor to Kafka\n"
    "  tocsin validate deploy/rules.d              every mistake at once\n"
    "  tocsin test deploy/rules.d                  the tests inside the rules\n"
    "  tocsin replay --rules deploy/rules.d --events day.ndjson\n"
    "  tocsin run -c deploy/tocsin.yaml --broker tcp://HOST:PORT\n"
    "                                              needs an MQTT broker that is running";

// The subcommand the line got to, the root if none.
const CLI::App* deepest(const CLI::App* app) {
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return app;
}

std::vector<std::string> names_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string full_name(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? "tocsin" : full_name(*parent) + " " + app.get_name();
}

// What was not understood, said so that the next try works.
std::string explain(const CLI::App& at, const CLI::ParseError& error) {
  const std::vector<std::string> rest = at.remaining();
  const std::string first = rest.empty() ? "" : rest.front();
  const bool option = first.starts_with('-');
  if (first.empty() || (!option && names_of(at).empty())) return error.what();
  const std::string near =
      nearest(first.substr(0, first.find('=')), option ? options_of(at) : names_of(at));
  return fmt::format("{}: unknown {} '{}'{}", full_name(at), option ? "option" : "verb", first,
                     near.empty() ? "" : fmt::format(", did you mean '{}'?", near));
}

}  // namespace

const CLI::Validator kIsDuration(
    [](const std::string& text) {
      return parse_duration(text)
                 ? std::string{}
                 : fmt::format("'{}' is not a duration such as 500ms, 30s, 10m", text);
    },
    "DURATION");

Cli::Cli() : root_(kAbout, "tocsin") {
  root_.footer(kRootExamples);
  root_.require_subcommand(1);
  root_.set_version_flag("--version", std::string("tocsin ") + program_version());
  add_common(root_);
}

void Cli::add_common(CLI::App& app) {
  const auto language = [this](const std::string& word) {
    common_.language_flag = word == "zh" ? Language::zh : Language::en;
  };
  const auto color = [this](const std::string& word) {
    common_.color_mode = word == "always"  ? ColorMode::always
                         : word == "never" ? ColorMode::never
                                           : ColorMode::automatic;
  };
  app.add_option("-c,--config", common_.config, "tocsin.yaml")->type_name("FILE")->group("Common");
  app.add_flag("--json", common_.json, "One JSON object per line on stdout")->group("Common");
  app.add_flag("-q,--quiet", common_.quiet, "No remarks on stderr")->group("Common");
  app.add_flag("-v,--verbose", common_.verbose, "Say more")->group("Common");
  app.add_option_function<std::string>("--lang", language, "en or zh")
      ->check(CLI::IsMember({"en", "zh"}))
      ->type_name("LANG")
      ->group("Common");
  app.add_option_function<std::string>("--color", color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN")
      ->group("Common");
}

CLI::App& Cli::verb(CLI::App& parent, const std::string& name, const std::string& what,
                    const std::string& examples) {
  CLI::App* app = parent.add_subcommand(name, what);
  app->footer("Examples:\n" + examples);
  add_common(*app);
  return *app;
}

void Cli::on(CLI::App& verb, Action action) {
  verb.callback([this, action = std::move(action)] { action_ = action; });
}

void Cli::not_yet(CLI::App& parent, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    CLI::App* app = parent.add_subcommand(name, "Not available in this version");
    app->group("");  // not listed
    app->prefix_command();
    app->set_help_flag();
    on(*app, [full = full_name(*app)] { return not_available(full); });
  }
}

std::string Cli::help_of(const std::string& verb) const {
  // root_.help() would be that of the verb it was asked by.
  if (verb.empty())
    return root_.get_formatter()->make_help(&root_, root_.get_name(), CLI::AppFormatMode::Normal);
  const auto verbs = root_.get_subcommands(
      [&](const CLI::App* app) { return app->get_name() == verb && !app->get_group().empty(); });
  return verbs.empty() ? std::string{} : verbs.front()->help(root_.get_name());
}

ExitCode not_available(std::string_view name) {
  complain(fmt::format("'{}' is not available in this version", name));
  return ExitCode::usage;
}

ExitCode Cli::refuse(const CLI::ParseError& error) const {
  const CLI::App& at = *deepest(&root_);
  complain(explain(at, error));
  complain(fmt::format("try '{} --help'", full_name(at)));
  return ExitCode::usage;
}

ExitCode Cli::run(int argc, const char* const* argv) {
  try {
    root_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return refuse(error);
    root_.exit(error);  // prints the help
    return ExitCode::ok;
  }
  return action_ ? action_() : ExitCode::ok;
}

ExitCode run_cli(int argc, const char* const* argv) {
  Cli cli;
  add_run(cli);
  add_demo(cli);
  add_doctor(cli);
  add_validate(cli);
  add_test(cli);
  add_replay(cli);
  add_eval(cli);
  add_help(cli);
  add_sim(cli);
  add_bench(cli);
  add_journal(cli);
  add_alerts(cli);
  add_rules(cli);
  add_schema(cli);
  add_version(cli);
  cli.not_yet({"backtest", "explain", "tap", "top", "silence"});
  return cli.run(argc, argv);
}

}  // namespace tocsin::app
