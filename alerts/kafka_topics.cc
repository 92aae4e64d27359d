#include "alerts/kafka_topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace tocsin::alerts {
namespace {

constexpr int kPauseMs = 20;  // between questions while a new topic gets its leaders

using NewTopicHandle = std::unique_ptr<rd_kafka_NewTopic_t, Destroy<rd_kafka_NewTopic_destroy>>;
using AdminOptionsHandle =
    std::unique_ptr<rd_kafka_AdminOptions_t, Destroy<rd_kafka_AdminOptions_destroy>>;

KafkaFailure topic_failure(const std::string& name, std::string_view why) {
  return {KafkaError::topic, fmt::format("kafka: topic {}: {}", name, why)};
}

bool is_ready(const rd_kafka_metadata_topic_t& topic) {
  if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR || topic.partition_cnt == 0) return false;
  return std::all_of(topic.partitions, topic.partitions + topic.partition_cnt,
                     [](const auto& partition) { return partition.leader >= 0; });
}

Result<PartitionCounts, KafkaFailure> existing_topics(rd_kafka_t* client, Duration timeout) {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error =
      rd_kafka_metadata(client, /*all_topics=*/1, nullptr, &raw, timeout_ms(timeout));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return KafkaFailure{KafkaError::unreachable,
                        fmt::format("kafka: no broker answers: {}", rd_kafka_err2str(error))};
  }
  const MetadataHandle metadata(raw);
  PartitionCounts counts;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const auto& topic = metadata->topics[i];
    if (is_ready(topic)) counts[topic.topic] = topic.partition_cnt;
  }
  return counts;
}

Result<NewTopicHandle, KafkaFailure> new_topic(const TopicSpec& spec) {
  std::array<char, 256> error{};
  NewTopicHandle topic(rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions, spec.replication,
                                             error.data(), error.size()));
  if (!topic) return topic_failure(spec.name, error.data());
  for (const auto& [name, value] : spec.config) {
    rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
  }
  return topic;
}

// Whether the admin API's answer about one topic ends the matter.
std::optional<KafkaFailure> refusal(const rd_kafka_topic_result_t* result) {
  const auto error = rd_kafka_topic_result_error(result);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
    return {};
  const char* text = rd_kafka_topic_result_error_string(result);
  return topic_failure(rd_kafka_topic_result_name(result),
                       fmt::format("cannot be created: {}", text ? text : rd_kafka_err2str(error)));
}

enum class Creation : std::uint8_t {
  made,
  no_admin_api,  // nobody answers for it: asking for the topic's metadata may still make it
};

Result<Creation, KafkaFailure> create(rd_kafka_t* client, const TopicSpec& spec, Duration timeout) {
  auto topic = new_topic(spec);
  if (!topic) return topic.error();
  const AdminOptionsHandle options(
      rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS));
  std::array<char, 256> text{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms(timeout), text.data(),
                                            text.size());
  const QueueHandle queue(rd_kafka_queue_new(client));
  rd_kafka_NewTopic_t* topics[] = {topic->get()};
  rd_kafka_CreateTopics(client, topics, 1, options.get(), queue.get());
  const EventHandle event(rd_kafka_queue_poll(queue.get(), timeout_ms(timeout * 2)));
  if (!event) return Creation::no_admin_api;
  const auto error = rd_kafka_event_error(event.get());
  if (error == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE || error == RD_KAFKA_RESP_ERR__TIMED_OUT) {
    return Creation::no_admin_api;
  }
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return topic_failure(
        spec.name, fmt::format("cannot be created: {}", rd_kafka_event_error_string(event.get())));
  }
  std::size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(event.get());
  const auto* const* answers = rd_kafka_CreateTopics_result_topics(result, &count);
  if (count == 1) {
    if (auto refused = refusal(answers[0])) return *refused;
  }
  return Creation::made;
}

// Asks until the topic has leaders; a new one needs a moment.
Result<std::int32_t, KafkaFailure> wait_for_leaders(rd_kafka_t* client, const std::string& name,
                                                    Duration timeout) {
  const TopicHandle topic(rd_kafka_topic_new(client, name.c_str(), nullptr));
  if (!topic) return topic_failure(name, rd_kafka_err2str(rd_kafka_last_error()));
  std::string why = "no leader";
  for (Duration waited{0}; waited < timeout; waited += Duration{kPauseMs}) {
    const rd_kafka_metadata_t* raw = nullptr;
    const auto error = rd_kafka_metadata(client, 0, topic.get(), &raw, timeout_ms(timeout));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return topic_failure(name, rd_kafka_err2str(error));
    const MetadataHandle metadata(raw);
    if (metadata->topic_cnt == 1) {
      if (is_ready(metadata->topics[0])) return metadata->topics[0].partition_cnt;
      if (metadata->topics[0].err != 0) why = rd_kafka_err2str(metadata->topics[0].err);
    }
    rd_kafka_poll(client, kPauseMs);
  }
  return topic_failure(name, why);
}

}  // namespace

Result<PartitionCounts, KafkaFailure> ensure_topics(rd_kafka_t* client,
                                                    const std::vector<TopicSpec>& specs,
                                                    Duration timeout) {
  auto counts = existing_topics(client, timeout);
  if (!counts) return counts;
  bool has_admin_api = true;
  for (const TopicSpec& spec : specs) {
    if (counts->contains(spec.name)) continue;
    if (has_admin_api) {
      auto creation = create(client, spec, timeout);
      if (!creation) return creation.error();
      has_admin_api = *creation == Creation::made;
    }
    auto partitions = wait_for_leaders(client, spec.name, timeout);
    if (!partitions) return partitions.error();
    (*counts)[spec.name] = *partitions;
  }
  return counts;
}

}  // namespace tocsin::alerts
