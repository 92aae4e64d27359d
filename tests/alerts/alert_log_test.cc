#include "alerts/alert_log.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/alerts/sample_alert.h"
#include "tests/support/memory_log.h"

namespace tocsin::alerts {
namespace {

using tocsin::testing::full_alert;
using tocsin::testing::MemoryLog;
using tocsin::testing::smoke_alert;

TEST(AlertLog, YieldsWhatWasAppendedWithItsCause) {
  MemoryLog log;
  log.put(RecordKind::start, "");
  const auto alerts = AlertLog::open(log).value();
  ASSERT_TRUE(alerts->append(17, 0, smoke_alert()));
  const LogPosition newest = alerts->append(17, 1, full_alert()).value();
  ASSERT_TRUE(alerts->commit(newest));

  const auto reader = alerts->read(1);
  const auto first = reader->next().value();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->position, 2u);
  EXPECT_EQ(first->cause, (AlertCause{17, 0}));
  EXPECT_EQ(first->revision, smoke_alert());
  const auto second = reader->next().value();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->cause, (AlertCause{17, 1}));
  EXPECT_EQ(second->revision, full_alert());
  EXPECT_FALSE(reader->next().value());
}

TEST(AlertLog, ARevisionIsReadOnlyOnceDurable) {
  MemoryLog log;
  const auto alerts = AlertLog::open(log).value();
  const auto reader = alerts->read(1);
  const LogPosition position = alerts->append(1, 0, smoke_alert()).value();
  EXPECT_FALSE(reader->next().value());
  ASSERT_TRUE(alerts->commit(position));
  EXPECT_TRUE(reader->next().value());
}

TEST(AlertLog, OpensAtTheCauseOfItsNewestRecord) {
  MemoryLog log;
  EXPECT_EQ(AlertLog::open(log).value()->last(), std::nullopt);
  {
    const auto alerts = AlertLog::open(log).value();
    ASSERT_TRUE(alerts->append(4, 0, smoke_alert()));
    ASSERT_TRUE(alerts->commit(alerts->append(9, 2, smoke_alert()).value()));
    ASSERT_TRUE(alerts->append(10, 0, smoke_alert()));
    EXPECT_EQ(alerts->last(), (AlertCause{10, 0}));
  }
  log.forget_undurable();
  log.put(RecordKind::beat, "");
  const auto again = AlertLog::open(log).value();
  EXPECT_EQ(again->last(), (AlertCause{9, 2}));
  EXPECT_EQ(again->last_position(), 2u);
}

TEST(AlertLog, ADiskThatSaysNoIsReportedAndLeavesTheOldEnd) {
  MemoryLog log;
  const auto alerts = AlertLog::open(log).value();
  ASSERT_TRUE(alerts->append(4, 0, smoke_alert()));
  log.fail_appends(LogError::no_space);
  EXPECT_EQ(alerts->append(5, 0, smoke_alert()).error(), LogError::no_space);
  EXPECT_EQ(alerts->last(), (AlertCause{4, 0}));
  log.fail_appends(std::nullopt);
  EXPECT_TRUE(alerts->append(5, 0, smoke_alert()));
}

TEST(AlertLog, ARecordThatIsNoAlertIsCorrupt) {
  MemoryLog log;
  log.put(RecordKind::alert, "\xFF\xFF");
  EXPECT_EQ(AlertLog::open(log).error(), LogError::corrupt);
}

TEST(AlertLog, ItsNameIsThatOfItsFirstRecordAndItsArrival) {
  MemoryLog one(from_unix_ms(1000));
  MemoryLog other(from_unix_ms(1001));
  const auto alerts = AlertLog::open(one).value();
  EXPECT_EQ(alerts->id(), "");
  one.put(RecordKind::start, "same");
  other.put(RecordKind::start, "same");
  const std::string id = alerts->id();
  EXPECT_EQ(id.size(), 32u);
  one.put(RecordKind::start, "later");
  EXPECT_EQ(AlertLog::open(one).value()->id(), id);
  EXPECT_NE(AlertLog::open(other).value()->id(), id);
}

TEST(AlertLog, AnInterruptEndsAReadersWait) {
  MemoryLog log;
  const auto alerts = AlertLog::open(log).value();
  const auto reader = alerts->read(1);
  std::thread waiter([&] { reader->wait(std::chrono::minutes(5)); });
  reader->interrupt();
  waiter.join();
}

TEST(AlertLogDeathTest, ACauseThatGoesBackIsABug) {
  MemoryLog log;
  const auto alerts = AlertLog::open(log).value();
  ASSERT_TRUE(alerts->append(4, 1, smoke_alert()));
  EXPECT_DEATH((void)alerts->append(4, 1, smoke_alert()), "last_");
}

}  // namespace
}  // namespace tocsin::alerts
