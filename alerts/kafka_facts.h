#pragma once
/// read_kafka_facts(): how a Kafka is set up, as its admin API says: what decides whether it keeps
/// what it has acknowledged.
///
/// Thread: any; blocks up to a few times the timeout. Changes nothing.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alerts/kafka_options.h"

namespace tocsin::alerts {

struct KafkaTopicFacts {
  std::string name;
  bool exists = false;
  int replicas = 0;                             ///< of the partition with the fewest
  std::map<std::string, std::string> settings;  ///< as in force; empty: no admin API
};

struct KafkaFacts {
  int brokers = 0;
  bool has_admin_api = false;                   ///< a development cluster has none
  std::map<std::string, std::string> settings;  ///< of one broker
  std::vector<KafkaTopicFacts> topics;          ///< as asked for
};

/// nullopt: `why` says in one line what went wrong.
std::optional<KafkaFacts> read_kafka_facts(const KafkaOptions& options,
                                           const std::vector<std::string>& topics, Duration timeout,
                                           std::string& why);

}  // namespace tocsin::alerts
