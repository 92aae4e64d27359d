#include <array>

#include "app/config.h"

namespace tocsin::app {
namespace {

constexpr std::uint64_t kDayMs = 24ULL * 3600 * 1000;
constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kMaxRetention = 1024 * 1024 * kMiB;  // 1 TiB

using Words = std::span<const std::string_view>;
constexpr Words kNoWords;
constexpr std::array<std::string_view, 2> kLanguages{"en", "zh"};
constexpr std::array<std::string_view, 2> kFormats{"json", "protobuf"};
constexpr std::array<std::string_view, 2> kDurabilities{"sync", "os"};

// The address of one member, as a function the table can hold.
#define TOCSIN_FIELD(member) +[](Config& c) -> ConfigField { return &c.member; }

std::vector<ConfigKey> make_keys() {
  using enum ConfigKind;
  return {
      {"data", path, TOCSIN_FIELD(data),
       "Folder of the event log and the alert log; made if missing"},
      {"rules", paths, TOCSIN_FIELD(rules), "Rule files or folders of them"},
      {"registry", path, TOCSIN_FIELD(registry),
       "Folder with places.csv and devices.csv; empty: no registry"},
      {"language", word, TOCSIN_FIELD(language), "Language of messages", kLanguages},
      {"drain_timeout", duration, TOCSIN_FIELD(drain_timeout),
       "How long a stop waits for sinks; the rest stays in the alert log", kNoWords, 0, kDayMs},
      {"source.broker.uri", text, TOCSIN_FIELD(broker.uri),
       "MQTT broker to subscribe to, tcp://HOST:PORT or ssl://HOST:PORT; empty: none"},
      {"source.broker.client_id", text, TOCSIN_FIELD(broker.client_id),
       "The broker keeps the session by it; empty: made once for the data folder"},
      {"source.broker.username", text, TOCSIN_FIELD(broker.username),
       "User at the broker; empty: anonymous"},
      {"source.broker.password_file", path, TOCSIN_FIELD(broker.password_file),
       "File that holds the password"},
      {"source.broker.trust_store", path, TOCSIN_FIELD(broker.trust_store),
       "PEM file of trusted certificates, for ssl://"},
      {"kafka.bootstrap", text, TOCSIN_FIELD(kafka.bootstrap),
       "HOST:PORT[,...]; dev: in memory inside the process, for development; empty: no Kafka"},
      {"kafka.topic", text, TOCSIN_FIELD(kafka.topic), "Topic of alert revisions"},
      {"kafka.shadow_topic", text, TOCSIN_FIELD(kafka.shadow_topic),
       "Topic of rules in shadow mode"},
      {"kafka.heartbeat_topic", text, TOCSIN_FIELD(kafka.heartbeat_topic),
       "Topic that proves every 5 s that the feed is alive"},
      {"kafka.latest_topic", text, TOCSIN_FIELD(kafka.latest_topic),
       "Compacted topic of the newest revision of each alert; only with transactions"},
      {"kafka.engine_id", text, TOCSIN_FIELD(kafka.engine_id),
       "Name of this engine: of two with one name and topic the newer fences the older"},
      {"kafka.transactions", flag, TOCSIN_FIELD(kafka.transactions),
       "Each revision once, also after a crash; false: sooner, but a crash may repeat one"},
      {"kafka.format", word, TOCSIN_FIELD(kafka.format), "Form of the values", kFormats},
      {"kafka.start_timeout", duration, TOCSIN_FIELD(kafka.start_timeout),
       "How long a start waits for Kafka before it gives up", kNoWords, 0, kDayMs},
      {"http.listen", text, TOCSIN_FIELD(http.listen),
       "Address of /livez, /readyz, /metrics; port 0: a free one; empty: no HTTP"},
      {"journal.durability", word, TOCSIN_FIELD(journal.durability),
       "sync: on the disk before a frame is acknowledged; os: with the operating system",
       kDurabilities},
      {"journal.segment_size", bytes, TOCSIN_FIELD(journal.segment_size),
       "A log file is closed at this size", kNoWords, kMiB, 4096 * kMiB},
      {"journal.snapshot_every", count, TOCSIN_FIELD(journal.snapshot_every),
       "Records between snapshots of the engine's state", kNoWords, 1, 100'000'000},
      {"journal.retention_time", duration, TOCSIN_FIELD(journal.retention_time),
       "How long events are kept; 0s: for ever", kNoWords, 0, 3660 * kDayMs},
      {"journal.retention_size", bytes, TOCSIN_FIELD(journal.retention_size),
       "How much of the event log is kept; 0MiB: all", kNoWords, 0, kMaxRetention},
      {"journal.alert_retention_time", duration, TOCSIN_FIELD(journal.alert_retention_time),
       "How long alerts are kept; 0s: for ever", kNoWords, 0, 3660 * kDayMs},
      {"journal.alert_retention_size", bytes, TOCSIN_FIELD(journal.alert_retention_size),
       "How much of the alert log is kept; 0MiB: all", kNoWords, 0, kMaxRetention},
      {"journal.reserve", bytes, TOCSIN_FIELD(journal.reserve),
       "Space set aside by each log for a full disk; 0MiB: none", kNoWords, 0, 4096 * kMiB},
      {"engine.dedup_window", duration, TOCSIN_FIELD(engine.dedup_window),
       "How long a transport duplicate is recognised", kNoWords, 0, 7 * kDayMs},
      {"engine.dedup_entries_per_device", count, TOCSIN_FIELD(engine.dedup_entries_per_device),
       "Messages remembered per device; the oldest goes first", kNoWords, 1, 65'536},
      {"engine.future_skew", duration, TOCSIN_FIELD(engine.future_skew),
       "An event time further ahead of its arrival is replaced by the arrival", kNoWords, 0,
       kDayMs},
      {"sinks.stdout", flag, TOCSIN_FIELD(sinks.stdout_sink),
       "Alert revisions on stdout as JSON lines"},
      {"sinks.mqtt.uri", text, TOCSIN_FIELD(sinks.mqtt.uri),
       "MQTT broker to publish alerts to, tcp://HOST:PORT or ssl://HOST:PORT; empty: none"},
      {"sinks.mqtt.client_id", text, TOCSIN_FIELD(sinks.mqtt.client_id),
       "Not that of another client of the broker; empty: made once for the data folder"},
      {"sinks.mqtt.username", text, TOCSIN_FIELD(sinks.mqtt.username),
       "User at the broker; empty: anonymous"},
      {"sinks.mqtt.password_file", path, TOCSIN_FIELD(sinks.mqtt.password_file),
       "File that holds the password; read again at each connect"},
      {"sinks.mqtt.trust_store", path, TOCSIN_FIELD(sinks.mqtt.trust_store),
       "PEM file of trusted certificates, for ssl://"},
      {"sinks.mqtt.topic_prefix", text, TOCSIN_FIELD(sinks.mqtt.topic_prefix),
       "Alerts go to PREFIX/CATEGORY/RULE/ALERT_ID; not below tocsin/v1, where events come in"},
      {"sinks.mqtt.qos", count, TOCSIN_FIELD(sinks.mqtt.qos),
       "1: until the broker has acknowledged it; 0: sent once, and a lost connection may lose it",
       kNoWords, 0, 1},
      {"sinks.mqtt.retain", flag, TOCSIN_FIELD(sinks.mqtt.retain),
       "The broker keeps the newest revision of each open alert, for readers that join late"},
  };
}

#undef TOCSIN_FIELD

}  // namespace

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> keys = make_keys();
  return keys;
}

}  // namespace tocsin::app
