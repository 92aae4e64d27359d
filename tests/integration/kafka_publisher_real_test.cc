// The publisher against a real Apache Kafka, read back by kcat, a consumer that shares nothing with
// us but the protocol. Fails where CI is set and Kafka cannot be had; elsewhere it is skipped,
// loudly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "alerts/alert_json.h"
#include "alerts/kafka_topics.h"
#include "tests/support/kafka_server.h"
#include "tests/support/publisher_rig.h"

namespace tocsin::alerts {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;
using tocsin::testing::KafkaServer;
using tocsin::testing::PublisherRig;
using tocsin::testing::run_command;
using tocsin::testing::smoke_alert;

class RealKafkaTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string why;
    // A broker that was killed is let in again when its session is over.
    server =
        KafkaServer::start(why, "broker.session.timeout.ms=1500\nbroker.heartbeat.interval.ms=300");
    if (!server) {
      if (std::getenv("CI") != nullptr) FAIL() << "no Kafka: " << why;
      std::fprintf(stderr, "SKIPPED, NOTHING PROVED: no Kafka: %s\n", why.c_str());
      GTEST_SKIP() << why;
    }
    rig = std::make_unique<PublisherRig>(server->bootstrap());
    rig->start();
  }

  // Every record of the topic as kcat's JSON envelope, from the beginning.
  std::vector<Json> kcat(const std::string& topic) const {
    const auto result =
        run_command("kcat -C -q -e -J -X isolation.level=read_committed -o beginning -b " +
                    server->bootstrap() + " -t " + topic);
    EXPECT_TRUE(result.ok);
    std::vector<Json> records;
    std::istringstream lines(result.output);
    for (std::string line; std::getline(lines, line);) records.push_back(Json::parse(line));
    return records;
  }
  static std::string header(const Json& record, const std::string& name) {
    const Json& headers = record["headers"];  // name, value, name, value
    for (std::size_t i = 0; i + 1 < headers.size(); i += 2) {
      if (headers[i] == name) return headers[i + 1];
    }
    return "";
  }
  std::vector<LogPosition> positions(const std::string& topic) const {
    std::vector<LogPosition> out;
    for (const Json& record : kcat(topic))
      out.push_back(std::stoull(header(record, "tocsin-position")));
    return out;
  }

  std::unique_ptr<KafkaServer> server;
  std::unique_ptr<PublisherRig> rig;
};

TEST_F(RealKafkaTest, KcatReadsEveryRevisionOnceInOrderAsTheAlertLine) {
  rig->append(2000);
  ASSERT_TRUE(rig->work_until_published()) << rig->publisher->status().last_error;
  EXPECT_EQ(positions("tocsin.alerts"), PublisherRig::up_to(2000));
  const Json first = kcat("tocsin.alerts").at(0);
  EXPECT_EQ(first["key"], PublisherRig::id_of(1));
  EXPECT_EQ(first["payload"], alert_to_json(smoke_alert(PublisherRig::id_of(1))));
  EXPECT_EQ(header(first, "ce_id"), PublisherRig::id_of(1) + ".1");
  EXPECT_EQ(header(first, "ce_type"), "tocsin.alert.firing");
  EXPECT_EQ(header(first, "content-type"), "application/json");
}

TEST_F(RealKafkaTest, RestartsInTheMiddleOfBatchesLoseAndRepeatNothing) {
  for (int round = 1; round <= 5; ++round) {
    rig->append(1000);
    ASSERT_TRUE(rig->work_until([&] { return rig->publisher->status().published_total > 20; }));
    rig->restart();
  }
  ASSERT_TRUE(rig->work_until_published()) << rig->publisher->status().last_error;
  EXPECT_EQ(positions("tocsin.alerts"), PublisherRig::up_to(5000));
}

TEST_F(RealKafkaTest, ABrokerThatRestartsIsCaughtUpInOrder) {
  rig->append(100);
  ASSERT_TRUE(rig->work_until_published());
  ASSERT_TRUE(server->stop());
  rig->append(500);
  ASSERT_TRUE(rig->work_until([&] { return !rig->publisher->status().connected; }));
  ASSERT_TRUE(server->restart());
  ASSERT_TRUE(rig->work_until_published()) << rig->publisher->status().last_error;
  EXPECT_EQ(positions("tocsin.alerts"), PublisherRig::up_to(600));
}

TEST_F(RealKafkaTest, ANewerEngineFencesTheOlderAndNothingIsLostOrRepeated) {
  rig->append(100);
  ASSERT_TRUE(rig->work_until_published());
  auto older_publisher = std::move(rig->publisher);  // frozen, as by SIGSTOP
  auto older_pump = std::move(rig->pump);
  rig->start();
  rig->append(100);
  ASSERT_TRUE(rig->work_until_published()) << rig->state();
  rig->append(100);
  std::swap(rig->publisher, older_publisher);
  std::swap(rig->pump, older_pump);
  ASSERT_TRUE(rig->work_until([&] { return rig->publisher->status().fenced; })) << rig->state();
  EXPECT_FALSE(rig->publisher->status().connected);
  std::swap(rig->publisher, older_publisher);
  std::swap(rig->pump, older_pump);
  ASSERT_TRUE(rig->work_until_published()) << rig->state();
  EXPECT_EQ(positions("tocsin.alerts"), PublisherRig::up_to(300));
  older_pump.reset();
}

