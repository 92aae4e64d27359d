#pragma once
/// MockCluster: librdkafka's Kafka "in memory, for development": real TCP on loopback, usable from
/// other processes (kcat), gone with this object. It keeps at most 5 MB or 100,000 records of a
/// partition, has no admin API, no compaction, no durability: good for the demo and for fault
/// injection, not for proving anything about Kafka. Thread: any.
#include <memory>
#include <string>

#include "alerts/kafka_options.h"

struct rd_kafka_mock_cluster_s;

namespace tocsin::alerts {

class MockCluster {
 public:
  /// nullptr: librdkafka could not open its listeners.
  static std::unique_ptr<MockCluster> start(int brokers = 1);
  ~MockCluster();

  std::string bootstrap() const;  ///< "127.0.0.1:40001,127.0.0.1:40002"
  /// The publisher's topics as it would make them. Others get four partitions when first asked for.
  bool create_topics(const KafkaOptions& options);
  bool create_topic(const std::string& name, int partitions);
  rd_kafka_mock_cluster_s* native_handle() const;  ///< for fault injection in tests

 private:
  struct State;
  explicit MockCluster(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::alerts
