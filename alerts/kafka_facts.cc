#include "alerts/kafka_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "alerts/kafka_handle.h"

namespace tocsin::alerts {
namespace {

using ConfigHandle =
    std::unique_ptr<rd_kafka_ConfigResource_t, Destroy<rd_kafka_ConfigResource_destroy>>;
using AdminOptionsHandle =
    std::unique_ptr<rd_kafka_AdminOptions_t, Destroy<rd_kafka_AdminOptions_destroy>>;
using Settings = std::map<std::string, std::string>;

int fewest_replicas(const rd_kafka_metadata_topic_t& topic) {
  int fewest = topic.partition_cnt == 0 ? 0 : topic.partitions[0].replica_cnt;
  for (int i = 1; i < topic.partition_cnt; ++i)
    fewest = std::min(fewest, topic.partitions[i].replica_cnt);
  return fewest;
}

void note_metadata(const rd_kafka_metadata_t& metadata, KafkaFacts& facts) {
  facts.brokers = metadata.broker_cnt;
  for (int i = 0; i < metadata.topic_cnt; ++i) {
    const auto& topic = metadata.topics[i];
    const auto asked = std::ranges::find(facts.topics, topic.topic, &KafkaTopicFacts::name);
    if (asked == facts.topics.end() || topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    asked->exists = true;
    asked->replicas = fewest_replicas(topic);
  }
}

Settings settings_in(const rd_kafka_ConfigResource_t* resource) {
  Settings settings;
  std::size_t count = 0;
  const auto* const* entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* const value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value != nullptr) settings[rd_kafka_ConfigEntry_name(entries[i])] = value;
  }
  return settings;
}

// One resource a request: that is what brokers are asked for. nullopt: nobody answers.
std::optional<Settings> describe(rd_kafka_t* client, rd_kafka_ResourceType_t type,
                                 const std::string& name, Duration timeout) {
  const ConfigHandle resource(rd_kafka_ConfigResource_new(type, name.c_str()));
  const AdminOptionsHandle options(
      rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  std::array<char, 256> text{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms(timeout), text.data(),
                                            text.size());
  const QueueHandle queue(rd_kafka_queue_new(client));
  rd_kafka_ConfigResource_t* resources[] = {resource.get()};
  rd_kafka_DescribeConfigs(client, resources, 1, options.get(), queue.get());
  const EventHandle event(rd_kafka_queue_poll(queue.get(), timeout_ms(timeout * 2)));
  if (!event || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::nullopt;
  std::size_t count = 0;
  const auto* const* answers = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1 || rd_kafka_ConfigResource_error(answers[0]) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::nullopt;
  return settings_in(answers[0]);
}

}  // namespace

std::optional<KafkaFacts> read_kafka_facts(const KafkaOptions& options,
                                           const std::vector<std::string>& topics, Duration timeout,
                                           std::string& why) {
  auto conf = make_conf(options, {{"reconnect.backoff.max.ms", "200"}});
  auto client = conf ? make_client(RD_KAFKA_PRODUCER, std::move(*conf))
                     : Result<ClientHandle, KafkaFailure>(conf.error());
  if (!client) {
    why = client.error().text;
    return std::nullopt;
  }
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error = rd_kafka_metadata(client->get(), 1, nullptr, &raw, timeout_ms(timeout));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    why =
        fmt::format("kafka: no broker answers at {}: {}", options.brokers, rd_kafka_err2str(error));
    return std::nullopt;
  }
  const MetadataHandle metadata(raw);
  KafkaFacts facts;
  for (const std::string& name : topics) facts.topics.push_back({.name = name, .settings = {}});
  note_metadata(*metadata, facts);
  if (metadata->broker_cnt == 0) return facts;
  auto of_broker = describe(client->get(), RD_KAFKA_RESOURCE_BROKER,
                            std::to_string(metadata->brokers[0].id), timeout);
  facts.has_admin_api = of_broker.has_value();
  if (!of_broker) return facts;
  facts.settings = std::move(*of_broker);
  for (KafkaTopicFacts& topic : facts.topics) {
    if (!topic.exists) continue;
    auto of_topic = describe(client->get(), RD_KAFKA_RESOURCE_TOPIC, topic.name, timeout);
    if (of_topic) topic.settings = std::move(*of_topic);
  }
  return facts;
}

}  // namespace tocsin::alerts
