#pragma once
/// EngineService: the running engine. Owns the two logs, the source, the engine thread, the sinks
/// and the HTTP server; starts them in the order the data flows backwards (so that nothing is
/// produced before someone takes it) and stops them in the order it flows.
///
///     Source -> event log -> EngineLoop -> alert log -> sinks (Kafka, MQTT, stdout)
///
/// Thread: start, reload and stop from one thread. status() from any.
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/runtime/degraded.h"
#include "core/alert.h"
#include "core/books.h"
#include "core/diagnostic.h"
#include "core/time.h"
#include "journal/segment_index.h"
#include "rules/engine.h"

namespace tocsin::app {

struct BrokerOptions {
  std::string uri;  ///< "tcp://HOST:PORT"
  std::string
      client_id;  ///< stable: the broker keeps the session by it; empty: from the data folder
  std::string username;
  std::string password_file;
  std::string trust_store;  ///< PEM file, for ssl:// uris
};

struct KafkaOptions {
  std::string
      bootstrap;  ///< "HOST:PORT[,...]"; "dev": in memory inside this process; empty: no Kafka
  std::string topic = "tocsin.alerts";
  std::string shadow_topic = "tocsin.alerts.shadow";
  std::string heartbeat_topic = "tocsin.heartbeat";
  std::string latest_topic = "tocsin.alerts.latest";
  std::string engine_id = "tocsin";
  bool transactions = true;
  bool protobuf = false;           ///< values as protobuf instead of JSON
  Duration start_timeout{15'000};  ///< how long start() waits for it
};

struct MqttSinkOptions {
  BrokerOptions broker;
  std::string topic_prefix = "tocsin/alerts/v1";
  std::uint32_t qos = 1;
  bool retain = false;
};

struct JournalOptions {
  bool sync =
      true;  ///< an acknowledgement means fdatasync; false: means the operating system has it
  std::uint64_t segment_bytes = 64ULL * 1024 * 1024;
  std::uint64_t snapshot_every = 100'000;  ///< records
  journal::Retention events{};             ///< what of the event log is kept
  journal::Retention alerts{};
  std::uint64_t reserve = 0;  ///< bytes each log sets aside for a full disk
};

struct ServiceOptions {
  std::string data;  ///< folder, made if missing; <data>/events and <data>/alerts are the logs
  std::vector<std::string> rules;  ///< files or folders
  std::string registry;            ///< folder with places.csv and devices.csv; empty: none
  std::optional<BrokerOptions> broker;
  KafkaOptions kafka;
  std::optional<MqttSinkOptions> mqtt;
  std::string http = "127.0.0.1:8080";  ///< empty: no HTTP
  JournalOptions journal;
  rules::EngineOptions engine;
  bool stdout_sink = false;  ///< alert revisions on stdout as JSON lines
  std::string version;       ///< of the program
};

/// Why the service did not start; `exit_code` is what the process should end with (69, 74, 78; 0:
/// it was asked to stop).
struct StartFailure {
  int exit_code = 0;
  std::string message;       ///< one line
  Diagnostics diagnostics;   ///< of rules or registry
  bool http_in_use = false;  ///< only the address of HTTP is taken
};

struct ReadyInfo {
  std::string mqtt;   ///< what the source is connected to
  std::string kafka;  ///< bootstrap servers; empty: none
  std::string http;   ///< bound address; empty: none
};

struct ReloadOutcome {
  bool ok = false;
  bool changed = false;     ///< false: the same content was in force already
  Diagnostics diagnostics;  ///< why not, and warnings
  std::string message;      ///< one line
};

struct EngineStatus;

class EngineService {
 public:
  explicit EngineService(ServiceOptions options);
  ~EngineService();  ///< stops

  /// Returns once ready: log recovered, rules in force, topics there, source subscribed.
  /// `stop_asked` is looked at while it waits for Kafka; true: it gives up.
  std::optional<StartFailure> start(const std::function<bool()>& stop_asked = {});
  const ReadyInfo& ready() const;

  /// Reads rules and registry again: valid content goes into the log and is in force when this
  /// returns; a bad bundle changes nothing.
  ReloadOutcome reload();

  /// Stops the source, lets the engine apply what the log has, the sinks publish what they can
  /// within `at_most`. Returns what was left unpublished (it stays in the alert log for the next
  /// start).
  std::uint64_t drain_and_stop(Duration at_most);

  std::shared_ptr<const EngineStatus> status() const;
  Books books() const;
  std::set<std::string> rule_names() const;  ///< in force
  std::string failure() const;  ///< why the engine stopped by itself; empty: it did not
  /// Another engine publishes under this one's name; empty: none does.
  std::string fenced() const;
  /// What keeps the service from being fully well; empty: ready.
  std::vector<Degraded> degraded() const;
  std::string metrics_text() const;

  /// Called for each new revision, on a thread of the service; set before start().
  void on_alert(std::function<void(const AlertRevision&)> callback);

 private:
  struct Parts;
  ServiceOptions options_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tocsin::app
