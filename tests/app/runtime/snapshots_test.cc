#include "app/runtime/snapshots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "app/runtime/engine_loop.h"
#include "tests/app/runtime/records.h"
#include "tests/support/folder.h"
#include "tests/support/memory_log.h"

namespace tocsin::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tocsin::testing::Folder;
using tocsin::testing::MemoryLog;
using tocsin::testing::slurp;

constexpr std::chrono::seconds kPatience{20};

struct Written {
  RecordKind kind;
  std::int64_t after;  ///< ms since the record before
  std::string body;
};

// Two devices, a gap, a refused frame, an outage, a reload.
std::vector<Written> script() {
  std::vector<Written> records;
  std::int64_t now = kStart;
  const auto add = [&](RecordKind kind, std::int64_t after, std::string body) {
    now += after;
    records.push_back({kind, after, std::move(body)});
  };
  const auto batch = [&](int seq, const std::string& events) {
    add(RecordKind::frame, 7'000,
        frame_body(fmt::format(R"({{"gateway_seq":{},"events":[{}]}})", seq, events)));
  };
  add(RecordKind::start, 0, "");
  add(RecordKind::bundle, 5, rules_body({kSmokeRule, kRepeatedRule, kGapRule, kUnclearedRule}));
  for (int i = 1; i < 6; ++i)
    batch(i, smoke("D1", now) + "," + smoke("D2", now, 0.5 * i) + "," + smoke("D1", now));
  batch(9, smoke("D4", now));
  add(RecordKind::frame, 10, frame_body("{broken"));
  add(RecordKind::gateway, 10, gateway_body("g1", false));
  add(RecordKind::tick, 60'000, "");
  add(RecordKind::start, 100, "");
  add(RecordKind::frame, 10, frame_body(smoke("D3", now)));
  add(RecordKind::gateway, 10, gateway_body("g1", true));
  add(RecordKind::bundle, 10, rules_body({kRepeatedRule, kGapRule}));
  add(RecordKind::beat, 700'000, "");
  return records;
}

void write(MemoryLog& log, const std::vector<Written>& records, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    log.advance(Duration{records[i].after});
    log.put(records[i].kind, records[i].body);
  }
}

struct Ran {
  std::vector<std::string> passed_over;
  EngineStatus status;
};

// One process: it resumes, applies all there is and leaves a snapshot as it stops.
Ran run(Log& events, Log& alert_log, const std::string& folder) {
  const auto alerts = alerts::AlertLog::open(alert_log);
  EngineLoop engine(events, **alerts, [] { return from_unix_ms(kStart); }, {}, {folder, 1});
  Ran ran;
  ran.passed_over = engine.resume();
  engine.start();
  engine.drain_and_stop();
  ran.status = *engine.status();
  EXPECT_EQ(ran.status.failure, "");
  EXPECT_EQ(ran.status.snapshot_failures, 0U);
  return ran;
}

std::vector<alerts::AlertRecord> all_said(Log& alert_log) {
  return said(**alerts::AlertLog::open(alert_log));
}

std::string name_of(LogPosition position) { return fmt::format("s/snapshot-{:020}", position); }

TEST(Snapshots, FromAnyRecordAnEngineGoesOnAsIfItHadNeverStopped) {
  const std::vector<Written> records = script();
  MemoryLog undisturbed, all;
  const Folder elsewhere;
  write(all, records, records.size());
  const Ran whole = run(all, undisturbed, elsewhere.path("s"));
  const auto want = all_said(undisturbed);
  ASSERT_GE(want.size(), 12U);
  for (std::size_t first = 1; first < records.size(); ++first) {
    const Folder folder;
    MemoryLog alert_log, events, before;
    write(before, records, first);
    run(before, alert_log, folder.path("s"));
    write(events, records, records.size());
    const Ran after = run(events, alert_log, folder.path("s"));
    EXPECT_THAT(after.passed_over, IsEmpty());
    EXPECT_EQ(after.status.recovered, 0U) << "nothing before record " << first << " came again";
    const auto got = all_said(alert_log);
    ASSERT_EQ(got.size(), want.size()) << first;
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].cause, want[i].cause);
      EXPECT_EQ(got[i].revision, want[i].revision) << first;
    }
    EXPECT_EQ(after.status.books.received, whole.status.books.received);
    EXPECT_EQ(after.status.books.rejected(), whole.status.books.rejected());
    EXPECT_EQ(after.status.books.unregistered, whole.status.books.unregistered);
    EXPECT_EQ(after.status.missing_batches, whole.status.missing_batches);
    EXPECT_EQ(after.status.samples.size(), whole.status.samples.size());
    EXPECT_EQ(after.status.open.size(), whole.status.open.size());
  }
}

class SnapshotsOfARun : public ::testing::Test {
 protected:
  SnapshotsOfARun() {
    for (const std::size_t count : {records_.size() - 5, records_.size() - 2}) {
      MemoryLog events;
      write(events, records_, count);
      run(events, alerts_, folder_.path("s"));
    }
    write(events_, records_, records_.size());
  }
  LogPosition newest() const { return records_.size() - 2; }
  LogPosition older() const { return records_.size() - 5; }

  const std::vector<Written> records_ = script();
  const Folder folder_;
  MemoryLog alerts_, events_;
};

