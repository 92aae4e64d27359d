#include <fmt/format.h>

#include <memory>
#include <optional>
#include <variant>

#include "app/address.h"
#include "app/output.h"
#include "app/text.h"
#include "app/verbs/sim_flags.h"
#include "app/verbs/verb.h"
#include "app/version.h"
#include "app/world.h"
#include "bench/e2e/e2e.h"

namespace tocsin::app {
namespace {

constexpr const char* kBenchExamples =
    "  tocsin bench e2e --devices 1000 --rate 1000/s --scenario duplicates,storm --for 60s --json\n"
    "  tocsin bench e2e --idle --for 60s               one event every 3 s and nothing else\n"
    "  tocsin bench e2e --broker tcp://HOST:PORT --kafka HOST:PORT ...     a system that is "
    "running\n\n"
    "Without --kafka it starts mosquitto, a real Kafka and the engine itself. With it, it measures "
    "a running\n"
    "system whose engine knows the same city: first\n"
    "  tocsin sim --devices N --seed S --write-registry DIR --registry-only\n"
    "Latency counts from the intended send time to the moment a consumer has the alert. Exit 1 if "
    "an alert\n"
    "is missing, doubled or wrong.";

struct Flags {
  SimFlags sim;
  bench::E2eOptions e2e;
  std::vector<std::string> rules;
  std::string rule_folder;
  bool idle = false;
  std::string drain;
};

std::string text_of(const bench::E2eReport& report) {
  const bench::LatencySummary& l = report.latency;
  return fmt::format(
      "{} events at {:.0f}/s, {} alerts expected: {} missed, {} duplicated, {} wrong\n"
      "latency of {} alerts, publish to consumer: p50 {:.1f} ms, p90 {:.1f} ms, p99 {:.1f} ms, "
      "p99.9 {:.1f} ms, max {:.1f} ms",
      report.sim.events, report.sim.events_per_s, report.check.expected, report.check.missed,
      report.check.duplicated, report.check.wrong, l.samples, l.p50_ms, l.p90_ms, l.p99_ms,
      l.p999_ms, l.max_ms);
}

ExitCode give_up(const bench::E2eFailure& failure) {
  complain(failure.detail);
  return ExitCode::unavailable;
}

// The whole system as children, for a benchmark that was given none.
std::string start_system(World& world, Flags& flags) {
  CityOptions city;
  city.devices = flags.sim.options.devices;
  city.seed = flags.sim.options.seed;
  const std::string deploy = deploy_folder();
  const std::string rules = flags.rule_folder.empty() ? deploy + "/rules.d" : flags.rule_folder;
  if (std::string bad = world.write_registry(city); !bad.empty()) return bad;
  if (std::string bad = world.start_broker(); !bad.empty()) return bad;
  if (std::string bad = world.start_kafka(deploy + "/kafka.sh"); !bad.empty()) return bad;
  if (std::string bad = world.start_engine(rules); !bad.empty()) return bad;
  flags.sim.options.broker = world.broker_uri();
  flags.e2e.kafka = world.kafka();
  return {};
}

ExitCode e2e(Flags flags, const Common& common) {
  std::optional<std::string> kafka;
  if (!flags.e2e.kafka.empty()) kafka = flags.e2e.kafka;
  const ExitCode addresses = check_addresses(
      {{"--broker", flags.sim.options.broker, kBrokerAddress}, {"--kafka", kafka, kKafkaServers}},
      common);
  if (addresses != ExitCode::ok) return addresses;
  flags.sim.settle();
  std::optional<World> world;
  if (flags.e2e.kafka.empty()) {
    const std::string bad = start_system(world.emplace(), flags);
    if (!bad.empty()) {
      complain(bad);
      return ExitCode::unavailable;
    }
  }
  if (flags.idle) flags.sim.options.alarm_every = bench::kIdleAlarmEvery;
  if (!flags.sim.options.run_for) flags.sim.options.run_for = Duration{60'000};
  if (!flags.drain.empty()) flags.e2e.drain = parse_duration(flags.drain).value_or(flags.e2e.drain);
  flags.e2e.sim = flags.sim.options;
  flags.e2e.scenario = flags.idle ? "idle" : flags.sim.scenario;
  flags.e2e.rules = {flags.rules.begin(), flags.rules.end()};
  flags.e2e.commit = source_commit();
  const auto result = bench::run_e2e(flags.e2e, stop_on_signal(), progress_line(common));
  end_progress_line(common);
  if (const auto* failure = std::get_if<bench::E2eFailure>(&result)) return give_up(*failure);
  const auto& report = std::get<bench::E2eReport>(result);
  Output out;
  out.line(common.json ? bench::to_json(flags.e2e, report) : text_of(report));
  for (const bench::Finding& finding : report.check.findings) {
    complain(fmt::format("{}: {} {} {}", bench::to_string(finding.fault), finding.rule, finding.key,
                         finding.detail));
  }
  if (!out.flush()) return ExitCode::io;
  return report.ok() ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

void add_bench(Cli& cli) {
  CLI::App& verb = cli.verb("bench", "Measure a running system", kBenchExamples);
  verb.require_subcommand(1);
  CLI::App& sub =
      cli.verb(verb, "e2e", "From a gateway's publish to a Kafka consumer", kBenchExamples);
  auto flags = std::make_shared<Flags>();
  flags->sim.bind(sub);
  sub.add_option("--kafka", flags->e2e.kafka,
                 "Kafka servers of a running system; without: one is started")
      ->type_name("HOST:PORT[,...]");
  sub.add_option("--rules", flags->rule_folder,
                 "Rules of a system started here (default: the shipped ones)")
      ->type_name("PATH");
  sub.add_option("--topic", flags->e2e.topic, "Topic of the alerts")->capture_default_str();
  sub.add_option("--rules-in-force", flags->rules, "Only these rules are expected to speak")
      ->type_name("NAME");
  sub.add_flag("--idle", flags->idle, "No noise: one event every 3 s");
  sub.add_option("--drain", flags->drain, "How long to wait for the last alerts")
      ->check(kIsDuration);
  cli.on(sub, [&cli, flags] { return e2e(*flags, cli.common()); });
  cli.not_yet(verb, {"engine", "ingest", "partials"});
}

}  // namespace tocsin::app
