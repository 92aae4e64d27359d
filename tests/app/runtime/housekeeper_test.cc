#include "app/runtime/housekeeper.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/folder.h"

namespace tocsin::app {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tocsin::testing::Folder;

constexpr journal::Retention kNoMore{Duration{}, 1};  // only the newest segment

class HousekeeperTest : public ::testing::Test {
 protected:
  HousekeeperTest() : events_(open("events")), alerts_(open("alerts")) {
    for (int i = 0; i < 40; ++i)
      (void)events_->commit(*events_->append(RecordKind::frame, "frame"));
    alert_log_ = std::move(*alerts::AlertLog::open(*alerts_));
    for (LogPosition cause = 1; cause <= 40; ++cause)
      (void)alert_log_->commit(*alert_log_->append(cause, 0, {}));
  }

  std::unique_ptr<journal::FileLog> open(const std::string& name) {
    journal::FileLogOptions options;
    options.folder = folder_.path(name);
    options.segment_bytes = 300;
    options.clock = [] { return from_unix_ms(1'000'000); };
    options.beat_interval = Duration{};
    return std::move(*journal::FileLog::open(std::move(options)));
  }

  void snapshot_at(LogPosition position) {
    ASSERT_TRUE(snapshots_.write({position, 0, "record"}, "state"));
    ASSERT_TRUE(snapshots_.keep(position));
  }
  void damage(LogPosition position) {
    std::ofstream(folder_.path(fmt::format("snapshots/snapshot-{:020}", position))) << "nonsense";
  }

  std::string look(LogPosition published) {
    Housekeeper keeper({*events_, kNoMore}, {*alerts_, kNoMore}, snapshots_, *alert_log_,
                       [=] { return published; });
    keeper.look();
    return keeper.trouble();
  }

  const Folder folder_;
  SnapshotFolder snapshots_{folder_.path("snapshots")};
  std::unique_ptr<journal::FileLog> events_, alerts_;
  std::unique_ptr<alerts::AlertLog> alert_log_;
};

TEST_F(HousekeeperTest, EventsStayFromTheOlderOfTwoGoodSnapshotsOn) {
  snapshot_at(20);
  snapshot_at(30);
  look(UINT64_MAX);
  EXPECT_LE(events_->first(), 20u);
  EXPECT_GT(events_->first(), 12u);
}

TEST_F(HousekeeperTest, WithoutTwoGoodSnapshotsNoEventGoesAndItIsSaid) {
  EXPECT_THAT(look(UINT64_MAX), HasSubstr("no two snapshots"));
  snapshot_at(20);
  EXPECT_THAT(look(UINT64_MAX), HasSubstr("no two snapshots"));
  snapshot_at(30);
  damage(20);
  EXPECT_THAT(look(UINT64_MAX), HasSubstr("no two snapshots"));
  EXPECT_EQ(events_->first(), 1u);
}

TEST_F(HousekeeperTest, WhatIsNotPublishedStays) {
  EXPECT_THAT(look(0), HasSubstr("not published"));
  EXPECT_EQ(alerts_->first(), 1u);
  look(20);
  EXPECT_LE(alerts_->first(), 21u);
  EXPECT_GT(alerts_->first(), 10u);
}

TEST_F(HousekeeperTest, ASinkThatBeginsAnewGetsTheAlertsThatAreKept) {
  look(UINT64_MAX);
  const auto reader = alert_log_->read(1);
  const auto oldest = reader->next();
  ASSERT_TRUE(oldest && *oldest);
  EXPECT_GE((*oldest)->position, alerts_->first());
  EXPECT_GT(alerts_->first(), 1u);
}

TEST_F(HousekeeperTest, TheNewestAlertStaysThoughStartsFollowIt) {
  const LogPosition newest = alert_log_->last_position();
  for (int start = 0; start < 20; ++start) {
    alert_log_.reset();
    alerts_.reset();
    alerts_ = open("alerts");
    alert_log_ = std::move(*alerts::AlertLog::open(*alerts_));
  }
  look(UINT64_MAX);
  EXPECT_LE(alerts_->first(), newest);
  EXPECT_GT(alerts_->first(), 1u);
  EXPECT_EQ(alert_log_->last_position(), newest);
}

TEST_F(HousekeeperTest, WhenAllIsWellThereIsNothingToSay) {
  snapshot_at(events_->durable() - 1);
  snapshot_at(events_->durable());
  EXPECT_THAT(look(UINT64_MAX), IsEmpty());
}

}  // namespace
}  // namespace tocsin::app
