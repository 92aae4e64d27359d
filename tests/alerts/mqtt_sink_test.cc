// The MQTT sink against a broker that does what is asked of it, and against a real mosquitto.
#include "alerts/mqtt_sink.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mqtt/async_client.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>

#include "alerts/alert_json.h"
#include "alerts/alert_pump.h"
#include "alerts/position_file.h"
#include "tests/alerts/sample_alert.h"
#include "tests/support/fake_broker.h"
#include "tests/support/folder.h"
#include "tests/support/memory_log.h"
#include "tests/support/mosquitto.h"

namespace tocsin::alerts {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tocsin::testing::FakeBroker;
using tocsin::testing::Folder;
using tocsin::testing::HeardMessage;
using tocsin::testing::MemoryLog;
using tocsin::testing::Mosquitto;
using tocsin::testing::slurp;
using tocsin::testing::smoke_alert;
using Numbers = std::vector<std::size_t>;

constexpr std::chrono::seconds kPatience{20};

// Looks at `done` again and again; `meanwhile` keeps things going.
bool eventually(const std::function<bool()>& done, const std::function<void()>& meanwhile = {}) {
  std::mutex mutex;
  std::condition_variable nobody;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    if (meanwhile) meanwhile();
    std::unique_lock lock(mutex);
    nobody.wait_for(lock, std::chrono::milliseconds(1));
  }
  return true;
}

Numbers numbers(std::size_t first, std::size_t last) {
  Numbers all(last - first + 1);
  std::iota(all.begin(), all.end(), first);
  return all;
}

// The alert's number is the last level of its topic.
std::size_t number_of(const std::string& topic) {
  return std::stoul(topic.substr(topic.rfind('/') + 1));
}

/// An alert log whose n-th revision is of an alert numbered n, and a sink with its pump.
class Rig {
 public:
  Rig() {
    log_.put(RecordKind::start, "started");
    alerts_ = AlertLog::open(log_).value();
    options_.client_id = "tocsin-test-out";
    options_.position_file = folder_.path("mqtt.position");
    options_.reconnect_min = Duration{5};
    options_.reconnect_max = Duration{50};
    options_.save_interval = Duration{0};
  }

  void append(std::size_t count, bool shadow = false) {
    for (std::size_t i = 0; i < count; ++i) {
      AlertRevision alert = smoke_alert(fmt::format("{:032}", ++appended_));
      alert.shadow = shadow;
      append(alert);
    }
  }
  void append(const AlertRevision& alert) {
    ASSERT_TRUE(alerts_->commit(alerts_->append(++cause_, 0, alert).value()));
  }

  void start() {
    sink_ = std::make_unique<MqttSink>(*alerts_, options_, [this] { return clock_.now(); });
    pump_ = std::make_unique<AlertPump>(*alerts_, *sink_, [this] { return clock_.now(); });
  }
  void stop() {
    pump_.reset();
    sink_.reset();
  }
  /// As kill -9 leaves it: with the position as it is in the file now.
  void kill() {
    const std::string position = slurp(options_.position_file);
    stop();
    folder_.write("mqtt.position", position);
  }
  bool drive(const std::function<bool()>& done) {
    return eventually(done, [this] { pump_->do_work(); });
  }
  bool drive_to_the_end() {
    return drive([this] { return status().published_position == alerts_->durable(); });
  }
  LogPosition remembered() const {
    const auto loaded = PositionFile(options_.position_file).load();
    const auto* stored = std::get_if<StoredPosition>(&loaded);
    return stored == nullptr ? 0 : stored->position;
  }
  SinkStatus status() const { return sink_->status(); }

  Folder folder_;
  SystemClock clock_;
  MqttOptions options_;
  MemoryLog log_;
  std::unique_ptr<AlertLog> alerts_;
  std::unique_ptr<MqttSink> sink_;
  std::unique_ptr<AlertPump> pump_;
  std::size_t appended_ = 0;
  LogPosition cause_ = 0;
};

class MqttSinkTest : public ::testing::Test, protected Rig {
 protected:
  MqttSinkTest() { options_.uri = broker_.uri(); }

  Numbers heard() const {
    Numbers all;
    for (const HeardMessage& message : broker_.heard()) all.push_back(number_of(message.topic));
    return all;
  }
  std::size_t heard_count() const { return broker_.heard().size(); }

