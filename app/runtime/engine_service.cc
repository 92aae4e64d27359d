#include "app/runtime/engine_service.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "alerts/alert_log.h"
#include "alerts/alert_pump.h"
#include "alerts/kafka_publisher.h"
#include "alerts/mock_cluster.h"
#include "alerts/mqtt_sink.h"
#include "alerts/stdout_sink.h"
#include "app/runtime/callback_sink.h"
#include "app/runtime/engine_loop.h"
#include "app/runtime/housekeeper.h"
#include "app/runtime/http_server.h"
#include "app/runtime/metrics.h"
#include "app/runtime/published.h"
#include "app/runtime/routes.h"
#include "app/runtime/rule_bundle.h"
#include "core/clock.h"
#include "core/digest.h"
#include "ingest/paho_source.h"
#include "journal/file_log.h"

namespace tocsin::app {
namespace {

constexpr int kExitUnavailable = 69;
constexpr int kExitIo = 74;
constexpr int kExitConfig = 78;
constexpr std::size_t kMaxLoggedBody = 256u << 20;  // a registry of a million devices by content
constexpr Duration kClockTolerance{std::chrono::hours{1}};
constexpr Duration kBeatInterval{10'000};  // dates a stop
constexpr Duration kApplyPatience{30'000};
constexpr Duration kKafkaLook{100};  // between looks at whether to go on waiting
constexpr std::size_t kWarningsShown = 20;
constexpr const char* kSinkSuffix = "-out";  // 23 bytes in all, which every broker takes

StartFailure start_failure(int exit_code, std::string message) {
  return {exit_code, std::move(message), {}, false};
}

// What keeps a bundle from being used: an unreadable file, or errors in it.
std::optional<StartFailure> refused(const ReadBundle& read) {
  if (!read.unreadable.empty()) return start_failure(kExitIo, read.unreadable);
  if (!has_errors(read.diagnostics)) return std::nullopt;
  const auto errors =
      std::ranges::count(read.diagnostics, DiagnosticLevel::error, &Diagnostic::level);
  return StartFailure{
      kExitConfig, fmt::format("{} error{} in rules or registry", errors, errors == 1 ? "" : "s"),
      read.diagnostics, false};
}

void print_warnings(const ReadBundle& read) {
  const std::size_t shown = std::min(read.diagnostics.size(), kWarningsShown);
  for (const Diagnostic& d : std::span(read.diagnostics).first(shown)) {
    spdlog::warn("{}:{}:{}: {} {}", d.file, d.line, d.col, d.code, d.message_en);
  }
  if (shown < read.diagnostics.size()) {
    spdlog::warn("and {} more warnings; `tocsin validate` shows them all",
                 read.diagnostics.size() - shown);
  }
}

// Read, not subtracted: positions also go to the starts of the log.
std::uint64_t revisions_after(const alerts::AlertLog& log, LogPosition position) {
  if (log.last_position() <= position) return 0;
  std::uint64_t count = 0;
  const auto reader = log.read(position + 1);
  for (auto next = reader->next(); next && *next; next = reader->next()) ++count;
  return count;
}

// Stable for one data folder: the broker keeps the session, and what came meanwhile, by it.
std::string default_client_id(const std::string& data) {
  std::error_code ignored;
  const auto whole = std::filesystem::weakly_canonical(data, ignored).string();
  return "tocsin-" + hash128_hex(whole).substr(0, 12);
}

std::string client_id_of(const BrokerOptions& options, const std::string& default_id) {
  return options.client_id.empty() ? default_id : options.client_id;
}

void set_login(const BrokerOptions& from, const std::string& default_id,
               broker::LoginOptions& login) {
  login.uri = from.uri;
  login.client_id = client_id_of(from, default_id);
  login.username = from.username;
  login.password_file = from.password_file;
  login.trust_store = from.trust_store;
}

}  // namespace

// A sink and the thread that carries the alert log to it.
struct RunningSink {
  std::unique_ptr<alerts::Sink> sink;
  std::unique_ptr<alerts::AlertPump> pump;
};

struct EngineService::Parts {
  explicit Parts(const ServiceOptions& given) : options(given) {}

  const ServiceOptions& options;
  SystemClock clock;
  std::unique_ptr<journal::FileLog> events;
  std::unique_ptr<journal::FileLog> alert_file;
  std::unique_ptr<alerts::AlertLog> alert_log;
  std::unique_ptr<EngineLoop> loop;
  std::unique_ptr<alerts::MockCluster> mock;
  std::vector<RunningSink> sinks;
  alerts::KafkaPublisher* publisher = nullptr;  // among the sinks
  alerts::MqttSink* mqtt = nullptr;             // among the sinks
  std::unique_ptr<ingest::PahoSource> source;
  HttpServer http;
  std::unique_ptr<Housekeeper> housekeeper;
  ReadyInfo ready;
  Published<std::string> reload_refusal;  // of the newest reload; empty: it was good
  std::function<void(const AlertRevision&)> on_alert;

  std::optional<StartFailure> open_log(const char* name, std::unique_ptr<journal::FileLog>& log,
                                       Duration beat_interval);
  std::optional<StartFailure> open_logs();
  std::optional<StartFailure> check_that_logs_agree();
  std::optional<StartFailure> recover();
  std::optional<StartFailure> start_sinks();
  std::optional<StartFailure> start_mqtt();
  void add_sink(std::unique_ptr<alerts::Sink> sink);
  std::optional<StartFailure> start_kafka(const std::function<bool()>& stop_asked);
  std::optional<StartFailure> await_kafka(const std::function<bool()>& stop_asked);
  void start_housekeeper();
  void make_source();
  std::optional<StartFailure> start_source();
  std::optional<StartFailure> start_http(const EngineService& service);
  std::optional<StartFailure> put_in_force(const ReadBundle& rules, const ReadBundle& registry);
  std::string log_if_changed(RecordKind kind, const Bundle& bundle, const std::string& in_force);
};

std::optional<StartFailure> EngineService::Parts::open_log(const char* name,
                                                           std::unique_ptr<journal::FileLog>& log,
                                                           Duration beat_interval) {
  journal::FileLogOptions file;
  file.folder = options.data + "/" + name;
  file.segment_bytes = options.journal.segment_bytes;
  file.reserve = options.journal.reserve;
  file.check = journal::Check::last_segment;  // the others as they are read
  file.durability = options.journal.sync ? journal::Durability::sync : journal::Durability::os;
  file.queue.max_record = kMaxLoggedBody;
  file.clock = [this] { return clock.now(); };
  file.beat_interval = beat_interval;
  file.version = options.version;
  std::string detail;
  auto opened = journal::FileLog::open(std::move(file), &detail);
  if (!opened)
    return start_failure(kExitIo, fmt::format("{}: {}", describe(opened.error()), detail));
  log = std::move(*opened);
  if (const auto torn = log->opened().torn_bytes; torn > 0) {
    spdlog::warn("{}/{}: cut {} bytes that a crash left unfinished; they were never acknowledged",
                 options.data, name, torn);
  }
  return std::nullopt;
}

std::optional<StartFailure> EngineService::Parts::open_logs() {
  std::error_code error;
  std::filesystem::create_directories(options.data, error);
  if (error)
    return start_failure(kExitIo, fmt::format("cannot make {}: {}", options.data, error.message()));
  if (auto bad = open_log("events", events, kBeatInterval)) return bad;
  if (auto bad = open_log("alerts", alert_file, Duration::zero())) return bad;
  auto opened = alerts::AlertLog::open(*alert_file);
  if (!opened) {
    return start_failure(kExitIo,
                         fmt::format("{}/alerts: {}", options.data, describe(opened.error())));
  }
  alert_log = std::move(*opened);
  return check_that_logs_agree();
}

// Every alert has its cause in the event log. If not, the event log lost its end (a truncated file,
// a power loss without sync), and new events would take positions that alerts already name.
std::optional<StartFailure> EngineService::Parts::check_that_logs_agree() {
  const auto newest = alert_log->last();
  if (!newest || newest->record <= events->opened().last) return std::nullopt;
  return start_failure(
      kExitIo, fmt::format("{0}/alerts names event record {1}, but {0}/events ends at {2}: the "
                           "event log lost its end; restore it, or start with another data folder",
                           options.data, newest->record, events->opened().last));
}

// The engine goes on from its newest snapshot and applies the log after it again; revisions that
// the alert log has are not said twice.
std::optional<StartFailure> EngineService::Parts::recover() {
  const LogPosition last = events->durable();
  loop = std::make_unique<EngineLoop>(
      *events, *alert_log, [this] { return events->now(); }, options.engine,
      SnapshotOptions{options.data + "/snapshots", options.journal.snapshot_every});
  for (const std::string& why : loop->resume()) spdlog::warn("snapshot passed over: {}", why);
  loop->start();
  while (!loop->wait_applied(last, Duration{2000})) {
    const auto status = loop->status();
    if (!status->failure.empty()) return start_failure(kExitIo, status->failure);
    spdlog::info("recovering: {} of {} records", status->applied, last);
  }
  return std::nullopt;
}

// Appends the content unless it is what the log has in force. Returns why not, or nothing.
std::string EngineService::Parts::log_if_changed(RecordKind kind, const Bundle& bundle,
                                                 const std::string& in_force) {
  if (bundle.version == in_force) return {};
  const std::string body = kind == RecordKind::bundle ? bundle_body(bundle) : registry_body(bundle);
  const auto position = events->append(kind, body);
  if (!position)
    return fmt::format("the log takes no {}: {}", to_string(kind), describe(position.error()));
  if (const auto done = events->commit(*position); !done) {
    return fmt::format("the log takes no {}: {}", to_string(kind), describe(done.error()));
  }
  if (!loop->wait_applied(*position, kApplyPatience)) return "the engine did not take it in time";
  return {};
}

std::optional<StartFailure> EngineService::Parts::put_in_force(const ReadBundle& rules,
                                                               const ReadBundle& registry) {
  const auto status = loop->status();
  std::string bad;
  if (registry.bundle) {
    bad = log_if_changed(RecordKind::registry, *registry.bundle, status->registry_version);
  }
  if (bad.empty()) bad = log_if_changed(RecordKind::bundle, *rules.bundle, status->bundle_version);
  if (!bad.empty()) return start_failure(kExitIo, bad);
  return std::nullopt;
}

// Before the engine appends to the alert log: what they have not seen begins here.
std::optional<StartFailure> EngineService::Parts::start_sinks() {
  const LogPosition from = alert_file->durable() + 1;
  if (on_alert) add_sink(std::make_unique<CallbackSink>(from, on_alert));
  if (options.stdout_sink)
    add_sink(std::make_unique<alerts::StdoutSink>(stdout, from, std::nullopt));
  return start_mqtt();
}

// A broker that is away is waited for by nobody: the sink says so in /readyz.
std::optional<StartFailure> EngineService::Parts::start_mqtt() {
  if (!options.mqtt) return std::nullopt;
  alerts::MqttOptions to;
  const std::string own_id = default_client_id(options.data);
  set_login(options.mqtt->broker, own_id + kSinkSuffix, to);
  to.topic_prefix = options.mqtt->topic_prefix;
  to.qos = static_cast<int>(options.mqtt->qos);
  to.retain = options.mqtt->retain;
  to.position_file = options.data + "/mqtt.position";
  if (const std::string bad = alerts::check_mqtt_options(to); !bad.empty())
    return start_failure(kExitConfig, "sinks.mqtt: " + bad);
  if (options.broker && options.broker->uri == to.uri &&
      client_id_of(*options.broker, own_id) == to.client_id) {
    return start_failure(
        kExitConfig,
        fmt::format("sinks.mqtt.client_id '{}' is the source's too: the broker would throw one of "
                    "them out for the other; choose another, or leave it empty",
                    to.client_id));
  }
  auto sink = std::make_unique<alerts::MqttSink>(*alert_log, to, [this] { return clock.now(); });
  if (!sink->position_warning().empty()) spdlog::warn("{}", sink->position_warning());
  mqtt = sink.get();
  add_sink(std::move(sink));
  return std::nullopt;
}

void EngineService::Parts::add_sink(std::unique_ptr<alerts::Sink> sink) {
  auto pump =
      std::make_unique<alerts::AlertPump>(*alert_log, *sink, [this] { return clock.now(); });
  pump->start();
  sinks.push_back({std::move(sink), std::move(pump)});
}

std::optional<StartFailure> EngineService::Parts::start_kafka(
    const std::function<bool()>& stop_asked) {
  if (options.kafka.bootstrap.empty()) return std::nullopt;
  alerts::KafkaOptions kafka;
  kafka.brokers = options.kafka.bootstrap;
  if (kafka.brokers == "dev") {
    mock = alerts::MockCluster::start();
    if (!mock) return start_failure(kExitUnavailable, "the in-memory Kafka does not start");
    kafka.brokers = mock->bootstrap();
  }
  kafka.alerts_topic = options.kafka.topic;
  kafka.shadow_topic = options.kafka.shadow_topic;
  kafka.heartbeat_topic = options.kafka.heartbeat_topic;
  kafka.latest_topic = options.kafka.latest_topic;
  kafka.engine_id = options.kafka.engine_id;
  kafka.transactions = options.kafka.transactions;
  kafka.format = options.kafka.protobuf ? alerts::AlertFormat::protobuf : alerts::AlertFormat::json;
  if (mock && !mock->create_topics(kafka)) {
    return start_failure(kExitUnavailable, "the in-memory Kafka makes no topics");
  }
  if (const std::string bad = alerts::check_kafka_options(kafka); !bad.empty()) {
    return start_failure(kExitConfig, "kafka: " + bad);
  }
  auto sink =
      std::make_unique<alerts::KafkaPublisher>(*alert_log, kafka, [this] { return clock.now(); });
  publisher = sink.get();
  add_sink(std::move(sink));
  ready.kafka = kafka.brokers;
  return await_kafka(stop_asked);
}

std::optional<StartFailure> EngineService::Parts::await_kafka(
    const std::function<bool()>& stop_asked) {
  const Duration patience = options.kafka.start_timeout;
  if (publisher->wait_ready(std::min(kKafkaLook, patience))) return std::nullopt;
  spdlog::info("waiting for Kafka at {}, at most {} s", ready.kafka,
               static_cast<double>(patience.count()) / 1000);
  const Timestamp deadline = clock.now() + patience;
  while (!publisher->wait_ready(kKafkaLook)) {
    if (stop_asked && stop_asked())
      return start_failure(0, "stopped while it waited for Kafka; alerts stay in the alert log");
    if (clock.now() < deadline) continue;
    return start_failure(
        kExitUnavailable,
        fmt::format("Kafka at {} is not ready after {} s: {}", ready.kafka,
                    static_cast<double>(patience.count()) / 1000, publisher->status().last_error));
  }
  return std::nullopt;
}

void EngineService::Parts::start_housekeeper() {
  const auto published = [this] {
    LogPosition position = UINT64_MAX;
    const auto look = [&](const alerts::Sink* sink) {
      if (sink != nullptr) position = std::min(position, sink->status().published_position);
    };
    look(publisher);
    look(mqtt);
    return position;
  };
  housekeeper = std::make_unique<Housekeeper>(
      LogToKeep{*events, options.journal.events}, LogToKeep{*alert_file, options.journal.alerts},
      SnapshotFolder(options.data + "/snapshots"), *alert_log, published);
  housekeeper->start();
}

void EngineService::Parts::make_source() {
  if (!options.broker) return;
  ingest::PahoOptions paho;
  set_login(*options.broker, default_client_id(options.data), paho);
  source = std::make_unique<ingest::PahoSource>(std::move(paho));
}

std::optional<StartFailure> EngineService::Parts::start_source() {
  if (!source) return std::nullopt;
  if (const auto started = source->start(*events); !started) {
    // A log that takes nothing acknowledges nothing, and the broker looks as if it refused.
    if (const auto health = events->metrics().health; health != journal::LogHealth::ok)
      return start_failure(
          kExitIo, fmt::format("log {}/events: {}", options.data, journal::to_string(health)));
    return start_failure(kExitUnavailable, fmt::format("broker {}: {}", options.broker->uri,
                                                       to_string(started.error())));
  }
  ready.mqtt = source->address();
  return std::nullopt;
}

std::optional<StartFailure> EngineService::Parts::start_http(const EngineService& service) {
  if (options.http.empty()) return std::nullopt;
  const auto bound = http.start(options.http, make_routes(service));
  if (!bound) {
    const int code = bound.error() == HttpError::bad_address ? kExitConfig : kExitUnavailable;
    auto failure = start_failure(
        code, fmt::format("HTTP cannot listen on {}: {}", options.http, to_string(bound.error())));
    failure.http_in_use = bound.error() == HttpError::address_in_use;
    return failure;
  }
  ready.http = *bound;
  return std::nullopt;
}

EngineService::EngineService(ServiceOptions options)
    : options_(std::move(options)), parts_(std::make_unique<Parts>(options_)) {}

EngineService::~EngineService() { drain_and_stop(Duration{0}); }

const ReadyInfo& EngineService::ready() const { return parts_->ready; }

void EngineService::on_alert(std::function<void(const AlertRevision&)> callback) {
  parts_->on_alert = std::move(callback);
}

// Sinks first, the source last: nothing is produced before someone takes it.
std::optional<StartFailure> EngineService::start(const std::function<bool()>& stop_asked) {
  Parts& p = *parts_;
  ReadBundle registry;
  if (!options_.registry.empty()) registry = read_registry(options_.registry);
  if (auto bad = refused(registry)) return bad;
  const ReadBundle rules = read_rule_bundle(options_.rules, registry.bundle.has_value());
  if (auto bad = refused(rules)) return bad;
  print_warnings(rules);
  print_warnings(registry);

  if (auto bad = p.open_logs()) return bad;
  if (auto bad = p.start_sinks()) return bad;
  if (auto bad = p.recover()) return bad;
  if (auto bad = p.put_in_force(rules, registry)) return bad;
  if (auto bad = p.start_kafka(stop_asked)) return bad;
  p.start_housekeeper();
  p.make_source();  // before HTTP, whose thread looks at it
  if (auto bad = p.start_http(*this)) return bad;
  return p.start_source();
}

ReloadOutcome EngineService::reload() {
  Parts& p = *parts_;
  ReadBundle registry;
  if (!options_.registry.empty()) registry = read_registry(options_.registry);
  ReadBundle rules = read_rule_bundle(options_.rules, registry.bundle.has_value());
  ReloadOutcome outcome;
  outcome.diagnostics = rules.diagnostics;
  const auto rows = std::min(registry.diagnostics.size(), kWarningsShown);
  outcome.diagnostics.insert(outcome.diagnostics.end(), registry.diagnostics.begin(),
                             registry.diagnostics.begin() + static_cast<std::ptrdiff_t>(rows));
  for (const ReadBundle* read : {&registry, &rules}) {
    if (auto bad = refused(*read)) {
      outcome.message = bad->message;
      outcome.diagnostics = bad->diagnostics;
      p.reload_refusal.publish(bad->message);
      return outcome;
    }
  }
  const auto before = p.loop->status();
  outcome.changed = rules.bundle->version != before->bundle_version ||
                    (registry.bundle && registry.bundle->version != before->registry_version);
  if (const auto bad = p.put_in_force(rules, registry)) {
    outcome.message = bad->message;
    p.reload_refusal.publish(bad->message);
    return outcome;
  }
  p.reload_refusal.publish({});
  outcome.ok = true;
  outcome.message = outcome.changed ? fmt::format("{} rules in force", rules.count)
                                    : std::string("nothing changed");
  return outcome;
}

std::uint64_t EngineService::drain_and_stop(Duration at_most) {
  Parts& p = *parts_;
  if (p.housekeeper) p.housekeeper->stop();
  if (p.source) p.source->stop();
  if (p.loop) p.loop->drain_and_stop();
  if (p.alert_log && p.alert_log->last_position() > 0)
    (void)p.alert_log->commit(p.alert_log->last_position());
  const Timestamp deadline = p.clock.now() + at_most;  // the others go on while one is waited for
  for (RunningSink& running : p.sinks)
    running.pump->stop(std::max(deadline - p.clock.now(), Duration{0}));
  p.http.stop();
  std::uint64_t left = 0;
  const auto look = [&](const alerts::Sink* sink) {
    if (sink != nullptr)
      left = std::max(left, revisions_after(*p.alert_log, sink->status().published_position));
  };
  look(p.publisher);
  look(p.mqtt);
  return left;
}

std::shared_ptr<const EngineStatus> EngineService::status() const { return parts_->loop->status(); }
Books EngineService::books() const { return status()->books; }
std::set<std::string> EngineService::rule_names() const {
  std::set<std::string> names;
  for (const RuleStatus& rule : status()->rules) names.insert(rule.name);
  return names;
}
std::string EngineService::failure() const { return status()->failure; }

std::string EngineService::fenced() const {
  const Parts& p = *parts_;
  if (p.publisher == nullptr || !p.publisher->status().fenced) return {};
  return fmt::format(
      "fenced: another engine publishes to {} as '{}' (kafka.engine_id); what is not out yet stays "
      "in the alert log of this one",
      p.options.kafka.topic, p.options.kafka.engine_id);
}

std::vector<Degraded> EngineService::degraded() const {
  const Parts& p = *parts_;
  std::vector<Degraded> reasons;
  const auto add = [&](Part part, std::string reason) {
    reasons.push_back({part, std::move(reason)});
  };
  const auto status = p.loop->status();
  if (!status->failure.empty()) add(Part::engine, "engine stopped: " + status->failure);
  if (!status->waiting.empty()) add(Part::alert_log_full, "engine waits: " + status->waiting);
  if (!status->books.balance()) add(Part::books, "the books do not balance");
  if (status->snapshot_failed)
    add(Part::snapshot, "the newest snapshot did not get onto the disk; a start will take longer");
  if (status->refused_records > 0) add(Part::refused_record, status->last_refusal);
  const auto add_log = [&](Part part, const char* name, const journal::FileLog& log) {
    const auto health = log.metrics().health;
    if (health != journal::LogHealth::ok)
      add(part, fmt::format("log {}: {}", name, journal::to_string(health)));
  };
  add_log(Part::event_log, "events", *p.events);
  add_log(Part::alert_log, "alerts", *p.alert_file);
  if (p.housekeeper) {
    if (auto why = p.housekeeper->trouble(); !why.empty()) add(Part::retention, std::move(why));
  }
  if (p.source && !p.source->status().connected) {
    add(Part::broker,
        fmt::format("broker {} is not connected; trying again", options_.broker->uri));
  }
  if (p.publisher != nullptr) {
    const alerts::SinkStatus kafka = p.publisher->status();
    if (kafka.fenced) {
      add(Part::kafka, fenced());
    } else if (!kafka.connected) {
      add(Part::kafka, fmt::format("Kafka {} is not connected ({}); alerts wait in the alert log",
                                   p.ready.kafka, kafka.last_error));
    }
  }
  if (p.mqtt != nullptr) {
    const alerts::SinkStatus mqtt = p.mqtt->status();
    if (!mqtt.connected)
      add(Part::mqtt, fmt::format("MQTT sink {}: {}; what it does not take waits in the alert log",
                                  options_.mqtt->broker.uri, mqtt.last_error));
  }
  const Duration wall = p.clock.wall_offset();
  if (wall > kClockTolerance || wall < -kClockTolerance ||
      p.events->opened().clock_shift > kClockTolerance) {
    add(Part::wall_clock, fmt::format("the wall clock is {} s away from engine time",
                                      (wall - p.events->opened().clock_shift).count() / 1000));
  }
  if (const auto refusal = p.reload_refusal.get(); !refusal->empty()) {
    add(Part::reload, "the last reload was refused: " + *refusal);
  }
  return reasons;
}

std::string EngineService::metrics_text() const {
  const Parts& p = *parts_;
  MetricText out;
  add_engine_metrics(out, *p.loop->status());
  add_log_metrics(out, "events", p.events->metrics());
  add_log_metrics(out, "alerts", p.alert_file->metrics());
  if (p.source) add_source_metrics(out, p.source->status());
  if (p.publisher)
    add_sink_metrics(out, "kafka", p.publisher->status(), p.alert_log->last_position());
  if (p.mqtt) add_sink_metrics(out, "mqtt", p.mqtt->status(), p.alert_log->last_position());
  out.gauge("tocsin_ready", "1 if nothing is degraded.", degraded().empty() ? 1 : 0);
  return out.text();
}

}  // namespace tocsin::app
