#include "alerts/kafka_publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
// Needs rdkafka.h before it.
#include <librdkafka/rdkafka_mock.h>

#include <nlohmann/json.hpp>

#include "alerts/alert_json.h"
#include "alerts/alert_proto.h"
#include "alerts/mock_cluster.h"
#include "tests/support/publisher_rig.h"

namespace tocsin::alerts {
namespace {

using ::testing::HasSubstr;
using tocsin::testing::PublisherRig;
using tocsin::testing::read_topic;
using tocsin::testing::ReadRecord;
using tocsin::testing::smoke_alert;
using tocsin::testing::sorted;

constexpr std::int16_t kProduce = 0;  // Kafka protocol: ApiKey of Produce

// With transactions and without.
class KafkaPublisherTest : public ::testing::TestWithParam<bool> {
 protected:
  KafkaPublisherTest() {
    rig.options.transactions = GetParam();
    cluster->create_topics(rig.options);
    rig.start();
  }

  // The next produce requests fail so.
  void inject(std::vector<rd_kafka_resp_err_t> errors) {
    ASSERT_TRUE(rig.work_until([&] { return rig.publisher->status().heartbeats_total > 0; }));
    rd_kafka_mock_push_request_errors_array(cluster->native_handle(), kProduce, errors.size(),
                                            errors.data());
  }

  const std::string kAlerts = "tocsin.alerts";
  const std::string kShadow = "tocsin.alerts.shadow";
  const std::string kHeartbeats = "tocsin.heartbeat";
  std::unique_ptr<MockCluster> cluster = MockCluster::start();
  PublisherRig rig{cluster->bootstrap()};
};

TEST_P(KafkaPublisherTest, EveryRevisionIsOnTheTopicOnceAndInOrder) {
  rig.append(500);
  ASSERT_TRUE(rig.work_until_published());
  EXPECT_EQ(rig.positions(kAlerts), PublisherRig::up_to(500));
  const SinkStatus status = rig.publisher->status();
  EXPECT_TRUE(status.connected);
  EXPECT_EQ(status.published_total, 500u);
  EXPECT_EQ(status.queue_depth, 0u);
}

TEST_P(KafkaPublisherTest, ARecordIsTheAlertLineWithCloudEventsHeaders) {
  const AlertRevision alert = smoke_alert();
  rig.append(alert);
  ASSERT_TRUE(rig.work_until_published());
  const std::vector<ReadRecord> records = read_topic(rig.options.brokers, kAlerts);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].key, alert.alert_id);
  EXPECT_EQ(records[0].value, alert_to_json(alert));
  const std::map<std::string, std::string> expected{{"ce_specversion", "1.0"},
                                                    {"ce_id", alert.alert_id + ".1"},
                                                    {"ce_type", "tocsin.alert.firing"},
                                                    {"ce_source", "/tocsin/tocsin"},
                                                    {"ce_time", "2026-01-01T00:00:41Z"},
                                                    {"ce_subject", "smoke-confirmed"},
                                                    {"content-type", "application/json"},
                                                    {"tocsin-position", "1"},
                                                    {"tocsin-log", rig.alerts->id()},
                                                    {"tocsin-settled", "0"}};
  EXPECT_EQ(records[0].headers, expected);
}

TEST_P(KafkaPublisherTest, AResolveHasItsOwnType) {
  AlertRevision alert = smoke_alert();
  alert.state = AlertState::resolved;
  rig.append(alert);
  ASSERT_TRUE(rig.work_until_published());
  EXPECT_EQ(read_topic(rig.options.brokers, kAlerts).at(0).headers.at("ce_type"),
            "tocsin.alert.resolved");
}

TEST_P(KafkaPublisherTest, ValuesAreProtobufWhereThatIsAskedFor) {
  rig.options.format = AlertFormat::protobuf;
  rig.restart();
  rig.append(tocsin::testing::full_alert());
  ASSERT_TRUE(rig.work_until_published());
  const auto records = read_topic(rig.options.brokers, kShadow);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(alert_from_bytes(records[0].value).value(), tocsin::testing::full_alert());
  EXPECT_EQ(records[0].headers.at("content-type"), "application/protobuf");
}

TEST_P(KafkaPublisherTest, ShadowRevisionsGoToTheShadowTopicOnly) {
  AlertRevision shadow = smoke_alert();
  shadow.shadow = true;
  rig.append(1);
  rig.append(shadow);
  rig.append(1);
  ASSERT_TRUE(rig.work_until_published());
  EXPECT_EQ(rig.positions(kAlerts), (std::vector<LogPosition>{1, 3}));
  EXPECT_EQ(rig.positions(kShadow), (std::vector<LogPosition>{2}));
}

