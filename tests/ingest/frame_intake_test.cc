#include "ingest/frame_intake.h"

#include <gtest/gtest.h>

#include "ingest/decoder.h"
#include "tests/support/memory_log.h"
#include "tocsin/v1/log.pb.h"

namespace tocsin::ingest {
namespace {

class FrameIntakeTest : public ::testing::Test {
 protected:
  struct Record {
    RecordKind kind;
    std::string body;
  };
  std::vector<Record> records() {
    std::vector<Record> out;
    const auto reader = log_.read(1);
    while (true) {
      const auto next = reader->next();
      if (!next || !*next) return out;
      out.push_back({(*next)->kind, std::string((*next)->body)});
    }
  }
  v1::LogFrame frame(std::size_t i) {
    v1::LogFrame parsed;
    EXPECT_EQ(records().at(i).kind, RecordKind::frame);
    EXPECT_TRUE(parsed.ParseFromString(records().at(i).body));
    return parsed;
  }
  v1::LogGateway gateway(std::size_t i) {
    v1::LogGateway parsed;
    EXPECT_EQ(records().at(i).kind, RecordKind::gateway);
    EXPECT_TRUE(parsed.ParseFromString(records().at(i).body));
    return parsed;
  }

  tocsin::testing::MemoryLog log_;
  SourceStatus status_;
  FrameIntake intake_{log_, status_};
};

TEST_F(FrameIntakeTest, AFrameIsLoggedAsItCameAndDurableAtOnce) {
  EXPECT_TRUE(intake_.take({"tocsin/v1/g1/pb", std::string_view("\0\xff", 2), false, true, 1}));
  const v1::LogFrame logged = frame(0);
  EXPECT_EQ(logged.topic(), "tocsin/v1/g1/pb");
  EXPECT_EQ(logged.payload(), std::string("\0\xff", 2));
  EXPECT_TRUE(logged.dup());
  EXPECT_EQ(logged.qos(), 1u);
  EXPECT_EQ(log_.durable(), 1u);
  EXPECT_EQ(status_.frames, 1u);
  EXPECT_EQ(status_.bytes, 2u);
}

TEST_F(FrameIntakeTest, ARetainedFrameCarriesItsFlagAndIsCounted) {
  EXPECT_TRUE(intake_.take({"tocsin/v1/g1/json", "{}", true, false, 1}));
  EXPECT_TRUE(frame(0).retained());
  EXPECT_EQ(status_.retained, 1u);
}

TEST_F(FrameIntakeTest, AStatusIsAGatewayRecordWhenItIsNews) {
  for (const char* state : {"online", "online", "offline", "offline", "online"}) {
    EXPECT_TRUE(intake_.take({"tocsin/v1/g1/status", state, true, false, 1}));
  }
  EXPECT_TRUE(intake_.take({"tocsin/v1/g2/status", "online"}));
  ASSERT_EQ(records().size(), 4u);
  EXPECT_TRUE(gateway(0).up());
  EXPECT_FALSE(gateway(1).up());
  EXPECT_TRUE(gateway(2).up());
  EXPECT_EQ(gateway(3).gateway(), "g2");
  EXPECT_EQ(status_.frames, 0u);
}

TEST_F(FrameIntakeTest, AStatusTheLogRefusedIsStillNews) {
  log_.fail_appends(LogError::no_space);
  EXPECT_FALSE(intake_.take({"tocsin/v1/g1/status", "online"}));
  log_.fail_appends(std::nullopt);
  EXPECT_TRUE(intake_.take({"tocsin/v1/g1/status", "online"}));
  EXPECT_EQ(records().size(), 1u);
}

TEST_F(FrameIntakeTest, WhatIsNeitherIsLoggedForTheDecoderToRefuse) {
  EXPECT_TRUE(intake_.take({"tocsin/v1/g1/status", "confused"}));
  EXPECT_TRUE(intake_.take({"something/else", "x"}));
  EXPECT_EQ(frame(0).payload(), "confused");
  EXPECT_EQ(frame(1).topic(), "something/else");
}

TEST_F(FrameIntakeTest, AnOversizePayloadIsCutSoThatTheLogTakesItAndTheDecoderRefusesIt) {
  EXPECT_TRUE(intake_.take({"tocsin/v1/g1/json", std::string(10 * kMaxFrameBytes, 'x')}));
  EXPECT_EQ(frame(0).payload().size(), kMaxFrameBytes + 1);
}

TEST_F(FrameIntakeTest, WhatTheLogRefusesIsSaidAndCounted) {
  for (const LogError error : {LogError::no_space, LogError::closed, LogError::io}) {
    log_.fail_appends(error);
    EXPECT_FALSE(intake_.take({"tocsin/v1/g1/json", "{}"}));
  }
  EXPECT_EQ(status_.log_refusals, 3u);
  EXPECT_EQ(status_.frames, 0u);
}

}  // namespace
}  // namespace tocsin::ingest
