#include "app/service_options.h"

#include "app/version.h"

namespace tocsin::app {

ServiceOptions service_options(const Config& config) {
  ServiceOptions options;
  options.data = config.data;
  options.rules = config.rules;
  options.registry = config.registry;
  if (!config.broker.uri.empty()) {
    options.broker =
        BrokerOptions{config.broker.uri, config.broker.client_id, config.broker.username,
                      config.broker.password_file, config.broker.trust_store};
  }
  options.kafka = {config.kafka.bootstrap,    config.kafka.topic,
                   config.kafka.shadow_topic, config.kafka.heartbeat_topic,
                   config.kafka.latest_topic, config.kafka.engine_id,
                   config.kafka.transactions, config.kafka.format == "protobuf",
                   config.kafka.start_timeout};
  if (const Config::Mqtt& mqtt = config.sinks.mqtt; !mqtt.uri.empty()) {
    options.mqtt = MqttSinkOptions{
        {mqtt.uri, mqtt.client_id, mqtt.username, mqtt.password_file, mqtt.trust_store},
        mqtt.topic_prefix,
        mqtt.qos,
        mqtt.retain};
  }
  options.http = config.http.listen;
  options.journal = {config.journal.durability == "sync",
                     config.journal.segment_size,
                     config.journal.snapshot_every,
                     {config.journal.retention_time, config.journal.retention_size},
                     {config.journal.alert_retention_time, config.journal.alert_retention_size},
                     config.journal.reserve};
  options.engine.dedup_window = config.engine.dedup_window;
  options.engine.dedup_entries_per_device = config.engine.dedup_entries_per_device;
  options.engine.future_skew = config.engine.future_skew;
  options.stdout_sink = config.sinks.stdout_sink;
  options.version = program_version();
  return options;
}

}  // namespace tocsin::app