  FakeBroker broker_;
};

TEST_F(MqttSinkTest, TheFirstStartOfAllBeginsAtTheEndOfTheLogAndRemembersThat) {
  append(3);
  start();
  EXPECT_EQ(remembered(), alerts_->durable()) << "a crash right now must not lose the next one";
  append(2);
  ASSERT_TRUE(drive_to_the_end());
  EXPECT_EQ(heard(), numbers(4, 5));
  EXPECT_EQ(sink_->position_warning(), "");
}

TEST_F(MqttSinkTest, AMessageIsTheJsonLineAtTheQosOfTheOptions) {
  for (const int qos : {0, 1}) {
    options_.qos = qos;
    start();
    append(1);
    ASSERT_TRUE(drive_to_the_end());
    ASSERT_TRUE(eventually([&] { return heard_count() == appended_; }));
    const HeardMessage message = broker_.heard().back();
    EXPECT_EQ(message.qos, qos);
    EXPECT_FALSE(message.retained);
    EXPECT_EQ(message.topic,
              fmt::format("tocsin/alerts/v1/fire/smoke-confirmed/{:032}", appended_));
    EXPECT_EQ(message.payload, alert_to_json(smoke_alert(fmt::format("{:032}", appended_))));
    stop();
  }
}

TEST_F(MqttSinkTest, ThePositionMovesOverWhatIsAcknowledgedAndNoFurther) {
  broker_.acknowledge(3);
  start();
  append(10);
  const LogPosition third = alerts_->durable() - 7;
  ASSERT_TRUE(drive([&] { return heard_count() == 10 && status().published_position == third; }));
  EXPECT_EQ(status().queue_depth, 7u);
  EXPECT_EQ(status().published_total, 3u);
  EXPECT_EQ(remembered(), third);
}

TEST_F(MqttSinkTest, WhatWasNotAcknowledgedBeforeAHangUpComesAgainInOrder) {
  broker_.acknowledge(3);
  start();
  append(10);
  ASSERT_TRUE(drive([&] { return heard_count() == 10 && status().published_total == 3; }));
  broker_.hang_up();
  ASSERT_TRUE(drive([&] { return !status().connected; }));
  EXPECT_THAT(status().last_error, HasSubstr("lost"));
  EXPECT_EQ(status().queue_depth, 0u);
  broker_.acknowledge(SIZE_MAX);
  ASSERT_TRUE(drive_to_the_end());
  Numbers expected = numbers(1, 10);
  for (const std::size_t again : numbers(4, 10)) expected.push_back(again);
  EXPECT_EQ(heard(), expected);
  EXPECT_EQ(status().published_total, 10u);
  EXPECT_TRUE(status().connected);
}

TEST_F(MqttSinkTest, AKillRepeatsOnlyWhatWasNotRememberedAndLosesNothing) {
  broker_.acknowledge(4);
  start();
  append(10);
  const LogPosition fourth = alerts_->durable() - 6;
  ASSERT_TRUE(drive([&] { return heard_count() == 10 && remembered() == fourth; }));
  kill();
  append(5);
  broker_.acknowledge(SIZE_MAX);
  start();
  ASSERT_TRUE(drive_to_the_end());
  Numbers expected = numbers(1, 10);
  for (const std::size_t again : numbers(5, 15)) expected.push_back(again);
  EXPECT_EQ(heard(), expected);
}

