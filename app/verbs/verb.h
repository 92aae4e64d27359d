#pragma once
/// What a verb file needs: it adds its subcommand with Cli::verb, binds its options, and leaves in
/// `action` what is to be done once the whole line is known to be right.
///
///     void add_version(Cli& cli) {
///       CLI::App& verb = cli.verb("version", "...", "examples");
///       cli.on(verb, [&cli] { return print_version(cli.common()); });
///     }
#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "app/common.h"
#include "app/exit_code.h"

namespace tocsin::app {

using Action = std::function<ExitCode()>;

class Cli {
 public:
  Cli();
  Cli(const Cli&) = delete;
  Cli& operator=(const Cli&) = delete;

  /// A subcommand with the common options. `examples`: lines that end its --help.
  CLI::App& verb(const std::string& name, const std::string& what, const std::string& examples) {
    return verb(root_, name, what, examples);
  }
  CLI::App& verb(CLI::App& parent, const std::string& name, const std::string& what,
                 const std::string& examples);
  void on(CLI::App& verb, Action action);
  /// Words the contract has and this version does not: refused by name.
  void not_yet(CLI::App& parent, const std::vector<std::string>& names);
  void not_yet(const std::vector<std::string>& names) { not_yet(root_, names); }

  const Common& common() const { return common_; }
  /// What --help prints of a verb, or of the program (""); empty: there is no such verb.
  std::string help_of(const std::string& verb) const;
  ExitCode run(int argc, const char* const* argv);

 private:
  void add_common(CLI::App& app);
  ExitCode refuse(const CLI::ParseError& error) const;

  CLI::App root_;
  Common common_;
  Action action_;
};

/// Exit 2 with "NAME is not available in this version".
ExitCode not_available(std::string_view name);

void add_alerts(Cli& cli);
void add_bench(Cli& cli);
void add_demo(Cli& cli);
void add_doctor(Cli& cli);
void add_eval(Cli& cli);
void add_help(Cli& cli);
void add_journal(Cli& cli);
void add_replay(Cli& cli);
void add_rules(Cli& cli);
void add_run(Cli& cli);
void add_schema(Cli& cli);
void add_sim(Cli& cli);
void add_test(Cli& cli);
void add_validate(Cli& cli);
void add_version(Cli& cli);

/// A CLI11 check for durations: "10m", "+10m".
extern const CLI::Validator kIsDuration;

}  // namespace tocsin::app
