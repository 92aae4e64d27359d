#pragma once
/// KafkaReader: what is on a topic, read by a consumer of its own from the beginning. Reads
/// committed records only. Thread: one.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/time.h"

namespace tocsin::testing {

struct ReadRecord {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string key;
  std::string value;
  std::map<std::string, std::string> headers;
};

/// Everything on the topic now, partition by partition. Empty if it does not exist. Throws nothing;
/// a broker that does not answer within `at_most` is an empty answer and a line on stderr.
std::vector<ReadRecord> read_topic(const std::string& brokers, const std::string& topic,
                                   Duration at_most = Duration{10'000});

}  // namespace tocsin::testing