TEST_F(MqttSinkTest, APacedPositionRepeatsAfterAKillButNotAfterAStop) {
  options_.save_interval = Duration{3'600'000};
  start();
  const LogPosition begin = remembered();
  append(6);
  ASSERT_TRUE(drive([&] { return status().published_total == 6; }));
  EXPECT_LE(remembered(), begin + 1) << "at most one write in the interval";
  ASSERT_TRUE(sink_->flush(Duration{10'000}));
  EXPECT_EQ(remembered(), alerts_->durable()) << "a drain remembers";
  append(1);
  ASSERT_TRUE(drive([&] { return status().published_total == 7; }));
  stop();
  EXPECT_EQ(remembered(), alerts_->durable()) << "so does a stop";
  start();
  append(1);
  ASSERT_TRUE(drive([&] { return status().published_total == 1; }));
  EXPECT_EQ(heard(), numbers(1, 8));
}

TEST_F(MqttSinkTest, ASlowBrokerHasNoMoreThanTheBoundInFlight) {
  options_.max_in_flight = 10;
  broker_.acknowledge(0);
  start();
  append(100);
  for (std::size_t done = 0; done < 100; done += 5) {
    ASSERT_TRUE(drive([&] { return heard_count() == std::min<std::size_t>(done + 10, 100); }));
    EXPECT_LE(status().queue_depth, 10u);
    broker_.acknowledge(5);
  }
  ASSERT_TRUE(drive_to_the_end());
  EXPECT_EQ(heard(), numbers(1, 100));
}

TEST_F(MqttSinkTest, ABrokerThatAcknowledgesNothingIsLeftAndTriedAgain) {
  options_.patience = Duration{100};
  broker_.acknowledge(0);
  start();
  append(2);
  ASSERT_TRUE(drive([&] { return broker_.connects() >= 2; }));
  EXPECT_THAT(status().last_error, HasSubstr("acknowledged nothing"));
  broker_.acknowledge(SIZE_MAX);
  ASSERT_TRUE(drive_to_the_end());
  EXPECT_EQ(status().published_total, 2u);
}

TEST_F(MqttSinkTest, ARefusalIsSaidInItsWordsAndTheSinkGoesOnTrying) {
  broker_.answer_connects_with(5);
  start();
  append(1);
  ASSERT_TRUE(drive([&] { return broker_.connects() >= 3; }));
  EXPECT_FALSE(status().connected);
  EXPECT_THAT(status().last_error, HasSubstr("not authorised"));
  EXPECT_THAT(broker_.heard(), IsEmpty());
  broker_.answer_connects_with(0);
  EXPECT_TRUE(drive_to_the_end());
}

TEST_F(MqttSinkTest, WithoutABrokerADrainEndsInItsTimeAndNothingIsLost) {
  options_.uri = fmt::format("tcp://127.0.0.1:{}", app::free_port());
  start();
  append(3);
  ASSERT_TRUE(drive([&] {
    return status().last_error.find("nothing answers") != std::string::npos;
  })) << status().last_error;
  pump_->start();
  EXPECT_FALSE(pump_->stop(Duration{50}));
  stop();
  options_.uri = broker_.uri();
  start();
  ASSERT_TRUE(drive_to_the_end());
  EXPECT_EQ(heard(), numbers(1, 3));
}

TEST_F(MqttSinkTest, OnAThreadOfItsOwnItDrainsWhatTheLogHas) {
  start();
  pump_->start();
  append(500);
  EXPECT_TRUE(pump_->stop(Duration{20'000}));
  EXPECT_EQ(heard(), numbers(1, 500));
  EXPECT_EQ(remembered(), alerts_->durable());
}

TEST_F(MqttSinkTest, ShadowRevisionsArePassedOverAndThePositionMoves) {
  start();
  append(1);
  append(250, true);
  append(1);
  append(1, true);
  ASSERT_TRUE(drive_to_the_end());
  EXPECT_EQ(heard(), (Numbers{1, 252}));
  EXPECT_EQ(status().published_total, 2u);
}

TEST_F(MqttSinkTest, APositionFileThatSaysNothingBeginsAtTheStartOfTheLogLoudly) {
  append(3);
  for (const char* text : {"", "tocsin.position/1 ", "\xFF"}) {
    folder_.write("mqtt.position", text);
    start();
    EXPECT_THAT(sink_->position_warning(), HasSubstr("damaged")) << text;
    stop();
  }
  folder_.write("mqtt.position", "");
  start();
  ASSERT_TRUE(drive_to_the_end());
  EXPECT_EQ(heard(), numbers(1, 3));
}

TEST_F(MqttSinkTest, ThePositionInAnotherAlertLogMeansNothing) {
  append(3);
  ASSERT_EQ(PositionFile(options_.position_file).store({std::string(32, 'a'), 3}), "");
  start();
  EXPECT_THAT(sink_->position_warning(), HasSubstr("another alert log"));
  ASSERT_TRUE(drive_to_the_end());
  EXPECT_EQ(heard(), numbers(1, 3));
}

TEST_F(MqttSinkTest, ALogThatLostItsEndIsFollowedFromWhereItEndsNow) {
  append(3);
  ASSERT_EQ(PositionFile(options_.position_file).store({alerts_->id(), 1000}), "");
  start();
  EXPECT_THAT(sink_->position_warning(), HasSubstr("ahead of the alert log"));
  append(2);
  ASSERT_TRUE(drive_to_the_end());
  EXPECT_EQ(heard(), numbers(4, 5));
}

TEST_F(MqttSinkTest, APositionThatCannotBeWrittenIsSaidAndAlertsStillGoOut) {
  start();
  ASSERT_TRUE(drive([&] { return status().connected; }));
  const LogPosition before = remembered();
  std::filesystem::create_directory(folder_.path("mqtt.position.tmp"));  // in the way
  append(4);
  ASSERT_TRUE(drive([&] { return status().published_total == 4 && !status().connected; }));
  EXPECT_THAT(status().last_error, HasSubstr("cannot be written"));
  EXPECT_EQ(status().published_position, before) << "what a restart would ask for stays needed";
  EXPECT_EQ(heard(), numbers(1, 4));
  std::filesystem::remove(folder_.path("mqtt.position.tmp"));
  ASSERT_TRUE(drive_to_the_end());
  EXPECT_TRUE(status().connected);
}

TEST_F(MqttSinkTest, AnUnreadablePasswordFileIsSaidAndReadAgain) {
  options_.username = "u";
  options_.password_file = folder_.path("password");
  start();
  append(1);
  ASSERT_TRUE(drive([&] { return status().last_error.find("password") != std::string::npos; }));
  folder_.write("password", "secret\n");
  EXPECT_TRUE(drive_to_the_end());
}

TEST_F(MqttSinkTest, AResolveIsNotSettledUntilTheRetainedOneIsTakenAwayToo) {
  options_.retain = true;
  broker_.acknowledge(2);
  start();
  append(1);
  AlertRevision over = smoke_alert(fmt::format("{:032}", 1), 2);
  over.state = AlertState::resolved;
  append(over);
  ASSERT_TRUE(drive([&] {
    return heard_count() == 3 && broker_.heard()[1].acknowledged &&
           remembered() == alerts_->durable() - 1;
  }));
  EXPECT_EQ(status().queue_depth, 1u);
  broker_.acknowledge(1);
  ASSERT_TRUE(drive_to_the_end());
  const auto heard = broker_.heard();
  EXPECT_TRUE(heard[0].retained);
  EXPECT_FALSE(heard[1].retained);
  EXPECT_THAT(heard[1].payload, HasSubstr("resolved"));
  EXPECT_TRUE(heard[2].retained);
  EXPECT_EQ(heard[2].payload, "");
}

/// Someone who listens to all alerts, and comes back to its session.
class Listener : public virtual mqtt::callback {
 public:
  explicit Listener(const std::string& uri) : client_(uri, "listener") {
    client_.set_callback(*this);
  }
  bool connect() {
    try {
      mqtt::connect_options options;
      options.set_clean_session(false);
      const auto connected = client_.connect(options);
      if (!connected->wait_for(kPatience)) return false;
      return client_.subscribe("tocsin/alerts/v1/#", 1)->wait_for(kPatience);
    } catch (const mqtt::exception&) {
      return false;
    }
  }
  std::vector<mqtt::const_message_ptr> heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  Numbers heard_numbers() const {
    Numbers all;
    for (const auto& message : heard()) all.push_back(number_of(message->get_topic()));
    return all;
  }

 private:
  void message_arrived(mqtt::const_message_ptr message) override {
    const std::lock_guard lock(mutex_);
    heard_.push_back(std::move(message));
  }
  mutable std::mutex mutex_;
  std::vector<mqtt::const_message_ptr> heard_;
  mqtt::async_client client_;
};

class MosquittoSinkTest : public ::testing::Test, protected Rig {
 protected:
  void SetUp() override {
    ASSERT_TRUE(broker_.start()) << broker_.log();
    options_.uri = broker_.uri();
  }
  Mosquitto broker_;
};

TEST_F(MosquittoSinkTest, UndisturbedEveryRevisionArrivesOnceInOrder) {
  Listener listener(broker_.uri());
  ASSERT_TRUE(listener.connect());
  start();
  pump_->start();
  append(2000);
  EXPECT_TRUE(eventually([&] { return listener.heard().size() >= 2000; }));
  EXPECT_TRUE(pump_->stop(Duration{20'000}));
  EXPECT_EQ(listener.heard_numbers(), numbers(1, 2000));
  EXPECT_EQ(status().published_total, 2000u);
  EXPECT_EQ(status().delivery_errors, 0u);
}

TEST_F(MosquittoSinkTest, ABrokerThatIsKilledAgainAndAgainLosesNothingThatWasNotAcknowledged) {
  start();
  for (std::size_t round = 1; round <= 3; ++round) {
    append(300);
    ASSERT_TRUE(drive([&] { return status().published_total >= 300 * (round - 1) + 50; }));
    broker_.kill();
    ASSERT_TRUE(drive([&] { return !status().connected; }));
    const LogPosition before = status().published_position;
    append(10);
    ASSERT_TRUE(broker_.start()) << broker_.log();
    Listener listener(broker_.uri());
    ASSERT_TRUE(listener.connect());
    ASSERT_TRUE(drive_to_the_end());
    // One revision is one record behind the log's first: what followed `before`, each at least
    // once.
    const Numbers missing = numbers(before, appended_);
    EXPECT_TRUE(eventually([&] {
      const Numbers heard = listener.heard_numbers();
      return !heard.empty() && heard.back() == appended_;
    }));
    EXPECT_THAT(listener.heard_numbers(), ::testing::IsSupersetOf(missing));
  }
}

TEST_F(MosquittoSinkTest, AFrozenBrokerCostsNothingButTime) {
  options_.patience = Duration{300};
  start();
  append(20);
  ASSERT_TRUE(drive_to_the_end());
  broker_.freeze();
  append(20);
  ASSERT_TRUE(drive([&] { return !status().connected; }));
  EXPECT_EQ(status().published_total, 20u);
  broker_.thaw();
  ASSERT_TRUE(drive_to_the_end());
  EXPECT_EQ(status().published_total, 40u);
}

TEST_F(MosquittoSinkTest, WhoeverJoinsLateHearsTheOpenAlertsOnly) {
  options_.retain = true;
  start();
  append(3);
  AlertRevision over = smoke_alert(fmt::format("{:032}", 2), 2);
  over.state = AlertState::resolved;
  append(over);
  ASSERT_TRUE(drive_to_the_end());
  Listener late(broker_.uri());
  ASSERT_TRUE(late.connect());
  append(1);
  ASSERT_TRUE(drive_to_the_end());
  ASSERT_TRUE(eventually([&] { return late.heard().size() >= 3; }));
  Numbers heard = late.heard_numbers();
  std::ranges::sort(heard.begin(), heard.begin() + 2);  // what is retained comes in any order
  EXPECT_EQ(heard, (Numbers{1, 3, 4}));
  EXPECT_TRUE(late.heard()[0]->is_retained());
  EXPECT_FALSE(late.heard()[2]->is_retained());
}

TEST(MosquittoSinkLogin, AWrongPasswordIsSaidAndARightOneTakenWithoutARestart) {
  Mosquitto broker(false);
  broker.add_user("tocsin", "secret");
  ASSERT_TRUE(broker.start()) << broker.log();
  Rig rig;
  rig.options_.uri = broker.uri();
  rig.options_.username = "tocsin";
  rig.options_.password_file = rig.folder_.write("password", "wrong\n");
  rig.start();
  rig.append(1);
  ASSERT_TRUE(
      rig.drive([&] { return rig.status().last_error.find("refused") != std::string::npos; }));
  EXPECT_FALSE(rig.status().connected);
  rig.folder_.write("password", "secret\n");
  EXPECT_TRUE(rig.drive_to_the_end());
}

TEST(MqttSinkOptions, WhatCannotWorkIsRefusedInOneLine) {
  MqttOptions options;
  options.uri = "tcp://mq:1883";
  EXPECT_EQ(check_mqtt_options(options), "");
  options.topic_prefix = "tocsin/v1/alerts";
  EXPECT_THAT(check_mqtt_options(options), HasSubstr("would come back as events"));
  options.topic_prefix = "a/#";
  EXPECT_THAT(check_mqtt_options(options), HasSubstr("not a topic"));
  options.uri = "mq:1883";
  EXPECT_THAT(check_mqtt_options(options), HasSubstr("tcp://HOST:PORT"));
}

}  // namespace
}  // namespace tocsin::alerts