TEST_F(SnapshotsOfARun, TheTwoNewestAreKept) {
  EXPECT_THAT(SnapshotFolder(folder_.path("s")).positions(), ElementsAre(newest(), older()));
  run(events_, alerts_, folder_.path("s"));
  EXPECT_THAT(SnapshotFolder(folder_.path("s")).positions(),
              ElementsAre(records_.size(), newest()));
}

TEST_F(SnapshotsOfARun, ADamagedOneIsPassedOverForTheOneBefore) {
  const std::string path = folder_.path(name_of(newest()));
  std::string bytes = slurp(path);
  bytes[bytes.size() / 2] ^= 1;
  folder_.write(name_of(newest()), bytes);
  const Ran ran = run(events_, alerts_, folder_.path("s"));
  EXPECT_THAT(ran.passed_over, ElementsAre(HasSubstr("damaged")));
  EXPECT_GT(ran.status.recovered, 0U);
}

TEST_F(SnapshotsOfARun, NoSingleBitGoesUnnoticed) {
  const SnapshotFolder folder(folder_.path("s"));
  const std::string whole = slurp(folder_.path(name_of(newest())));
  std::string why;
  ASSERT_TRUE(folder.read(newest(), why)) << why;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    folder_.write(name_of(newest()), bytes);
    EXPECT_FALSE(folder.read(newest(), why)) << "bit " << at % 8 << " of byte " << at;
  }
}

TEST_F(SnapshotsOfARun, CutShortAtAnyByteItIsPassedOver) {
  const SnapshotFolder folder(folder_.path("s"));
  const std::string whole = slurp(folder_.path(name_of(newest())));
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    folder_.write(name_of(newest()), whole.substr(0, size));
    std::string why;
    EXPECT_FALSE(folder.read(newest(), why));
    EXPECT_THAT(why, HasSubstr(name_of(newest()).substr(2)));
  }
}

TEST_F(SnapshotsOfARun, OneOfAnotherVersionIsPassedOverByName) {
  std::string bytes = slurp(folder_.path(name_of(newest())));
  bytes.replace(0, std::string("tocsin-snapshot/1").size(), "tocsin-snapshot/2");
  folder_.write(name_of(newest()), bytes);
  const Ran ran = run(events_, alerts_, folder_.path("s"));
  EXPECT_THAT(ran.passed_over, ElementsAre(HasSubstr("another version")));
}

TEST_F(SnapshotsOfARun, OneOfAnotherLogIsPassedOver) {
  MemoryLog other;
  other.advance(Duration{1});
  write(other, records_, records_.size());
  const Ran ran = run(other, alerts_, folder_.path("s"));
  EXPECT_THAT(ran.passed_over,
              ElementsAre(HasSubstr("another event log"), HasSubstr("another event log")));
}

TEST_F(SnapshotsOfARun, AheadOfAnAlertLogThatLostItsEndItIsPassedOver) {
  MemoryLog lost;
  const Ran ran = run(events_, lost, folder_.path("s"));
  EXPECT_THAT(ran.passed_over, ElementsAre(HasSubstr("alert log"), HasSubstr("alert log")));
  EXPECT_EQ(all_said(lost).size(), ran.status.revisions) << "everything is said anew";
}

TEST(SnapshotWriter, AChildWritesIt) {
  const Folder folder;
  const SnapshotFolder snapshots(folder.path("s"));
  SnapshotWriter writer(snapshots);
  ASSERT_TRUE(writer.begin({7, 3, "digest"}, [] { return std::string("the state"); }));
  EXPECT_TRUE(writer.busy());
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (slurp(folder.path("s/unfinished")).find("the state") == std::string::npos) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::yield();
  }
  auto progress = writer.look(3);
  for (; progress == SnapshotWriter::Progress::writing; progress = writer.look(3)) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::yield();
  }
  EXPECT_EQ(progress, SnapshotWriter::Progress::kept);
  std::string why;
  const auto read = snapshots.read(7, why);
  ASSERT_TRUE(read) << why;
  EXPECT_EQ(read->state, "the state");
  EXPECT_EQ(read->head.record, "digest");
}

TEST(SnapshotWriter, WrittenItDoesNotCountBeforeItsAlertsAreOnTheDisk) {
  const Folder folder;
  const SnapshotFolder snapshots(folder.path("s"));
  SnapshotWriter writer(snapshots);
  ASSERT_TRUE(writer.write_now({7, 3, "digest"}, "the state"));
  EXPECT_EQ(writer.look(2), SnapshotWriter::Progress::writing);
  EXPECT_THAT(snapshots.positions(), IsEmpty());
  EXPECT_EQ(writer.look(3), SnapshotWriter::Progress::kept);
  EXPECT_THAT(snapshots.positions(), ElementsAre(7));
}

TEST(SnapshotWriter, AFolderThatCannotBeMadeIsAFailure) {
  const Folder folder;
  folder.write("file", "");
  SnapshotWriter writer(SnapshotFolder(folder.path("file/s")));
  ASSERT_TRUE(writer.begin({7, 0, "digest"}, [] { return std::string(); }));
  auto progress = writer.look(0);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (; progress == SnapshotWriter::Progress::writing; progress = writer.look(0)) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::yield();
  }
  EXPECT_EQ(progress, SnapshotWriter::Progress::failed);
  EXPECT_FALSE(writer.busy());
}

}  // namespace
}  // namespace tocsin::app
