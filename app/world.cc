#include "app/world.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "app/text.h"
#include "bench/sim/sim.h"

namespace tocsin::app {
namespace {

constexpr Duration kBrokerPatience{10'000};
constexpr int kKafkaPatienceSeconds = 60;
constexpr int kEnginePatienceSeconds = 60;
constexpr Duration kCityPatience{5000};
constexpr Duration kServerPatience{8000};

// The last line of a log, for a message.
std::string last_line(const std::string& path) {
  std::ifstream file(path);
  std::string line, last;
  while (std::getline(file, line)) {
    if (!line.empty()) last = line;
  }
  return last;
}

}  // namespace

std::string deploy_folder() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  for (const fs::path& base : {self.parent_path() / "../..", fs::path(".")}) {
    const fs::path deploy = base / "deploy";
    if (fs::is_directory(deploy / "rules.d", error))
      return fs::weakly_canonical(deploy, error).string();
  }
  return {};
}

std::string World::start_broker() {
  mqtt_port_ = free_port();
  const std::string config = folder() + "/mosquitto.conf";
  // Queues without a limit: what the engine cannot take at once waits instead of vanishing.
  std::ofstream(config) << "listener " << mqtt_port_ << " 127.0.0.1\nallow_anonymous true\n"
                        << "max_queued_messages 0\nmax_inflight_messages 1000\nlog_dest stderr\n"
                        // Without it mosquitto changes its user, and no longer dies with us.
                        << (::geteuid() == 0 ? "user root\n" : "");
  // Debian puts it where only root's PATH looks.
  if (!broker_.start({"mosquitto", "-c", config}, log("mosquitto")) &&
      !broker_.start({"/usr/sbin/mosquitto", "-c", config}, log("mosquitto"))) {
    return fmt::format("mosquitto does not start: {} (apt-get install mosquitto)",
                       std::strerror(errno));
  }
  if (wait_listening(mqtt_port_, kBrokerPatience)) return {};
  return "mosquitto does not listen: " + last_line(log("mosquitto"));
}

std::string World::start_kafka(const std::string& script) {
  const std::string data = folder() + "/kafka";
  if (!kafka_process_.start({script, "run", data}, log("kafka"))) {
    return fmt::format("{} does not start: {}", script, std::strerror(errno));
  }
  for (int tenths = 0; tenths < kKafkaPatienceSeconds * 10; ++tenths) {
    std::ifstream file(data + "/bootstrap");
    if (file >> kafka_bootstrap_) return {};
    if (!kafka_process_.running()) return "Kafka ended: " + last_line(log("kafka"));
    poll(nullptr, 0, 100);
  }
  return fmt::format("Kafka is not ready after {} s: {}", kKafkaPatienceSeconds,
                     last_line(log("kafka")));
}

std::string World::write_registry(const CityOptions& city) {
  sim::SimOptions options;
  options.devices = city.devices;
  options.seed = city.seed;
  options.write_registry = registry_folder();
  options.registry_only = true;
  const std::atomic<bool> never{false};
  const auto written = sim::run_sim(options, never);
  return written ? std::string{}
                 : fmt::format("the simulated city: {}", sim::to_string(written.error()));
}

std::string World::start_engine(const std::string& rules) {
  const std::vector<std::string> command{"/proc/self/exe", "run",
                                         "--json",         "-q",
                                         "--data",         folder() + "/data",
                                         "--rules",        rules,
                                         "--registry",     registry_folder(),
                                         "--broker",       broker_uri(),
                                         "--kafka",        kafka_bootstrap_,
                                         "--http",         "127.0.0.1:0"};
  if (!engine_.start(command, log("engine"))) {
    return fmt::format("the engine does not start: {}", std::strerror(errno));
  }
  for (int tenths = 0; tenths < kEnginePatienceSeconds * 10; ++tenths) {
    if (last_line(log("engine")).find("\"ready\":true") != std::string::npos) return {};
    if (!engine_.running()) return "the engine ended: " + last_line(log("engine"));
    poll(nullptr, 0, 100);
  }
  return fmt::format("the engine is not ready after {} s: {}", kEnginePatienceSeconds,
                     last_line(log("engine")));
}

std::string World::start_city(const CityOptions& city) {
  std::vector<std::string> command{"/proc/self/exe", "sim",
                                   "--broker",       broker_uri(),
                                   "--devices",      std::to_string(city.devices),
                                   "--seed",         std::to_string(city.seed),
                                   "--scenario",     city.scenario,
                                   "--truth",        truth_file()};
  if (!city.rate.empty()) command.insert(command.end(), {"--rate", city.rate});
  if (city.run_for) command.insert(command.end(), {"--for", duration_text(*city.run_for)});
  if (city_.start(command, log("city"))) return {};
  return fmt::format("the simulated city does not start: {}", std::strerror(errno));
}

bool World::stop_city() {
  const auto ended = city_.running() ? city_.stop(kCityPatience) : std::optional<int>(0);
  return !ended || *ended == 0;
}

void World::stop_servers() {
  engine_.stop(kServerPatience);
  broker_.stop(kServerPatience);
  kafka_process_.stop(kServerPatience);
}

}  // namespace tocsin::app
