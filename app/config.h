#pragma once
/// tocsin.yaml as a struct, with the defaults in place. One table (config_keys) says each key's
/// path, type, bounds and meaning; reading, the JSON Schema and the test against deploy/tocsin.yaml
/// use it.
///
/// Flags of `tocsin run` win over the file. Secrets are never in it, only paths to them. Relative
/// paths in a file are relative to the file's folder (resolve_paths).
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/diagnostic.h"
#include "core/time.h"

namespace tocsin::app {

struct Config {
  std::string data = "data";
  std::vector<std::string> rules{"rules.d"};
  std::string registry;
  std::string language = "en";

  struct Broker {
    std::string uri;
    std::string client_id;
    std::string username;
    std::string password_file;
    std::string trust_store;
    friend bool operator==(const Broker&, const Broker&) = default;
  } broker;

  struct Kafka {
    std::string bootstrap;
    std::string topic = "tocsin.alerts";
    std::string shadow_topic = "tocsin.alerts.shadow";
    std::string heartbeat_topic = "tocsin.heartbeat";
    std::string latest_topic = "tocsin.alerts.latest";
    std::string engine_id = "tocsin";
    bool transactions = true;
    std::string format = "json";
    Duration start_timeout{15'000};
    friend bool operator==(const Kafka&, const Kafka&) = default;
  } kafka;

  struct Http {
    std::string listen = "127.0.0.1:8080";
    friend bool operator==(const Http&, const Http&) = default;
  } http;

  struct Journal {
    std::string durability = "sync";
    std::uint64_t segment_size = 64ULL * 1024 * 1024;
    std::uint32_t snapshot_every = 100'000;
    Duration retention_time{7LL * 24 * 3600 * 1000};
    std::uint64_t retention_size = 16ULL * 1024 * 1024 * 1024;
    Duration alert_retention_time{90LL * 24 * 3600 * 1000};
    std::uint64_t alert_retention_size = 4ULL * 1024 * 1024 * 1024;
    std::uint64_t reserve = 16ULL * 1024 * 1024;
    friend bool operator==(const Journal&, const Journal&) = default;
  } journal;

  struct Engine {
    Duration dedup_window{10 * 60 * 1000};
    std::uint32_t dedup_entries_per_device = 64;
    Duration future_skew{5000};
    friend bool operator==(const Engine&, const Engine&) = default;
  } engine;

  struct Mqtt {
    std::string uri;
    std::string client_id;
    std::string username;
    std::string password_file;
    std::string trust_store;
    std::string topic_prefix = "tocsin/alerts/v1";
    std::uint32_t qos = 1;
    bool retain = false;
    friend bool operator==(const Mqtt&, const Mqtt&) = default;
  };

  struct Sinks {
    bool stdout_sink = false;
    Mqtt mqtt;
    friend bool operator==(const Sinks&, const Sinks&) = default;
  } sinks;

  Duration drain_timeout{10'000};

  friend bool operator==(const Config&, const Config&) = default;
};

/// Where a key's value lives in a Config.
using ConfigField = std::variant<std::string*, std::vector<std::string>*, bool*, Duration*,
                                 std::uint32_t*, std::uint64_t*>;

enum class ConfigKind : std::uint8_t {
  text,
  path,   ///< resolved against the file's folder
  paths,  ///< one or a list
  word,   ///< one of `words`
  flag,
  duration,
  count,
  bytes,
};

struct ConfigKey {
  std::string_view path;  ///< "kafka.topic"
  ConfigKind kind;
  ConfigField (*field)(Config&);
  std::string_view meaning;
  std::span<const std::string_view> words = {};
  std::uint64_t min = 0;  ///< of durations in ms
  std::uint64_t max = UINT64_MAX;
};
const std::vector<ConfigKey>& config_keys();

struct ConfigRead {
  Config config;
  Diagnostics diagnostics;                ///< all of them
  std::vector<std::string_view> present;  ///< paths of the keys that the file gives
};
/// `file`: as diagnostics name it.
ConfigRead parse_config(const std::string& file, const std::string& text);

/// Makes relative paths of `config` relative to `folder`.
void resolve_paths(Config& config, const std::string& folder);

/// JSON Schema (2020-12) of tocsin.yaml, from config_keys().
std::string config_schema();

}  // namespace tocsin::app
