#include "tests/support/kafka_reader.h"

#include <librdkafka/rdkafka.h>

#include <cstdio>

namespace tocsin::testing {
namespace {

using Client = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;
using Topic = std::unique_ptr<rd_kafka_topic_t, decltype(&rd_kafka_topic_destroy)>;

Client make_consumer(const std::string& brokers) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  const char* const properties[][2] = {{"bootstrap.servers", brokers.c_str()},
                                       {"enable.partition.eof", "true"},
                                       {"fetch.wait.max.ms", "10"},
                                       {"fetch.error.backoff.ms", "20"},
                                       {"allow.auto.create.topics", "false"}};
  for (const auto& [name, value] : properties) rd_kafka_conf_set(conf, name, value, nullptr, 0);
  char error[256];
  return {rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error), rd_kafka_destroy};
}

std::int32_t partitions_of(rd_kafka_t* client, const std::string& name, Duration at_most) {
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client, 1, nullptr, &metadata, static_cast<int>(at_most.count())) != 0) {
    std::fprintf(stderr, "no broker answers\n");
    return 0;
  }
  std::int32_t count = 0;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    if (metadata->topics[i].topic == name) count = metadata->topics[i].partition_cnt;
  }
  rd_kafka_metadata_destroy(metadata);
  return count;
}

ReadRecord record_of(const rd_kafka_message_t& message) {
  ReadRecord out;
  out.partition = message.partition;
  out.offset = message.offset;
  out.key.assign(static_cast<const char*>(message.key), message.key_len);
  out.value.assign(static_cast<const char*>(message.payload), message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != 0) return out;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0; ++i) {
    out.headers[name] = std::string(static_cast<const char*>(value), size);
  }
  return out;
}

void read_partition(rd_kafka_t* client, rd_kafka_topic_t* topic, std::int32_t partition,
                    Duration at_most, std::vector<ReadRecord>& out) {
  // Asking for the end first lets the client learn the leader at once instead of in its next round.
  std::int64_t low = 0;
  std::int64_t high = 0;
  rd_kafka_query_watermark_offsets(client, rd_kafka_topic_name(topic), partition, &low, &high,
                                   static_cast<int>(at_most.count()));
  rd_kafka_consume_start(topic, partition, RD_KAFKA_OFFSET_BEGINNING);
  for (;;) {
    rd_kafka_message_t* message =
        rd_kafka_consume(topic, partition, static_cast<int>(at_most.count()));
    if (message == nullptr) {
      std::fprintf(stderr, "partition %d: no answer\n", partition);
      break;
    }
    const auto error = message->err;
    if (error == 0) out.push_back(record_of(*message));
    rd_kafka_message_destroy(message);
    if (error == RD_KAFKA_RESP_ERR__PARTITION_EOF) break;
  }
  rd_kafka_consume_stop(topic, partition);
}

}  // namespace

std::vector<ReadRecord> read_topic(const std::string& brokers, const std::string& name,
                                   Duration at_most) {
  std::vector<ReadRecord> out;
  const Client client = make_consumer(brokers);
  if (!client) return out;
  const std::int32_t partitions = partitions_of(client.get(), name, at_most);
  if (partitions == 0) return out;
  const Topic topic(rd_kafka_topic_new(client.get(), name.c_str(), nullptr),
                    rd_kafka_topic_destroy);
  for (std::int32_t partition = 0; partition < partitions; ++partition) {
    read_partition(client.get(), topic.get(), partition, at_most, out);
  }
  return out;
}

}  // namespace tocsin::testing
