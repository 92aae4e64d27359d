#include "journal/file_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <latch>

#include "journal/format.h"
#include "journal/inspect.h"
#include "tests/journal/log_folder.h"
#include "tocsin/v1/log.pb.h"

namespace tocsin::journal {
namespace {

constexpr Duration kPatience{20'000};

class FileLogTest : public testing::Test {
 protected:
  FileLogOptions options() { return options_for(folder_, clock_); }
  TempFolder folder_;
  FakeClock clock_;
  FailingDisk disk_;
};

TEST_F(FileLogTest, GivesBackWhatWasPutInAcrossSegmentsAndRestarts) {
  FileLogOptions small = options();
  small.segment_bytes = 2000;
  std::vector<std::string> bodies;
  for (int run = 0; run < 3; ++run) {
    const auto log = open_log(small);
    for (int i = 0; i < 40; ++i) {
      bodies.push_back(std::string(static_cast<std::size_t>(i * 17), static_cast<char>('a' + run)));
      put(*log, bodies.back());
    }
  }
  const auto log = open_log(small);
  EXPECT_GT(log->opened().segments, 10u);
  std::vector<std::string> read;
  LogPosition expected = 1;
  for (const Kept& kept : read_all(*log)) {
    EXPECT_EQ(kept.position, expected++);
    if (kept.kind == RecordKind::frame) read.push_back(kept.body);
  }
  EXPECT_EQ(read, bodies);
}

TEST_F(FileLogTest, ReadsFromAnyPosition) {
  FileLogOptions small = options();
  small.segment_bytes = 700;
  const auto log = open_log(small);
  for (int i = 0; i < 30; ++i) put(*log, std::to_string(i) + std::string(90, '.'));
  const auto all = read_all(*log);
  for (LogPosition from = 1; from <= all.size(); ++from) {
    const auto part = read_all(*log, from);
    ASSERT_EQ(part.size(), all.size() - from + 1);
    EXPECT_EQ(part.front(), all[from - 1]);
  }
  EXPECT_TRUE(read_all(*log, all.size() + 1).empty());
}

TEST_F(FileLogTest, BeginsWithAStartRecordThatTellsVersionAndWallClock) {
  const auto log = open_log(options());
  const auto all = read_all(*log);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].kind, RecordKind::start);
  v1::LogStart start;
  ASSERT_TRUE(start.ParseFromString(all[0].body));
  EXPECT_EQ(start.version(), "test");
  EXPECT_EQ(start.wall_ms(), clock_.ms.load());
  EXPECT_EQ(start.beat_ms(), options().beat_interval.count());
  EXPECT_TRUE(log->opened().created);
}

TEST_F(FileLogTest, ManyAppendersGetPositionsWithoutGapsAndKeepTheirOwnOrder) {
  constexpr int kThreads = 8, kEach = 500;
  FileLogOptions tight = options();
  tight.queue.records = 16;  // back-pressure all the time
  tight.segment_bytes = 50'000;
  const auto log = open_log(tight);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string body = std::to_string(t) + ":" + std::to_string(i);
        const auto position = log->append(RecordKind::frame, body);
        ASSERT_TRUE(position && (i % 50 != 0 || log->commit(*position)));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  log->close();
  const auto all = read_all(*log);
  ASSERT_EQ(all.size(), 1u + kThreads * kEach);
  std::vector<int> next(kThreads, 0);
  for (std::size_t i = 1; i < all.size(); ++i) {
    EXPECT_EQ(all[i].position, i + 1);
    const int t = std::stoi(all[i].body);
    EXPECT_EQ(all[i].body,
              std::to_string(t) + ":" + std::to_string(next[static_cast<std::size_t>(t)]++));
  }
}

TEST_F(FileLogTest, CommitsThatWaitTogetherShareOneSync) {
  constexpr int kThreads = 16, kEach = 50;
  FileLogOptions synced = options();
  synced.durability = Durability::sync;
  synced.disk = &disk_;
  const auto log = open_log(synced);
  const int before = disk_.syncs.load();
  std::latch together(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      together.arrive_and_wait();
      for (int i = 0; i < kEach; ++i) put(*log, "frame");
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LT(disk_.syncs.load() - before, kThreads * kEach / 2);
  const LogMetrics metrics = log->metrics();
  EXPECT_EQ(metrics.appended, 1u + kThreads * kEach);
  EXPECT_EQ(metrics.queue_records, 0u);
  std::uint64_t observed = 0;
  for (const auto bucket : metrics.sync_buckets) observed += bucket;
  EXPECT_EQ(observed, metrics.syncs);
}

TEST_F(FileLogTest, ArrivalNeverDecreasesWhenTheClockGoesBack) {
  const auto log = open_log(options());
  for (const std::int64_t ms : {2'000'000, 1'500'000, 1'999'999, 2'000'001, 0}) {
    clock_.ms = ms;
    put(*log, "frame");
  }
  std::vector<std::int64_t> arrivals;
  for (const Kept& kept : read_all(*log)) arrivals.push_back(unix_ms(kept.arr));
  EXPECT_EQ(arrivals, (std::vector<std::int64_t>{1'000'000, 2'000'000, 2'000'000, 2'000'000,
                                                 2'000'001, 2'000'001}));
  EXPECT_EQ(unix_ms(log->last_arrival()), 2'000'001);
}

TEST_F(FileLogTest, AStartWithTheClockBehindTheLogGoesOnFromTheLog) {
  clock_.ms = 5'000'000;
  put(*open_log(options()), "frame");
  clock_.ms = 1'000'000;
  const auto log = open_log(options());
  EXPECT_EQ(log->opened().clock_shift, Duration{4'000'000});
  clock_.ms += 250;
  put(*log, "frame");
  EXPECT_EQ(unix_ms(log->last_arrival()), 5'000'250) << "time does not stand still for an hour";
}

TEST_F(FileLogTest, ASecondOpenOfTheSameFolderIsRefused) {
  const auto log = open_log(options());
  std::string detail;
  const auto second = FileLog::open(options(), &detail);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error(), LogError::locked);
  EXPECT_THAT(detail, testing::HasSubstr(folder_.log()));
  EXPECT_TRUE(inspect(folder_.log())->being_written);
}

TEST_F(FileLogTest, AReaderFollowsAndAnInterruptEndsItsWait) {
  const auto log = open_log(options());
  std::vector<std::string> seen;
  const auto reader = log->read(1);
  std::thread follower([&] {
    while (true) {
      const auto next = reader->next();
      ASSERT_TRUE(next.has_value());
      if (!*next) {
        reader->wait(kPatience);
      } else if ((*next)->kind == RecordKind::frame) {
        seen.emplace_back((*next)->body);
        if (seen.back() == "last") return;
      }
    }
  });
  for (int i = 0; i < 200; ++i) put(*log, std::to_string(i));
  put(*log, "last");
  follower.join();
  EXPECT_EQ(seen.size(), 201u);

  std::thread waiting([&] { reader->wait(Duration{3'600'000}); });
  reader->interrupt();
  waiting.join();
  reader->interrupt();
  reader->wait(Duration{3'600'000});  // an interrupt before the wait counts too
}

TEST_F(FileLogTest, AnIdleLogBeats) {
  FileLogOptions beating = options();
  beating.beat_interval = Duration{1};
  const auto log = open_log(beating);
  const auto reader = log->read(2);
  int beats = 0;
  while (beats < 3) {
    const auto next = reader->next();
    ASSERT_TRUE(next.has_value());
    if (!*next) {
      reader->wait(kPatience);
    } else {
      EXPECT_EQ((*next)->kind, RecordKind::beat);
      EXPECT_TRUE((*next)->body.empty());
      ++beats;
    }
  }
}

TEST_F(FileLogTest, ARecordOverTheLimitIsRefusedAndItsNeighboursAreNot) {
  FileLogOptions limited = options();
  limited.queue.max_record = 100;
  const auto log = open_log(limited);
  EXPECT_EQ(log->append(RecordKind::frame, std::string(101, 'x')).error(), LogError::too_large);
  EXPECT_EQ(put(*log, std::string(100, 'x')), 2u);
}

TEST_F(FileLogTest, ARecordLargerThanASegmentOrTheQueueStillFits) {
  FileLogOptions limited = options();
  limited.segment_bytes = 500;
  limited.queue.bytes = 1000;
  const auto log = open_log(limited);
  put(*log, std::string(5000, 'x'));
  put(*log, "y");
  EXPECT_EQ(read_all(*log).size(), 3u);
}

TEST_F(FileLogTest, AFullDiskIsSaidAndAppendsResumeWhenThereIsSpace) {
  FileLogOptions failing = options();
  failing.disk = &disk_;
  failing.space_retry = Duration{1};
  const auto log = open_log(failing);
  disk_.error = ENOSPC;
  disk_.fail_writes = true;
  const auto position = log->append(RecordKind::frame, "kept");
  ASSERT_TRUE(position.has_value());
  EXPECT_EQ(log->commit(*position).error(), LogError::no_space);
  EXPECT_EQ(log->append(RecordKind::frame, "refused").error(), LogError::no_space);
  EXPECT_EQ(log->metrics().health, LogHealth::no_space);
  EXPECT_LT(log->durable(), *position);
  disk_.fail_writes = false;
  const auto reader = log->read(*position);
  while (log->durable() < *position) reader->wait(kPatience);
  EXPECT_TRUE(log->commit(*position));
  put(*log, "after");
  std::vector<std::string> bodies;
  for (const Kept& kept : read_all(*log, 2)) bodies.push_back(kept.body);
  EXPECT_EQ(bodies, (std::vector<std::string>{"kept", "after"}));
  EXPECT_EQ(log->metrics().no_space_times, 1u);
}

TEST_F(FileLogTest, AFailedSyncIsFinalAndNothingOfItIsCalledDurable) {
  FileLogOptions failing = options();
  failing.disk = &disk_;
  failing.durability = Durability::sync;
  const auto log = open_log(failing);
  disk_.fail_syncs = true;
  const auto position = log->append(RecordKind::frame, "lost?");
  ASSERT_TRUE(position.has_value());
  EXPECT_EQ(log->commit(*position).error(), LogError::io);
  disk_.fail_syncs = false;
  EXPECT_EQ(log->append(RecordKind::frame, "more").error(), LogError::io);
  EXPECT_EQ(log->commit(*position).error(), LogError::io) << "not retried and called good";
  EXPECT_EQ(log->metrics().health, LogHealth::failed);
  EXPECT_EQ(log->durable(), 1u);
  EXPECT_EQ(read_all(*log).size(), 1u);
}

TEST_F(FileLogTest, AFullDiskAtOpenIsOneClearRefusal) {
  FileLogOptions failing = options();
  failing.disk = &disk_;
  disk_.error = ENOSPC;
  disk_.fail_writes = true;
  std::string detail;
  const auto log = FileLog::open(failing, &detail);
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error(), LogError::no_space);
  EXPECT_THAT(detail, testing::HasSubstr("no space"));
}

