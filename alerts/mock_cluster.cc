#include "alerts/mock_cluster.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "alerts/kafka_handle.h"
#include "alerts/kafka_session.h"
// Needs rdkafka.h before it.
#include <librdkafka/rdkafka_mock.h>

namespace tocsin::alerts {

using ClusterHandle =
    std::unique_ptr<rd_kafka_mock_cluster_t, Destroy<rd_kafka_mock_cluster_destroy>>;

struct MockCluster::State {
  ClientHandle host;  // runs the cluster's thread; talks to nobody itself
  ClusterHandle cluster;
  int brokers;
};

std::unique_ptr<MockCluster> MockCluster::start(int brokers) {
  auto conf = make_conf(KafkaOptions{}, {});
  if (!conf) return nullptr;
  auto host = make_client(RD_KAFKA_PRODUCER, std::move(*conf));
  if (!host) return nullptr;
  ClusterHandle cluster(rd_kafka_mock_cluster_new(host->get(), brokers));
  if (!cluster) return nullptr;
  auto state = std::make_unique<State>(State{std::move(*host), std::move(cluster), brokers});
  return std::unique_ptr<MockCluster>(new MockCluster(std::move(state)));
}

MockCluster::MockCluster(std::unique_ptr<State> state) : state_(std::move(state)) {}
MockCluster::~MockCluster() = default;

std::string MockCluster::bootstrap() const {
  return rd_kafka_mock_cluster_bootstraps(state_->cluster.get());
}

bool MockCluster::create_topics(const KafkaOptions& options) {
  const std::vector<TopicSpec> topics = topics_of(options);
  return std::ranges::all_of(topics, [this](const TopicSpec& topic) {
    return create_topic(topic.name, topic.partitions);
  });
}

bool MockCluster::create_topic(const std::string& name, int partitions) {
  return rd_kafka_mock_topic_create(state_->cluster.get(), name.c_str(), partitions,
                                    state_->brokers) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_mock_cluster_s* MockCluster::native_handle() const { return state_->cluster.get(); }

}  // namespace tocsin::alerts