TEST_P(KafkaPublisherTest, ARestartContinuesWithoutLossOrRepeat) {
  rig.append(50);
  ASSERT_TRUE(rig.work_until_published());
  rig.kill();
  rig.append(50);
  rig.restart();
  ASSERT_TRUE(rig.work_until_published());
  EXPECT_EQ(rig.positions(kAlerts), PublisherRig::up_to(100));
  EXPECT_EQ(rig.publisher->status().published_total, 50u);
}

TEST_P(KafkaPublisherTest, ARestartWithNothingNewSendsNothing) {
  rig.append(50);
  ASSERT_TRUE(rig.work_until_published());
  rig.restart();
  ASSERT_TRUE(rig.work_until_published());
  EXPECT_EQ(rig.publisher->status().published_total, 0u);
  EXPECT_EQ(rig.positions(kAlerts).size(), 50u);
}

TEST_P(KafkaPublisherTest, ARestartInTheMiddleOfABatchLosesAndRepeatsNothing) {
  for (int round = 1; round <= 5; ++round) {
    rig.append(400);
    ASSERT_TRUE(rig.work_until([&] { return rig.publisher->status().published_total > 20; }));
    rig.restart();
  }
  ASSERT_TRUE(rig.work_until_published());
  EXPECT_EQ(rig.positions(kAlerts), PublisherRig::up_to(2000));
}

TEST_P(KafkaPublisherTest, RecordsThatRetentionTookAreNotSentAgain) {
  rig.append(50);
  ASSERT_TRUE(rig.work_until_published());
  const auto heartbeats = rig.publisher->status().heartbeats_total;
  rig.options.heartbeat_interval = Duration{10};
  rig.restart();  // its first heartbeat carries the position
  ASSERT_TRUE(
      rig.work_until([&] { return rig.publisher->status().heartbeats_total > heartbeats; }));
  cluster->create_topic("emptied", 1);
  rig.options.alerts_topic = "emptied";
  rig.restart();
  rig.append(1);
  ASSERT_TRUE(rig.work_until_published());
  EXPECT_EQ(rig.positions("emptied"), (std::vector<LogPosition>{51}));
}

TEST_P(KafkaPublisherTest, RecordsOfAnotherAlertLogDoNotCount) {
  rig.append(30);
  ASSERT_TRUE(rig.work_until_published());
  PublisherRig other(cluster->bootstrap());
  other.options.transactions = GetParam();
  other.options.engine_id = "other";
  other.log.advance(Duration{1});
  other.start();
  other.append(20);
  ASSERT_TRUE(other.work_until_published());
  EXPECT_EQ(other.publisher->status().published_total, 20u);
  other.restart();
  ASSERT_TRUE(other.work_until_published());
  EXPECT_EQ(other.publisher->status().published_total, 0u);
}

TEST_P(KafkaPublisherTest, WithManyPartitionsARestartStillSendsExactlyWhatIsMissing) {
  rig.options.alerts_topic = "many";
  cluster->create_topic("many", 7);
  rig.restart();
  for (int round = 1; round <= 4; ++round) {
    rig.append(300);
    ASSERT_TRUE(rig.work_until([&] { return rig.publisher->status().published_total > 20; }));
    rig.restart();
  }
  ASSERT_TRUE(rig.work_until_published());
  EXPECT_EQ(sorted(rig.positions("many")), PublisherRig::up_to(1200));
}

TEST_P(KafkaPublisherTest, TopicsThatAreMissingAreMade) {
  rig.options.alerts_topic = "made";
  rig.options.request_timeout =
      Duration{300};  // how long the admin API, which is not there, is asked
  rig.restart();
  rig.append(5);
  ASSERT_TRUE(rig.work_until_published()) << rig.state();
  EXPECT_EQ(sorted(rig.positions("made")), PublisherRig::up_to(5));
}

TEST_P(KafkaPublisherTest, ErrorsThatPassCostNothing) {
  inject({RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
          RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE});
  rig.append(100);
  ASSERT_TRUE(rig.work_until_published());
  EXPECT_EQ(rig.positions(kAlerts), PublisherRig::up_to(100));
  EXPECT_EQ(rig.publisher->status().fatal_recoveries, 0u);
}

TEST_P(KafkaPublisherTest, AnErrorThatStaysIsSurvivedByANewProducer) {
  inject({RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS});
  rig.append(100);
  ASSERT_TRUE(rig.work_until_published());
  // What was behind it on its way may arrive before it.
  EXPECT_EQ(sorted(rig.positions(kAlerts)), PublisherRig::up_to(100));
  const SinkStatus status = rig.publisher->status();
  EXPECT_EQ(status.delivery_errors + status.fatal_recoveries, 1u);
}