TEST_F(FileLogTest, AppendsAfterCloseAreRefusedAndWhatWasQueuedIsWritten) {
  const auto log = open_log(options());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(log->append(RecordKind::frame, "queued"));
  log->close();
  EXPECT_EQ(log->append(RecordKind::frame, "late").error(), LogError::closed);
  EXPECT_EQ(read_all(*log).size(), 101u);
}

constexpr uid_t kNobody = 65534;

// In a child of its own, which gives up root if it has it. Returns 0 or the failed line.
int open_without_permission(const FileLogOptions& options) {
  if (::geteuid() == 0 && ::setuid(kNobody) != 0) return __LINE__;
  std::string detail;
  const auto log = FileLog::open(options, &detail);
  if (log || log.error() != LogError::permission) return __LINE__;
  return detail.find(options.folder) != std::string::npos ? 0 : __LINE__;
}

int run_in_child(int (*body)(const FileLogOptions&), const FileLogOptions& options) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body(options) & 0xff);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);  // a line number modulo 256
}

TEST_F(FileLogTest, AFolderWithoutPermissionIsRefusedByName) {
  std::filesystem::create_directory(folder_.log());
  for (const auto perms : {std::filesystem::perms::none, std::filesystem::perms::owner_read |
                                                             std::filesystem::perms::owner_exec}) {
    std::filesystem::permissions(folder_.log(), perms);
    EXPECT_EQ(run_in_child(open_without_permission, options()), 0);
  }
}

