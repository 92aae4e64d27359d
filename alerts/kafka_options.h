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
  std::string brokers;               ///< "host:port,host:port"
  std::string engine_id = "tocsin";  ///< in ce_source and the heartbeat
  std::string alerts_topic = "tocsin.alerts";
  std::string shadow_topic = "tocsin.alerts.shadow";
  std::string heartbeat_topic = "tocsin.heartbeat";
  AlertFormat format = AlertFormat::json;
  std::int32_t partitions = 1;    ///< of topics created here
  std::int16_t replication = -1;  ///< of topics created here; -1: the brokers' default
  Duration heartbeat_interval{5000};
  Duration request_timeout{3000};              ///< each request while connecting
  Duration retry{1000};                        ///< between attempts to connect
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
