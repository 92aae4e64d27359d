#include "app/demo/demo.h"

#include <memory>

#include "app/address.h"
#include "app/text.h"
#include "app/verbs/sim_flags.h"
#include "app/verbs/verb.h"
#include "bench/sim/city.h"

namespace tocsin::app {
namespace {

constexpr const char* kDemoExamples =
    "  tocsin demo                              until Ctrl-C; Kafka in memory, for development\n"
    "  tocsin demo --for 60s                    ends by itself; exit 0 if the books balance\n"
    "  tocsin demo --kafka real --lang zh       a real Apache Kafka, messages in Chinese\n"
    "  tocsin demo --devices 20000 --scenario duplicates,storm";

}  // namespace

void add_demo(Cli& cli) {
  CLI::App& verb = cli.verb("demo", "A city in a box: sensors, broker, engine, Kafka, live alerts",
                            kDemoExamples);
  auto options = std::make_shared<DemoOptions>();
  auto run_for = std::make_shared<std::string>();
  verb.add_option("--devices", options->city.devices, "Devices of the simulated city")
      ->check(CLI::Range(sim::kMinDevices, sim::kMaxDevices))
      ->type_name("N")
      ->capture_default_str();
  verb.add_option("--seed", options->city.seed, "The same seed makes the same city")
      ->capture_default_str();
  verb.add_option("--scenario", options->city.scenario, "As in `tocsin sim --help`")
      ->check(kIsScenario)
      ->capture_default_str();
  verb.add_option("--rate", options->city.rate, "Events a second, for example 500/s")
      ->check(kIsRate);
  verb.add_option("--kafka", options->kafka,
                  "dev (in memory), real (a child process), or HOST:PORT[,...]")
      ->capture_default_str();
  verb.add_option("--rules", options->rules,
                  "Rule files or folders (default: a copy of the shipped ones)");
  verb.add_option("--http", options->http, "Address of the HTTP server; if taken, a free port")
      ->capture_default_str();
  verb.add_option("--for", *run_for, "End by itself after this time")->check(kIsDuration);
  cli.on(verb, [&cli, options, run_for] {
    if (!run_for->empty()) options->run_for = parse_duration(*run_for);
    const ExitCode addresses = check_addresses(
        {{"--kafka", options->kafka, kKafkaOfDemo}, {"--http", options->http, kListenAddress}},
        cli.common());
    if (addresses != ExitCode::ok) return addresses;
    return run_demo(*options, cli.common());
  });
}

}  // namespace tocsin::app