// In a child of its own, because the limit holds for the whole process. Returns 0 or the failed
// line.
int write_against_a_real_limit(const FileLogOptions& options) {
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = 4000;
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return __LINE__;
  auto log = FileLog::open(options);
  if (!log) return __LINE__;
  Result<void, LogError> committed{};
  LogPosition last = 0;
  while (committed) {
    const auto position = (*log)->append(RecordKind::frame, std::string(300, 'x'));
    if (!position) return __LINE__;
    last = *position;
    committed = (*log)->commit(last);
  }
  if (committed.error() != LogError::no_space) return __LINE__;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return __LINE__;
  const auto reader = (*log)->read(last);
  while ((*log)->durable() < last) reader->wait(kPatience);
  return (*log)->commit(last) && read_all(**log).size() == last ? 0 : __LINE__;
}

TEST_F(FileLogTest, ARealSizeLimitFillsTheDiskAndLiftingItLetsTheLogGoOn) {
  FileLogOptions limited = options();
  limited.space_retry = Duration{1};
  EXPECT_EQ(run_in_child(write_against_a_real_limit, limited), 0);
}

TEST_F(FileLogTest, InspectionCountsWhatIsThere) {
  const auto log = open_log(options());
  clock_.ms += 1000;
  put(*log, "frame");
  ASSERT_TRUE(log->append(RecordKind::tick, ""));
  log->close();
  const auto found = inspect(folder_.log());
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->sound());
  EXPECT_EQ(found->records, 3u);
  EXPECT_EQ(found->records_by_kind[static_cast<std::size_t>(RecordKind::frame)], 1u);
  EXPECT_EQ(found->records_by_kind[static_cast<std::size_t>(RecordKind::tick)], 1u);
  EXPECT_EQ(found->last_arrival - found->first_arrival, Duration{1000});
  EXPECT_EQ(found->bytes, kSegmentHeaderBytes + log->metrics().bytes);
  std::string detail;
  EXPECT_FALSE(inspect(folder_.path() + "/nowhere", {}, &detail).has_value());
  EXPECT_THAT(detail, testing::HasSubstr("nowhere"));
}

}  // namespace
}  // namespace tocsin::journal