TEST_F(RealKafkaTest, TheNewestRevisionOfEachAlertIsOnTheCompactedTopic) {
  AlertRevision alert = smoke_alert();
  rig->append(alert);
  alert.rev = 2;
  alert.state = AlertState::resolved;
  rig->append(alert);
  AlertRevision shadow = smoke_alert(PublisherRig::id_of(7));
  shadow.shadow = true;
  rig->append(shadow);
  ASSERT_TRUE(rig->work_until_published()) << rig->state();
  const auto latest = kcat("tocsin.alerts.latest");
  ASSERT_EQ(latest.size(), 2u);
  EXPECT_EQ(latest[1]["key"], alert.alert_id);
  EXPECT_EQ(latest[1]["payload"], alert_to_json(alert));
}

TEST_F(RealKafkaTest, ABrokerKilledInTheMiddleOfTransactionsIsCaughtUpExactlyOnce) {
  for (int round = 1; round <= 3; ++round) {
    rig->append(3000);
    const auto before = rig->publisher->status().published_total;
    ASSERT_TRUE(
        rig->work_until([&] { return rig->publisher->status().published_total > before + 500; }));
    ASSERT_TRUE(server->kill());
    for (int i = 0; i < 20; ++i) rig->pump->do_work();
    ASSERT_TRUE(server->restart());
  }
  ASSERT_TRUE(rig->work_until_published()) << rig->state();
  EXPECT_EQ(positions("tocsin.alerts"), PublisherRig::up_to(9000));
}

TEST_F(RealKafkaTest, WithoutTransactionsRestartsLoseAndRepeatNothingEither) {
  rig->options.transactions = false;
  rig->restart();
  for (int round = 1; round <= 3; ++round) {
    rig->append(1000);
    ASSERT_TRUE(rig->work_until([&] { return rig->publisher->status().published_total > 20; }));
    rig->restart();
  }
  ASSERT_TRUE(rig->work_until_published()) << rig->state();
  EXPECT_EQ(positions("tocsin.alerts"), PublisherRig::up_to(3000));
}

TEST_F(RealKafkaTest, ATopicThatIsDeletedIsMadeAgainAndPublishingGoesOn) {
  rig->append(10);
  ASSERT_TRUE(rig->work_until_published());
  rd_kafka_t* client = rig->publisher->native_handle();
  const QueueHandle queue(rd_kafka_queue_new(client));
  rd_kafka_DeleteTopic_t* topic = rd_kafka_DeleteTopic_new("tocsin.alerts");
  rd_kafka_DeleteTopics(client, &topic, 1, nullptr, queue.get());
  const EventHandle deleted(rd_kafka_queue_poll(queue.get(), 20'000));
  rd_kafka_DeleteTopic_destroy(topic);
  ASSERT_TRUE(deleted);
  rig->append(10);
  ASSERT_TRUE(rig->work_until_published()) << rig->publisher->status().last_error;
  const auto found = positions("tocsin.alerts");
  EXPECT_EQ(found, (std::vector<LogPosition>{11, 12, 13, 14, 15, 16, 17, 18, 19, 20}));
}

TEST_F(RealKafkaTest, ATopicWithASmallLimitGetsTheAlertWithLessEvidenceAndTheOthersWhole) {
  const std::vector<TopicSpec> specs{{"small", 1, 1, {{"max.message.bytes", "20000"}}}};
  while (rig->publisher->native_handle() == nullptr) rig->pump->do_work();
  ASSERT_TRUE(ensure_topics(rig->publisher->native_handle(), specs, Duration{10'000}));
  rig->options.alerts_topic = "small";
  rig->restart();
  AlertRevision heavy = smoke_alert();
  const std::string text(1000, 'x');
  heavy.evidence.resize(64, heavy.evidence[0]);
  for (Evidence& item : heavy.evidence) item.values = {{"e.text", OwnedValue(Value::string(text))}};
  rig->append(100);
  rig->append(heavy);
  rig->append(100);
  ASSERT_TRUE(rig->work_until_published()) << rig->publisher->status().last_error;
  EXPECT_EQ(positions("small"), PublisherRig::up_to(201));
  const AlertRevision sent =
      alert_from_json(kcat("small").at(100)["payload"].get<std::string>()).value();
  EXPECT_EQ(sent.evidence.size() + sent.evidence_dropped, 64u);
  EXPECT_GE(sent.evidence.size(), 8u);
  EXPECT_EQ(rig->publisher->status().evidence_cut, 1u);
}

TEST_F(RealKafkaTest, HeartbeatsSurviveTheirRetentionBecauseTheTopicIsCompacted) {
  rig->append(1);
  ASSERT_TRUE(rig->work_until_published());
  const auto beats = kcat("tocsin.heartbeat");
  ASSERT_FALSE(beats.empty());
  EXPECT_EQ(Json::parse(beats[0]["payload"].get<std::string>())["schema"], "tocsin.heartbeat/1");
  rd_kafka_t* client = rig->publisher->native_handle();
  rd_kafka_ConfigResource_t* resource =
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, "tocsin.heartbeat");
  const QueueHandle queue(rd_kafka_queue_new(client));
  rd_kafka_DescribeConfigs(client, &resource, 1, nullptr, queue.get());
  const EventHandle answer(rd_kafka_queue_poll(queue.get(), 20'000));
  rd_kafka_ConfigResource_destroy(resource);
  ASSERT_TRUE(answer);
  std::size_t count = 0;
  const auto* const* resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(answer.get()), &count);
  ASSERT_EQ(count, 1u);
  const auto* const* entries = rd_kafka_ConfigResource_configs(resources[0], &count);
  std::string policy;
  for (std::size_t i = 0; i < count; ++i) {
    if (std::string(rd_kafka_ConfigEntry_name(entries[i])) == "cleanup.policy") {
      policy = rd_kafka_ConfigEntry_value(entries[i]);
    }
  }
  EXPECT_EQ(policy, "compact");
}

}  // namespace
}  // namespace tocsin::alerts
