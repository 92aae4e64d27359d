#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/address.h"
#include "app/config_file.h"
#include "app/runtime/engine_service.h"
#include "app/service_options.h"
#include "app/signals.h"
#include "app/verbs/verb.h"

namespace tocsin::app {
namespace {

constexpr const char* kRunExamples =
    "  tocsin run -c /etc/tocsin/tocsin.yaml\n"
    "  tocsin run --data data --rules deploy/rules.d --registry deploy/registry \\\n"
    "             --broker tcp://127.0.0.1:1883 --kafka dev --http 127.0.0.1:0\n"
    "  kill -HUP PID        reads rules and registry again; a bad bundle keeps the old one\n\n"
    "It needs an MQTT broker that is running, and the Kafka it is told of; `tocsin demo` brings "
    "its "
    "own.";

// Flags of the command line; the ones given win over the file.
struct RunFlags {
  std::optional<std::string> data, registry, broker, kafka, http, listen;
  std::vector<std::string> rules;
  bool stdout_sink = false;
};

// An empty address is none, as in the file.
std::optional<std::string> address_in(const std::optional<std::string>& flag) {
  return flag && !flag->empty() ? flag : std::nullopt;
}

ExitCode check_flags(const RunFlags& flags, const Common& common) {
  return check_addresses({{"--broker", address_in(flags.broker), kBrokerAddress},
                          {"--kafka", address_in(flags.kafka), kKafkaAddress},
                          {"--http", address_in(flags.http), kListenAddress}},
                         common);
}

void apply_flags(const RunFlags& flags, Config& config) {
  if (flags.data) config.data = *flags.data;
  if (!flags.rules.empty()) config.rules = flags.rules;
  if (flags.registry) config.registry = *flags.registry;
  if (flags.broker) config.broker.uri = *flags.broker;
  if (flags.kafka) config.kafka.bootstrap = *flags.kafka;
  if (flags.http) config.http.listen = *flags.http;
  if (flags.stdout_sink) config.sinks.stdout_sink = true;
}

ExitCode report(const StartFailure& failure, const Common& common) {
  if (failure.exit_code == 0) {
    spdlog::info("{}", failure.message);
    return ExitCode::ok;
  }
  print_diagnostics(failure.diagnostics, common);
  complain(failure.message);
  return static_cast<ExitCode>(failure.exit_code);
}

void print_ready(const ReadyInfo& ready, const Common& common) {
  if (common.json) {
    const nlohmann::ordered_json line{{"schema", "tocsin.run/1"},
                                      {"ready", true},
                                      {"mqtt", ready.mqtt},
                                      {"kafka", ready.kafka},
                                      {"http", ready.http}};
    std::puts(line.dump().c_str());
  } else {
    std::puts(
        fmt::format("ready: mqtt {}, kafka {}, http {}", ready.mqtt.empty() ? "-" : ready.mqtt,
                    ready.kafka.empty() ? "-" : ready.kafka, ready.http.empty() ? "-" : ready.http)
            .c_str());
  }
  std::fflush(stdout);
}

void reload(EngineService& service, const Common& common) {
  const ReloadOutcome outcome = service.reload();
  print_diagnostics(outcome.diagnostics, common);
  if (outcome.ok) {
    spdlog::info("reload: {}", outcome.message);
  } else {
    spdlog::error("reload refused, the rules in force stay: {}", outcome.message);
  }
}

// What began and what ended since the last look. Of a refused reload and of an engine that stopped
// more is said where it happens.
void say_news(const EngineService& service, DegradedNews& news) {
  std::vector<Degraded> now = service.degraded();
  std::erase_if(now,
                [](const Degraded& d) { return d.part == Part::reload || d.part == Part::engine; });
  for (const std::string& line : news.look(now)) spdlog::warn("{}", line);
}

// Until SIGTERM or SIGINT; an engine that stopped by itself ends the process too.
ExitCode serve(EngineService& service, Signals& signals, const Common& common, Duration drain) {
  constexpr Duration kLook{1000};
  DegradedNews news;
  while (true) {
    const std::optional<int> signal = signals.wait(kLook);
    if (signal == SIGHUP) reload(service, common);
    if (signal == SIGTERM || signal == SIGINT) break;
    if (const std::string failure = service.failure(); !failure.empty()) {
      complain(failure);
      return ExitCode::io;
    }
    // Started again it would fence the other one: that is for a person to decide.
    if (const std::string fenced = service.fenced(); !fenced.empty()) {
      complain(fenced);
      return ExitCode::bad_config;
    }
    say_news(service, news);
  }
  if (const std::uint64_t left = service.drain_and_stop(drain); left > 0) {
    spdlog::warn(
        "{} in the alert log for the next start",
        left == 1 ? "1 alert revision waits" : fmt::format("{} alert revisions wait", left));
  }
  return ExitCode::ok;
}

ExitCode run(const RunFlags& flags, const Common& common) {
  if (flags.listen) return not_available("run --listen");
  Config config;
  if (const ExitCode read = load_config(common, config); read != ExitCode::ok) return read;
  if (const ExitCode bad = check_flags(flags, common); bad != ExitCode::ok) return bad;
  apply_flags(flags, config);
  if (config.broker.uri.empty()) {
    complain("no source: give --broker tcp://HOST:PORT, or source.broker.uri in the configuration");
    return ExitCode::bad_config;
  }
  spdlog::set_default_logger(spdlog::stderr_color_mt("tocsin"));
  if (common.quiet) spdlog::set_level(spdlog::level::warn);
  Signals signals{SIGINT, SIGTERM, SIGHUP, SIGPIPE};
  EngineService service(service_options(config));
  bool reload_asked = false;
  const auto stop_asked = [&] {
    const std::optional<int> signal = signals.wait(Duration{0});
    reload_asked = reload_asked || signal == SIGHUP;
    return signal == SIGTERM || signal == SIGINT;
  };
  if (const auto failure = service.start(stop_asked)) return report(*failure, common);
  print_ready(service.ready(), common);
  if (reload_asked) reload(service, common);
  return serve(service, signals, common, config.drain_timeout);
}

}  // namespace

void add_run(Cli& cli) {
  CLI::App& verb =
      cli.verb("run", "The engine: from MQTT to Kafka, by a configuration", kRunExamples);
  auto flags = std::make_shared<RunFlags>();
  verb.add_option("--data", flags->data, "Folder of the logs")->type_name("DIR");
  verb.add_option("--rules", flags->rules, "Rule files or folders")->type_name("PATH");
  verb.add_option("--registry", flags->registry, "Folder with places.csv and devices.csv")
      ->type_name("DIR");
  verb.add_option("--broker", flags->broker, "MQTT broker to subscribe to")
      ->type_name("tcp://HOST:PORT");
  verb.add_option("--listen", flags->listen, "MQTT listener of our own (not in this version)")
      ->type_name("HOST:PORT");
  verb.add_option("--kafka", flags->kafka, "Kafka servers, or 'dev': in memory, for development")
      ->type_name("HOST:PORT[,...]|dev");
  verb.add_option("--http", flags->http, "Address of /livez, /readyz, /metrics and the API")
      ->type_name("HOST:PORT");
  verb.add_flag("--stdout", flags->stdout_sink, "Alert revisions on stdout too, as JSON lines");
  cli.on(verb, [&cli, flags] { return run(*flags, cli.common()); });
}

}  // namespace tocsin::app
