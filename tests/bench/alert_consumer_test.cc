#include "bench/e2e/alert_consumer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "alerts/mock_cluster.h"

namespace tocsin::bench {
namespace {

constexpr std::chrono::seconds kPatience{30};

/// Produces to the cluster and waits until the record is there.
class Producer {
 public:
  explicit Producer(const std::string& bootstrap) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char why[256];
    rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), why, sizeof why);
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  }
  ~Producer() { rd_kafka_destroy(client_); }
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  void send(const std::string& value) {
    ASSERT_EQ(rd_kafka_producev(
                  client_, RD_KAFKA_V_TOPIC("alerts"), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                  RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()), RD_KAFKA_V_END),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    ASSERT_EQ(rd_kafka_flush(client_, 20'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }

 private:
  rd_kafka_t* client_ = nullptr;
};

class Inbox {
 public:
  void put(SeenAlert alert) {
    const std::lock_guard lock(mutex_);
    alerts_.push_back(std::move(alert));
    changed_.notify_all();
  }
  std::vector<SeenAlert> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return alerts_.size() >= count; });
    return alerts_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SeenAlert> alerts_;
};

std::string alert(int number) {
  return fmt::format(R"({{"alert_id":"{}","rule":"r","rev":1,"key":{{}},"opened_at":1}})", number);
}

TEST(AlertConsumer, SeesWhatComesAfterItsStartAndNothingBefore) {
  const auto cluster = alerts::MockCluster::start();
  ASSERT_NE(cluster, nullptr);
  ASSERT_TRUE(cluster->create_topic("alerts", 3));
  Producer producer(cluster->bootstrap());
  producer.send(alert(1));

  Inbox inbox;
  AlertConsumer consumer(cluster->bootstrap(), "alerts",
                         [&](SeenAlert a) { inbox.put(std::move(a)); });
  ASSERT_TRUE(consumer.start());
  producer.send("no alert");
  for (int i = 2; i <= 9; ++i) producer.send(alert(i));
  const auto seen = inbox.wait_for(8);
  consumer.stop();
  ASSERT_EQ(seen.size(), 8U);
  for (const SeenAlert& a : seen) {
    EXPECT_NE(a.alert_id, "1");
    EXPECT_GT(a.received_ns, 0);
  }
}

TEST(AlertConsumer, SaysThatNobodyIsThere) {
  AlertConsumer consumer("127.0.0.1:1", "alerts", [](SeenAlert) {});
  const auto started = consumer.start(Duration{500});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error(), ConsumerError::unreachable);
}

}  // namespace
}  // namespace tocsin::bench
