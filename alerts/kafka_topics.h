#pragma once
/// Makes sure that topics exist and have leaders. Missing ones are created through the admin API; a
/// cluster without it (librdkafka's mock) creates them when it is asked for their metadata.
#include <map>
#include <string>
#include <vector>

#include "alerts/kafka_handle.h"

namespace tocsin::alerts {

struct TopicSpec {
  std::string name;
  std::int32_t partitions = 1;
  std::int16_t replication = -1;
  Properties config;  ///< "cleanup.policy": "compact"
};

using PartitionCounts = std::map<std::string, std::int32_t>;

/// Blocks for at most a few times `timeout`. Existing topics keep their partitions and settings.
Result<PartitionCounts, KafkaFailure> ensure_topics(rd_kafka_t* client,
                                                    const std::vector<TopicSpec>& specs,
                                                    Duration timeout);

}  // namespace tocsin::alerts
