// The Paho source against a real mosquitto.
#include "ingest/paho_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>

#include "tests/support/memory_log.h"
#include "tests/support/mosquitto.h"
#include "tocsin/v1/log.pb.h"

namespace tocsin::ingest {
namespace {

using tocsin::testing::MemoryLog;
using tocsin::testing::Mosquitto;

constexpr std::chrono::seconds kPatience{20};

class PahoSourceTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(broker_.start()) << broker_.log(); }

  PahoOptions options() const {
    PahoOptions options;
    options.uri = broker_.uri();
    options.client_id = "tocsin-test";
    options.reconnect_max = Duration{200};
    return options;
  }
  /// Waits on the log, whose reader wakes up for each record.
  bool eventually(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      reader_->wait(Duration{5});
    }
    return true;
  }
  /// Payloads of the frames and states of the gateways in the log, in order.
  const std::vector<std::string>& logged() {
    while (true) {
      const auto next = reader_->next();
      if (!next || !*next) return logged_;
      v1::LogFrame frame;
      v1::LogGateway gateway;
      const std::string body((*next)->body);
      if ((*next)->kind == RecordKind::frame && frame.ParseFromString(body)) {
        logged_.push_back((frame.retained() ? "retained " : "") + frame.payload());
      } else if ((*next)->kind == RecordKind::gateway && gateway.ParseFromString(body)) {
        logged_.push_back(gateway.gateway() + (gateway.up() ? " up" : " down"));
      }
    }
  }
  bool eventually_logged(const std::vector<std::string>& expected) {
    const bool all = eventually([&] { return logged().size() >= expected.size(); });
    EXPECT_EQ(logged(), expected);
    return all;
  }
  bool publish(const std::string& payload) { return broker_.publish("tocsin/v1/g1/json", payload); }

  Mosquitto broker_;
  MemoryLog log_;
  std::unique_ptr<LogReader> reader_ = log_.read(1);
  std::vector<std::string> logged_;
};

TEST_F(PahoSourceTest, FramesAndStatesArriveInTheLogInOrder) {
  PahoSource source(options());
  ASSERT_TRUE(source.start(log_));
  EXPECT_TRUE(source.status().connected);
  EXPECT_EQ(source.address(), "127.0.0.1:" + std::to_string(broker_.port()));
  broker_.publish("tocsin/v1/g1/status", "online");
  broker_.publish("tocsin/v1/g1/json", "{}");
  broker_.publish("tocsin/v1/g1/pb", "binary");
  broker_.publish("tocsin/v1/g1/jsno", "unknown word");
  broker_.publish("tocsin/v1/g1/json/more", "too deep");
  broker_.publish("tocsin/v2/g1/json", "not ours");
  broker_.publish("elsewhere", "not ours");
  broker_.publish("tocsin/v1/g1/status", "offline");
  EXPECT_TRUE(eventually_logged({"g1 up", "{}", "binary", "unknown word", "too deep", "g1 down"}));
  EXPECT_EQ(source.status().frames, 4u);
  EXPECT_EQ(source.status().bytes, 28u);
}

TEST_F(PahoSourceTest, WhatTheBrokerRetainedIsFlaggedAsSuch) {
  broker_.publish("tocsin/v1/g1/json", "old", true);
  PahoSource source(options());
  ASSERT_TRUE(source.start(log_));
  ASSERT_TRUE(eventually_logged({"retained old"}));
  EXPECT_TRUE(eventually([&] { return source.status().retained == 1; }));
}

TEST_F(PahoSourceTest, FramesSentWhileItWasAwayAreDeliveredByTheKeptSession) {
  {
    PahoSource source(options());
    ASSERT_TRUE(source.start(log_));
    publish("1");
    ASSERT_TRUE(eventually_logged({"1"}));
  }
  publish("2");
  publish("3");
  PahoSource source(options());
  ASSERT_TRUE(source.start(log_));
  EXPECT_TRUE(eventually_logged({"1", "2", "3"}));
}

TEST_F(PahoSourceTest, ItComesBackAfterABrokerRestartAndGoesOn) {
  PahoSource source(options());
  ASSERT_TRUE(source.start(log_));
  for (int round = 1; round <= 3; ++round) {
    broker_.stop();
    ASSERT_TRUE(eventually([&] { return !source.status().connected; }));
    ASSERT_TRUE(broker_.start()) << broker_.log();
    ASSERT_TRUE(eventually([&] { return source.status().connected.load(); }));
    EXPECT_EQ(source.status().reconnects, static_cast<std::uint64_t>(round));
    ASSERT_TRUE(publish(std::to_string(round)));
    // Earlier ones may be there twice: the broker can stop before it hears that they are logged.
    ASSERT_TRUE(
        eventually([&] { return std::ranges::count(logged(), std::to_string(round)) > 0; }));
  }
}

TEST_F(PahoSourceTest, ItSubscribesAgainAtABrokerThatForgotItsSession) {
  PahoSource source(options());
  ASSERT_TRUE(source.start(log_));
  broker_.stop();
  std::remove((broker_.folder() + "/mosquitto.db").c_str());
  ASSERT_TRUE(broker_.start()) << broker_.log();
  ASSERT_TRUE(
      eventually([&] { return source.status().reconnects > 0 && source.status().connected; }));
  publish("again");
  EXPECT_TRUE(eventually_logged({"again"}));
}