TEST_P(KafkaPublisherTest, ALostProducerIsReplacedAndNothingIsLostOrRepeated) {
  rig.append(100);
  ASSERT_TRUE(rig.work_until_published());
  ASSERT_EQ(rd_kafka_test_fatal_error(rig.publisher->native_handle(),
                                      RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "injected"),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  rig.append(100);
  ASSERT_TRUE(rig.work_until_published());
  EXPECT_EQ(rig.positions(kAlerts), PublisherRig::up_to(200));
  const SinkStatus status = rig.publisher->status();
  EXPECT_EQ(status.fatal_recoveries, 1u);
  EXPECT_TRUE(status.connected);
  EXPECT_THAT(status.last_error, HasSubstr("injected"));
}

TEST_P(KafkaPublisherTest, ABrokerThatIsAwayIsSaidAndThenCaughtUpInOrder) {
  rig.append(10);
  ASSERT_TRUE(rig.work_until_published());
  rd_kafka_mock_broker_set_down(cluster->native_handle(), 1);
  rig.append(300);
  ASSERT_TRUE(rig.work_until([&] { return !rig.publisher->status().connected; }));
  EXPECT_THAT(rig.publisher->status().last_error, HasSubstr("kafka:"));
  EXPECT_LT(rig.publisher->status().published_position, 310u);
  rd_kafka_mock_broker_set_up(cluster->native_handle(), 1);
  ASSERT_TRUE(rig.work_until_published());
  EXPECT_EQ(rig.positions(kAlerts), PublisherRig::up_to(310));
  EXPECT_TRUE(rig.publisher->status().connected);
}

TEST_P(KafkaPublisherTest, AStartWithoutABrokerWaitsForOne) {
  rd_kafka_mock_broker_set_down(cluster->native_handle(), 1);
  rig.options.request_timeout = Duration{200};
  rig.restart();
  rig.append(10);
  rig.pump->do_work();
  EXPECT_FALSE(rig.publisher->status().connected);
  EXPECT_THAT(rig.publisher->status().last_error, HasSubstr(rig.options.brokers));
  EXPECT_FALSE(rig.publisher->wait_ready(Duration{0}));
  rd_kafka_mock_broker_set_up(cluster->native_handle(), 1);
  ASSERT_TRUE(rig.work_until_published());
  EXPECT_EQ(rig.positions(kAlerts), PublisherRig::up_to(10));
  EXPECT_TRUE(rig.work_until([&] { return rig.publisher->wait_ready(Duration{0}); }));
}

TEST_P(KafkaPublisherTest, AFullQueueHoldsRecordsBackInTheLog) {
  rig.options.max_in_flight = 10;
  rig.restart();
  rig.append(500);
  ASSERT_TRUE(rig.work_until([&] {
    EXPECT_LE(rig.publisher->status().queue_depth, 10u);
    return rig.publisher->status().published_position == 500;
  }));
  EXPECT_EQ(rig.positions(kAlerts), PublisherRig::up_to(500));
}

AlertRevision heavy_alert(std::size_t bytes_each) {
  AlertRevision alert = smoke_alert();
  alert.evidence.resize(64, alert.evidence[0]);
  for (Evidence& item : alert.evidence) {
    const std::string text(bytes_each, 'x');
    item.values = {{"e.text", OwnedValue(Value::string(text))}};
  }
  return alert;
}

TEST_P(KafkaPublisherTest, AnAlertTooLargeForARecordLosesEvidenceOnly) {
  rig.options.max_record_bytes = 20'000;
  rig.restart();
  rig.append(heavy_alert(1000));
  rig.append(1);
  ASSERT_TRUE(rig.work_until_published());
  const auto records = read_topic(rig.options.brokers, kAlerts);
  ASSERT_EQ(records.size(), 2u);
  const AlertRevision sent = alert_from_json(records[0].value).value();
  EXPECT_LE(records[0].value.size(), 20'000u);
  EXPECT_GE(sent.evidence.size(), 8u);
  EXPECT_EQ(sent.evidence_dropped, 64 - sent.evidence.size());
  EXPECT_EQ(sent.summary, smoke_alert().summary);
  EXPECT_EQ(rig.publisher->status().evidence_cut, 1u);
}

TEST_P(KafkaPublisherTest, ARecordTheBrokerFindsTooLargeIsSentAgainSmaller) {
  inject({RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  rig.append(heavy_alert(2000));
  ASSERT_TRUE(rig.work_until_published()) << rig.state();
  EXPECT_EQ(rig.publisher->status().evidence_cut, 1u) << rig.state();
  rig.append(20);
  ASSERT_TRUE(rig.work_until_published()) << rig.state();
  EXPECT_EQ(rig.positions(kAlerts), PublisherRig::up_to(21)) << rig.state();
  const auto records = read_topic(rig.options.brokers, kAlerts);
  EXPECT_EQ(alert_from_json(records[0].value).value().evidence_dropped, 48u);
  EXPECT_EQ(rig.publisher->status().evidence_cut, 1u) << rig.state();
}

TEST_P(KafkaPublisherTest, ABatchTheBrokerFindsTooLargeIsSentAgainRecordByRecord) {
  inject({RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  rig.append(100);
  ASSERT_TRUE(rig.work_until_published()) << rig.state();
  // What was behind it on its way may arrive before it.
  EXPECT_EQ(sorted(rig.positions(kAlerts)), PublisherRig::up_to(100));
  // A record that happened to leave before the others was refused alone.
  EXPECT_LE(rig.publisher->status().evidence_cut, 1u);
}

TEST_P(KafkaPublisherTest, AnAlertThatCannotBeMadeSmallEnoughIsSentAsSmallAsItGets) {
  inject({RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  rig.append(1);
  ASSERT_TRUE(rig.work_until_published()) << rig.state();
  EXPECT_EQ(rig.positions(kAlerts), PublisherRig::up_to(1));
}

TEST_P(KafkaPublisherTest, HeartbeatsProveThatTheFeedIsAlive) {
  rig.options.heartbeat_interval = Duration{20};
  rig.restart();
  rig.append(3);
  ASSERT_TRUE(rig.work_until_published());
  const auto before = rig.publisher->status().heartbeats_total;
  ASSERT_TRUE(
      rig.work_until([&] { return rig.publisher->status().heartbeats_total > before + 2; }));
  const ReadRecord last = read_topic(rig.options.brokers, kHeartbeats).back();
  const auto json = nlohmann::json::parse(last.value);
  EXPECT_EQ(json["schema"], "tocsin.heartbeat/1");
  EXPECT_EQ(json["engine"], "tocsin");
  EXPECT_EQ(json["alert_log"], rig.alerts->id());
  EXPECT_EQ(json["alert_log_position"], 3);
  EXPECT_EQ(json["published_position"], 3);
  EXPECT_GT(json["at"], 0);
  EXPECT_EQ(last.key, rig.alerts->id());
  EXPECT_EQ(last.headers.at("ce_type"), "tocsin.heartbeat");
}

TEST_P(KafkaPublisherTest, StopSendsWhatIsInTheLogFirst) {
  rig.pump->start();
  ASSERT_TRUE(rig.publisher->wait_ready(Duration{20'000}));
  rig.append(1000);
  EXPECT_TRUE(rig.pump->stop(Duration{20'000}));
  EXPECT_EQ(rig.positions(kAlerts), PublisherRig::up_to(1000));
}

TEST_P(KafkaPublisherTest, StopWithoutABrokerGivesUpInTimeAndTheNextStartSendsTheRest) {
  rig.pump->start();
  ASSERT_TRUE(rig.publisher->wait_ready(Duration{20'000}));
  rd_kafka_mock_broker_set_down(cluster->native_handle(), 1);
  rig.append(10);
  EXPECT_FALSE(rig.pump->stop(Duration{100}));
  rd_kafka_mock_broker_set_up(cluster->native_handle(), 1);
  rig.restart();
  ASSERT_TRUE(rig.work_until_published());
  EXPECT_EQ(rig.positions(kAlerts), PublisherRig::up_to(10));
}

TEST_P(KafkaPublisherTest, RecordsAppendedWhileItRunsAreCarriedByItsThread) {
  rig.pump->start();
  ASSERT_TRUE(rig.publisher->wait_ready(Duration{20'000}));
  for (int i = 0; i < 50; ++i) rig.append(10);
  EXPECT_TRUE(rig.pump->stop(Duration{20'000}));
  EXPECT_EQ(rig.positions(kAlerts), PublisherRig::up_to(500));
}

INSTANTIATE_TEST_SUITE_P(Kafka, KafkaPublisherTest, ::testing::Bool(), [](const auto& test) {
  return test.param ? "Transactions" : "Idempotent";
});

TEST(KafkaOptions, APropertyThatLibrdkafkaRefusesIsNamed) {
  KafkaOptions options;
  EXPECT_THAT(check_kafka_options(options), HasSubstr("no brokers"));
  options.brokers = "127.0.0.1:1";
  EXPECT_EQ(check_kafka_options(options), "");
  options.properties["no.such.property"] = "1";
  EXPECT_THAT(check_kafka_options(options), HasSubstr("no.such.property"));
}

TEST(KafkaOptions, WhatDeliveryDependsOnCannotBeSwitchedOff) {
  KafkaOptions options;
  options.brokers = "127.0.0.1:1";
  options.properties["enable.idempotence"] = "nonsense";
  EXPECT_EQ(check_kafka_options(options), "");
}

}  // namespace
}  // namespace tocsin::alerts
