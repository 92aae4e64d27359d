#include "app/version.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/output.h"
#include "app/verbs/verb.h"

namespace tocsin::app {
namespace {

ExitCode print_version(const Common& common) {
  Output out;
  if (common.json) {
    out.line(nlohmann::ordered_json{{"schema", "tocsin.version/1"},
                                    {"version", program_version()},
                                    {"commit", source_commit()},
                                    {"build", build_kind()},
                                    {"rule_format", kRuleFormat},
                                    {"proto", kProtoPackage}}
                 .dump());
  } else {
    out.line(fmt::format("tocsin {} ({})\ncommit {}\nrule format {}, proto package {}",
                         program_version(), build_kind(), source_commit(), kRuleFormat,
                         kProtoPackage));
  }
  return out.flush() ? ExitCode::ok : ExitCode::io;
}

}  // namespace

void add_version(Cli& cli) {
  CLI::App& verb = cli.verb("version", "Version, build, rule format, proto package",
                            "  tocsin version\n  tocsin version --json");
  cli.on(verb, [&cli] { return print_version(cli.common()); });
}

}  // namespace tocsin::app