TEST_F(PahoSourceTest, WhatTheLogRefusedIsNotAcknowledgedAndComesAgainInOrder) {
  PahoSource source(options());
  ASSERT_TRUE(source.start(log_));
  log_.fail_appends(LogError::no_space);
  for (const char* payload : {"1", "2", "3"}) publish(payload);
  ASSERT_TRUE(eventually([&] { return source.status().log_refusals >= 3; }));
  EXPECT_EQ(source.status().frames, 0u);
  log_.fail_appends(std::nullopt);
  EXPECT_TRUE(eventually_logged({"1", "2", "3"}));
  EXPECT_TRUE(eventually([&] { return source.status().connected.load(); }));
}

TEST_F(PahoSourceTest, WhatTheLogRefusedComesAgainAfterARestartOfTheSource) {
  {
    PahoSource source(options());
    ASSERT_TRUE(source.start(log_));
    log_.fail_appends(LogError::no_space);
    publish("kept by the broker");
    ASSERT_TRUE(eventually([&] { return source.status().log_refusals > 0; }));
  }
  log_.fail_appends(std::nullopt);
  PahoSource source(options());
  ASSERT_TRUE(source.start(log_));
  EXPECT_TRUE(eventually_logged({"kept by the broker"}));
}

TEST_F(PahoSourceTest, WhileIdleItWritesToItselfAndLogsNothingOfIt) {
  PahoOptions quick = options();
  quick.heartbeat = Duration{50};
  PahoSource source(quick);
  ASSERT_TRUE(source.start(log_));
  EXPECT_TRUE(broker_.hears("tocsin/self/+", 3));
  EXPECT_TRUE(logged().empty());
}

TEST_F(PahoSourceTest, NothingEntersTheLogAfterStop) {
  PahoSource source(options());
  ASSERT_TRUE(source.start(log_));
  source.stop();
  EXPECT_FALSE(source.status().connected);
  publish("later");
  EXPECT_TRUE(logged().empty());
  source.stop();
}

TEST_F(PahoSourceTest, StopDoesNotWaitForABrokerThatIsGoneOrDeaf) {
  for (const bool gone : {true, false}) {
    PahoSource source(options());
    ASSERT_TRUE(source.start(log_));
    gone ? broker_.stop() : broker_.freeze();
    if (gone) {
      ASSERT_TRUE(eventually([&] { return !source.status().connected; }));
    }
    const auto begin = std::chrono::steady_clock::now();
    source.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, kPatience) << gone;
    gone ? void(broker_.start()) : broker_.thaw();
  }
}

TEST_F(PahoSourceTest, AFullBurstArrivesWholeAndInOrder) {
  PahoSource source(options());
  ASSERT_TRUE(source.start(log_));
  std::vector<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    expected.push_back(std::to_string(i));
    ASSERT_TRUE(publish(expected.back()));
  }
  EXPECT_TRUE(eventually_logged(expected));
}

TEST(PahoSourceStart, SaysWhyItCannot) {
  MemoryLog log;
  const auto error = [&](PahoOptions options) {
    PahoSource source(std::move(options));
    const auto started = source.start(log);
    EXPECT_FALSE(source.status().connected);
    return started ? std::string("started") : std::string(to_string(started.error()));
  };
  const std::string nobody = "tcp://127.0.0.1:" + std::to_string(app::free_port());
  EXPECT_EQ(error({{.uri = nobody, .client_id = "t"}}), to_string(SourceError::unreachable));
  for (const char* uri : {"", "127.0.0.1:1", "http://127.0.0.1:1", "tcp://127.0.0.1", "tcp://:1",
                          "tcp://x:0", "tcp://x:65536", "tcp://x:port"}) {
    EXPECT_EQ(error({{.uri = uri, .client_id = "t"}}), to_string(SourceError::bad_address)) << uri;
  }
  EXPECT_EQ(error({{.uri = nobody, .client_id = ""}}), to_string(SourceError::bad_address));
  PahoOptions no_secret{{.uri = nobody, .client_id = "t"}};
  no_secret.password_file = "no/such/file";
  EXPECT_EQ(error(no_secret), to_string(SourceError::unreadable));
  PahoOptions no_trust{{.uri = nobody, .client_id = "t"}};
  no_trust.trust_store = "no/such/file";
  EXPECT_EQ(error(no_trust), to_string(SourceError::unreadable));
}

TEST(PahoSourceStart, UsesItsCredentialsAndSaysWhenTheyAreRefused) {
  Mosquitto broker(false);
  broker.add_user("tocsin", "secret");
  ASSERT_TRUE(broker.start()) << broker.log();
  MemoryLog log;
  PahoOptions options;
  options.uri = broker.uri();
  options.client_id = "t";
  EXPECT_EQ(PahoSource(options).start(log).error(), SourceError::refused);
  options.username = "tocsin";
  options.password_file = broker.folder() + "/secret";
  std::ofstream(options.password_file) << "wrong\n";
  EXPECT_EQ(PahoSource(options).start(log).error(), SourceError::refused);
  std::ofstream(options.password_file) << "secret\n";
  EXPECT_TRUE(PahoSource(options).start(log));
}

}  // namespace
}  // namespace tocsin::ingest
