#include "app/runtime/engine_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/app/runtime/records.h"
#include "tests/journal/log_folder.h"
#include "tests/support/memory_log.h"

namespace tocsin::app {
namespace {

using ::testing::HasSubstr;
using testing::MemoryLog;

constexpr Duration kPatience{20'000};

struct Written {
  RecordKind kind;
  std::int64_t after;  ///< ms since the record before
  std::string body;
};

// A morning of two devices, with a reload in the middle.
std::vector<Written> script() {
  std::vector<Written> records;
  std::int64_t now = kStart;
  const auto add = [&](RecordKind kind, std::int64_t after, std::string body) {
    now += after;
    records.push_back({kind, after, std::move(body)});
  };
  add(RecordKind::start, 0, "");
  add(RecordKind::bundle, 5, rules_body({kSmokeRule, kRepeatedRule}));
  for (int i = 0; i < 6; ++i) {
    add(RecordKind::frame, 7'000,
        frame_body(fmt::format("[{},{}]", smoke("D1", now), smoke("D2", now, 0.5 * i))));
  }
  add(RecordKind::frame, 10, frame_body("{broken"));
  add(RecordKind::tick, 60'000, "");
  add(RecordKind::start, 100, "");
  add(RecordKind::frame, 10, frame_body(smoke("D3", now)));
  add(RecordKind::bundle, 10, rules_body({kRepeatedRule}));
  add(RecordKind::beat, 700'000, "");
  return records;
}

void write(MemoryLog& log, const std::vector<Written>& records) {
  for (const Written& record : records) {
    log.advance(Duration{record.after});
    log.put(record.kind, record.body);
  }
}

class EngineLoopTest : public ::testing::Test {
 protected:
  // The clock stands at the start: no timer is ever due by it, so no tick is asked for.
  std::unique_ptr<EngineLoop> loop(Log& events, alerts::AlertLog& alerts) {
    return std::make_unique<EngineLoop>(events, alerts, [] { return from_unix_ms(kStart); });
  }

  // Runs an engine over everything in `events`, then lets it go.
  void run(Log& events, Log& alert_log) {
    const auto alerts = alerts::AlertLog::open(alert_log);
    ASSERT_TRUE(alerts.has_value());
    const auto engine = loop(events, **alerts);
    engine->start();
    engine->drain_and_stop();
    EXPECT_EQ(engine->status()->failure, "");
    if ((*alerts)->last_position() == 0) return;
    ASSERT_TRUE((*alerts)->commit((*alerts)->last_position()));
  }

  std::vector<alerts::AlertRecord> all_said(Log& alert_log) {
    return said(**alerts::AlertLog::open(alert_log));
  }
};

void expect_same(const std::vector<alerts::AlertRecord>& got,
                 const std::vector<alerts::AlertRecord>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].cause, want[i].cause);
    EXPECT_EQ(got[i].revision, want[i].revision) << "revision " << i;
  }
}

TEST_F(EngineLoopTest, DroppedAfterAnyRecordAndAnyRevisionItSaysTheSameAsUndisturbed) {
  const std::vector<Written> records = script();
  MemoryLog undisturbed;
  {
    MemoryLog events;
    write(events, records);
    run(events, undisturbed);
  }
  const auto want = all_said(undisturbed);
  ASSERT_GE(want.size(), 10u);
  for (std::size_t applied = 1; applied <= records.size(); ++applied) {
    MemoryLog alert_log;
    MemoryLog first;
    write(first, {records.begin(), records.begin() + static_cast<std::ptrdiff_t>(applied)});
    run(first, alert_log);
    MemoryLog events;
    write(events, records);
    run(events, alert_log);
    expect_same(all_said(alert_log), want);
  }
  // Killed in the middle of a record's revisions: any part of them had reached the alert log.
  for (std::size_t kept = 0; kept <= want.size(); ++kept) {
    MemoryLog alert_log;
    const auto alerts = alerts::AlertLog::open(alert_log);
    for (std::size_t i = 0; i < kept; ++i) {
      const auto at =
          (*alerts)->append(want[i].cause.record, want[i].cause.index, want[i].revision);
      ASSERT_TRUE(at && (*alerts)->commit(*at));
    }
    MemoryLog events;
    write(events, records);
    run(events, alert_log);
    expect_same(all_said(alert_log), want);
  }
}

TEST_F(EngineLoopTest, StatusTellsWhatIsInForceAsSoonAsItIsApplied) {
  MemoryLog events;
  MemoryLog alert_log;
  const auto alerts = alerts::AlertLog::open(alert_log);
  const auto engine = loop(events, **alerts);
  engine->start();
  for (const char* text : {kSmokeRule, kRepeatedRule, kSmokeRule}) {
    const std::string body = rules_body({text});
    const LogPosition at = events.put(RecordKind::bundle, body);
    ASSERT_TRUE(engine->wait_applied(at, kPatience));
    EXPECT_EQ(engine->status()->bundle_version, parse_bundle(body)->version);
    EXPECT_GE(engine->status()->applied, at);
  }
}

TEST_F(EngineLoopTest, OpenAlertsAreShownUntilTheyResolve) {
  MemoryLog events;
  MemoryLog alert_log;
  auto records = script();
  records.resize(4);
  write(events, records);
  {
    const auto alerts = alerts::AlertLog::open(alert_log);
    const auto engine = loop(events, **alerts);
    engine->start();
    engine->drain_and_stop();
    ASSERT_EQ(engine->status()->open.size(), 1u);
    EXPECT_EQ(engine->status()->open[0]->rule, "smoke");
    EXPECT_TRUE(engine->status()->books.balance());
  }
  MemoryLog whole;
  write(whole, script());
  MemoryLog other;
  const auto alerts = alerts::AlertLog::open(other);
  const auto engine = loop(whole, **alerts);
  engine->start();
  engine->drain_and_stop();
  EXPECT_TRUE(engine->status()->open.empty());
}

TEST_F(EngineLoopTest, AFullDiskHoldsTheEngineAndLosesNoRevision) {
  MemoryLog undisturbed;
  MemoryLog events;
  write(events, script());
  run(events, undisturbed);

  MemoryLog alert_log;
  const auto alerts = alerts::AlertLog::open(alert_log);
  const auto engine = loop(events, **alerts);
  alert_log.fail_appends(LogError::no_space);
  engine->start();
  while (engine->status()->waiting.empty())
    ASSERT_FALSE(engine->wait_applied(events.durable(), Duration{5}));
  EXPECT_EQ(engine->status()->failure, "");
  alert_log.fail_appends(std::nullopt);
  ASSERT_TRUE(engine->wait_applied(events.durable(), kPatience));
  engine->drain_and_stop();
  EXPECT_EQ(engine->status()->waiting, "");
  ASSERT_TRUE((*alerts)->commit((*alerts)->last_position()));
  expect_same(said(**alerts), all_said(undisturbed));
}

TEST_F(EngineLoopTest, AStopDuringAFullDiskDoesNotHang) {
  MemoryLog events;
  write(events, script());
  MemoryLog alert_log;
  const auto alerts = alerts::AlertLog::open(alert_log);
  const auto engine = loop(events, **alerts);
  alert_log.fail_appends(LogError::no_space);
  engine->start();
  engine->drain_and_stop();
  EXPECT_THAT(engine->status()->failure, HasSubstr("no space left on the disk"));
}

TEST_F(EngineLoopTest, AnAlertLogThatFailsStopsTheEngineVisibly) {
  MemoryLog events;
  write(events, script());
  MemoryLog alert_log;
  const auto alerts = alerts::AlertLog::open(alert_log);
  const auto engine = loop(events, **alerts);
  alert_log.fail_appends(LogError::io);
  engine->start();
  EXPECT_FALSE(engine->wait_applied(events.durable(), kPatience)) << "ends early";
  EXPECT_THAT(engine->status()->failure, HasSubstr("io"));
}

TEST_F(EngineLoopTest, ATimerThatIsDueByTheClockFiresWithoutAnyEvent) {
  journal::TempFolder folder;
  journal::FakeClock clock;
  clock.ms = kStart;
  const auto events = journal::open_log(journal::options_for(folder, clock));
  MemoryLog alert_log;
  const auto alerts = alerts::AlertLog::open(alert_log);
  EngineLoop engine(*events, **alerts, [&] { return events->now(); });
  engine.start();
  ASSERT_TRUE(events->append(RecordKind::bundle, rules_body({kSmokeRule})));
  const LogPosition alarm = *events->append(RecordKind::frame, frame_body(smoke("D1", kStart)));
  ASSERT_TRUE(engine.wait_applied(alarm, kPatience));
  clock.ms += 700'000;
  ASSERT_TRUE(engine.wait_applied(alarm + 1, kPatience)) << "the tick";
  engine.drain_and_stop();
  ASSERT_TRUE((*alerts)->commit((*alerts)->last_position()));
  const auto records = said(**alerts);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].revision.reason, Reason::quiet);
  EXPECT_EQ(records[1].revision.at, from_unix_ms(kStart + 600'000)) << "the deadline, not the tick";
  events->close();
  EXPECT_EQ(journal::read_all(*events).back().kind, RecordKind::tick);
}

TEST(OpenAlertsTest, TheOnesThatChangedLastAreKept) {
  OpenAlerts open;
  AlertRevision revision;
  for (std::size_t i = 0; i < kOpenAlertsShown + 10; ++i) {
    revision.alert_id = std::to_string(i);
    open.take(revision);
    if (i == kOpenAlertsShown - 1) {
      revision.alert_id = "0";  // changes again, so "1" leaves before it
      revision.rev = 2;
      open.take(revision);
    }
  }
  const auto shown = open.latest();
  ASSERT_EQ(shown.size(), kOpenAlertsShown);
  EXPECT_EQ(shown.front()->alert_id, "11");
  EXPECT_EQ(shown.back()->alert_id, std::to_string(kOpenAlertsShown + 9));
  revision.state = AlertState::resolved;
  revision.alert_id = "0";
  open.take(revision);
  EXPECT_EQ(open.latest().size(), kOpenAlertsShown - 1);
}

}  // namespace
}  // namespace tocsin::app
