#pragma once
/// The world around the engine in `tocsin demo` and `tocsin bench e2e`: a real mosquitto, a real
/// Kafka if asked for, the simulated city (and for the benchmark the engine) as processes of their
/// own. All are children; all are gone when this is.
///
/// Thread: the main thread. Errors: each start says in one line what is wrong; empty: fine.
#include <cstdint>
#include <optional>
#include <string>

#include "app/child_process.h"

namespace tocsin::app {

struct CityOptions {
  std::uint32_t devices = 1000;
  std::uint64_t seed = 1;
  std::string scenario = "duplicates";
  std::string rate;  ///< as `tocsin sim --rate`; empty: what the devices make
  std::optional<Duration> run_for;
};

/// Where the repository's deploy/ is: beside the build the binary is in, or below the current
/// folder; empty: neither.
std::string deploy_folder();

class World {
 public:
  World() : folder_("tocsin-demo") {}

  std::string start_broker();
  /// `script`: deploy/kafka.sh. Takes some seconds.
  std::string start_kafka(const std::string& script);
  std::string write_registry(const CityOptions& city);
  std::string start_city(const CityOptions& city);
  /// `tocsin run` as a child, between this broker and this Kafka, until it is ready.
  std::string start_engine(const std::string& rules);

  /// The city stops sending; true: it ended well. (The engine, if a child, is stopped with the
  /// servers.)
  bool stop_city();
  bool city_ended() { return !city_.running(); }
  void stop_servers();

  const std::string& folder() const { return folder_.path(); }
  unsigned short mqtt_port() const { return mqtt_port_; }
  std::string broker_uri() const { return "tcp://127.0.0.1:" + std::to_string(mqtt_port_); }
  const std::string& kafka() const { return kafka_bootstrap_; }
  std::string registry_folder() const { return folder() + "/registry"; }
  std::string truth_file() const { return folder() + "/truth.ndjson"; }

 private:
  std::string log(const char* name) const { return folder() + "/" + name + ".log"; }

  TemporaryFolder folder_;
  ChildProcess broker_;
  ChildProcess kafka_process_;
  ChildProcess city_;
  ChildProcess engine_;
  unsigned short mqtt_port_ = 0;
  std::string kafka_bootstrap_;
};

}  // namespace tocsin::app
