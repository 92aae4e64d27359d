#pragma once
/// Settings of the Kafka sink. The configuration's section `kafka` fills it; defaults are the
/// product's.
#include <cstdint>
#include <map>
#include <string>

#include "core/time.h"

namespace tocsin::alerts {

enum class AlertFormat : std::uint8_t { json, protobuf };

struct KafkaOptions {
  std::string brokers;  ///< "host:port,host:port"
  /// In ce_source and the heartbeat; with the topic, the name under which transactions are fenced.
  std::string engine_id = "tocsin";
  std::string alerts_topic = "tocsin.alerts";
  /// Compacted: the newest revision of each alert, for readers that join late. Only with
  /// transactions.
  std::string latest_topic = "tocsin.alerts.latest";
  std::string shadow_topic = "tocsin.alerts.shadow";
  std::string heartbeat_topic = "tocsin.heartbeat";
  AlertFormat format = AlertFormat::json;
  /// Each batch is one transaction: a read-committed reader sees each revision once, and a newer
  /// engine of this name fences this one. False: milliseconds sooner, but a crash between a
  /// record's arrival and its acknowledgement may repeat it (same alert_id and rev), and nothing
  /// is fenced.
  bool transactions = true;
  std::int32_t partitions = 1;    ///< of topics created here
  std::int16_t replication = -1;  ///< of topics created here; -1: the brokers' default
  Duration heartbeat_interval{5000};
  Duration request_timeout{3000};  ///< each request while connecting
  Duration retry{1000};            ///< between attempts to connect
  /// The broker ends a transaction that stays open longer, such as that of an engine that died:
  /// until then read-committed readers wait, unless the engine starts again.
  Duration transaction_timeout{60'000};
  /// Between transactions; the markers of the last one take the broker some milliseconds, and a
  /// request that meets them waits 20.
  Duration transaction_pace{5};
  std::uint32_t max_in_flight = 10'000;        ///< records taken and not acknowledged
  std::uint32_t max_record_bytes = 1'000'000;  ///< of one record; evidence is cut to fit
  std::string log_id;                          ///< names the alert log; empty: AlertLog::id()
  /// Further librdkafka properties (security.protocol, sasl.*, ssl.*). Those that delivery depends
  /// on cannot be set.
  std::map<std::string, std::string> properties;
};

/// Empty: librdkafka accepts them. Else which property it refuses and why.
std::string check_kafka_options(const KafkaOptions& options);

}  // namespace tocsin::alerts
