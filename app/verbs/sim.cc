#include "bench/sim/sim.h"

#include <fmt/format.h>

#include <memory>

#include "app/address.h"
#include "app/output.h"
#include "app/verbs/sim_flags.h"
#include "app/verbs/verb.h"

namespace tocsin::app {
namespace {

constexpr const char* kSimExamples =
    "  tocsin sim --devices 1000 --broker tcp://127.0.0.1:1883 --scenario duplicates --for 60s "
    "--truth t.ndjson\n"
    "  tocsin sim --devices 170000 --write-registry registry --registry-only\n"
    "  tocsin sim --devices 170000 --for 10m --out day.ndjson --truth truth.ndjson --inline-places";

std::string text_of(const sim::SimReport& report) {
  return fmt::format(
      "{} events ({} of them again) in {} frames over {:.1f} s, {:.0f}/s; {} acknowledged, {} "
      "failed; "
      "{} incidents, {} alerts expected; behind the schedule {:.1f} ms on average, {:.1f} ms at "
      "most{}",
      report.events, report.copies, report.frames, report.seconds, report.events_per_s,
      report.acknowledged, report.failed, report.incidents, report.expected_alerts,
      report.lag_mean_ms, report.lag_max_ms, report.stopped ? "; stopped early" : "");
}

ExitCode simulate(SimFlags flags, const Common& common) {
  const ExitCode address =
      check_addresses({{"--broker", flags.options.broker, kBrokerAddress}}, common);
  if (address != ExitCode::ok) return address;
  flags.settle();
  const bool stdout_is_data = flags.options.out == "-";
  sim::SimHooks hooks;
  hooks.on_progress = progress_line(common);
  const auto report = sim::run_sim(flags.options, stop_on_signal(), hooks);
  end_progress_line(common);
  if (!report) {
    const bool broker = flags.options.out.empty();
    complain(fmt::format("{}{}", sim::to_string(report.error()),
                         broker ? fmt::format(" ({})", flags.options.broker) : ""));
    return exit_code_of(report.error());
  }
  if (!flags.options.registry_only && !(common.quiet && !common.json)) {
    Output out(stdout_is_data ? 2 : 1);
    out.line(common.json ? sim::to_json(*report) : text_of(*report));
    if (!out.flush()) return ExitCode::io;
  }
  return report->failed == 0 ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

void add_sim(Cli& cli) {
  CLI::App& verb = cli.verb("sim", "A simulated city that publishes over MQTT", kSimExamples);
  auto flags = std::make_shared<SimFlags>();
  flags->bind(verb);
  verb.add_option("--out", flags->options.out,
                  "Replay lines to this file (- is stdout) instead of MQTT")
      ->type_name("FILE");
  verb.add_flag("--inline-places", flags->options.inline_places,
                "With --out: places on each line, so that a replay needs no registry");
  verb.add_option("--write-registry", flags->options.write_registry,
                  "Write the city's places.csv and devices.csv")
      ->type_name("DIR");
  verb.add_flag("--registry-only", flags->options.registry_only, "Nothing but that");
  cli.on(verb, [&cli, flags] { return simulate(*flags, cli.common()); });
}

}  // namespace tocsin::app
