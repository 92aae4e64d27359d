// What a log lets go of, what it never does, and how it gets through a full disk.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <bitset>
#include <mutex>

#include "journal/inspect.h"
#include "tests/journal/log_folder.h"

namespace tocsin::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Retention kNothing{Duration{}, 1};  // of size: only the newest segment stays

class RetentionTest : public ::testing::Test {
 protected:
  FileLogOptions options() {
    FileLogOptions options = options_for(folder_, clock_);
    options.segment_bytes = 200;
    return options;
  }
  // About two records to a segment.
  void fill(Log& log, int records) {
    for (int i = 0; i < records; ++i) put(log, std::string(50, static_cast<char>('a' + i % 26)));
  }
  std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const auto& path : segment_files(folder_.log())) names.push_back(path.filename());
    return names;
  }

  TempFolder folder_;
  FakeClock clock_;
};

TEST_F(RetentionTest, WhatIsOverTheSizeGoesFromTheFrontAndPositionsGoOn) {
  auto log = open_log(options());
  fill(*log, 9);
  const std::string id = log->id();
  const auto all = read_all(*log);
  ASSERT_TRUE(log->trim({Duration{}, 500}, UINT64_MAX));
  const LogPosition first = log->first();
  EXPECT_GT(first, 1u);
  EXPECT_LE(log->metrics().size_bytes, 500u);
  EXPECT_GT(log->metrics().trimmed_segments, 0u);
  EXPECT_EQ(read_all(*log, first),
            std::vector<Kept>(all.begin() + static_cast<std::ptrdiff_t>(first) - 1, all.end()));
  EXPECT_EQ(put(*log, "more"), 11u);
  log.reset();
  log = open_log(options());
  EXPECT_EQ(log->first(), first);
  EXPECT_EQ(log->id(), id) << "the log is still the same";
  EXPECT_EQ(log->opened().last, 11u);
}

TEST_F(RetentionTest, ASegmentGoesWhenItsNewestRecordIsOldEnough) {
  const auto log = open_log(options());
  fill(*log, 6);
  clock_.ms += 10'000;
  fill(*log, 6);
  ASSERT_TRUE(log->trim({Duration{60'000}, 0}, UINT64_MAX));
  EXPECT_EQ(log->first(), 1u);
  clock_.ms += 55'000;
  ASSERT_TRUE(log->trim({Duration{60'000}, 0}, UINT64_MAX));
  const auto kept = read_all(*log, log->first());
  EXPECT_GT(kept.front().position, 1u);
  EXPECT_TRUE(std::ranges::any_of(kept, [](const Kept& k) { return unix_ms(k.arr) > 1'000'000; }));
  EXPECT_LE(kept.front().position, 7u) << "what came 55 s ago is there";
}

TEST_F(RetentionTest, WhatIsNeededStaysAndIsCountedAsHeld) {
  const auto log = open_log(options());
  fill(*log, 20);
  for (LogPosition needed = 1; needed <= 21; ++needed) {
    ASSERT_TRUE(log->trim(kNothing, needed));
    EXPECT_LE(log->first(), needed);
    EXPECT_EQ(read_all(*log, needed).front().position, needed);
  }
  ASSERT_TRUE(log->trim(kNothing, log->first()));
  EXPECT_EQ(log->metrics().held_bytes, 0u) << "the newest segment is not held, it is in use";
  fill(*log, 20);
  ASSERT_TRUE(log->trim(kNothing, 5));
  EXPECT_GT(log->metrics().held_bytes, 0u);
}

TEST_F(RetentionTest, AReaderBehindTheFrontIsToldAndOneInsideGoesOn) {
  const auto log = open_log(options());
  fill(*log, 9);
  const auto slow = log->read(1);
  ASSERT_TRUE(slow->next());
  ASSERT_TRUE(log->trim(kNothing, UINT64_MAX));
  LogError error{};
  EXPECT_TRUE(read_all(*log, 1, &error).empty());
  EXPECT_EQ(error, LogError::trimmed);
  auto next = slow->next();
  EXPECT_TRUE(next && *next) << "its segment is open";
}

// A crash, or a loss of power, between the removals: any of them may have happened.
TEST_F(RetentionTest, AnyRemovalsThatACrashLeftUndoneAreDoneAtTheNextOpen) {
  auto log = open_log(options());
  fill(*log, 9);
  const auto all = segment_files(folder_.log());
  std::vector<std::pair<std::filesystem::path, std::string>> before;
  for (const auto& path : all) before.emplace_back(path, read_bytes(path));
  ASSERT_GE(before.size(), 5u);
  ASSERT_TRUE(log->trim(kNothing, UINT64_MAX));
  const LogPosition first = log->first();
  const auto kept = read_all(*log, first);
  for (unsigned subset = 0; subset < 16; ++subset) {
    log.reset();
    for (unsigned i = 0; i < 4; ++i)
      if (std::bitset<4>(subset)[i]) write_bytes(before[i].first, before[i].second);
    const auto seen = inspect(folder_.log());
    ASSERT_TRUE(seen && seen->sound()) << subset;
    EXPECT_EQ(seen->first, first);
    log = open_log(options());
    ASSERT_NE(log, nullptr) << subset;
    EXPECT_EQ(log->first(), first);
    const auto found = read_all(*log, first);
    EXPECT_EQ(std::vector<Kept>(found.begin(), found.begin() + std::ssize(kept)), kept);
    EXPECT_FALSE(std::filesystem::exists(before[0].first));
  }
}

TEST_F(RetentionTest, AFirstSegmentThatNobodyTrimmedIsLost) {
  auto log = open_log(options());
  fill(*log, 9);
  log.reset();
  std::filesystem::remove(segment_files(folder_.log()).front());
  std::string detail;
  EXPECT_EQ(FileLog::open(options(), &detail).error(), LogError::corrupt);
  EXPECT_THAT(detail, HasSubstr("positions from 1 on are missing"));
}

TEST_F(RetentionTest, ALogTrimmedAndThenLostIsNotStartedAnew) {
  auto log = open_log(options());
  fill(*log, 9);
  ASSERT_TRUE(log->trim(kNothing, UINT64_MAX));
  log.reset();
  for (const auto& path : segment_files(folder_.log()))
    if (path.extension() == ".log") std::filesystem::remove(path);
  std::string detail;
  EXPECT_EQ(FileLog::open(options(), &detail).error(), LogError::corrupt);
  EXPECT_THAT(detail, HasSubstr("are missing"));
}

TEST_F(RetentionTest, EveryBitOfTheOriginCounts) {
  auto log = open_log(options());
  fill(*log, 9);
  ASSERT_TRUE(log->trim(kNothing, UINT64_MAX));
  log.reset();
  const std::string path = folder_.log() + "/origin";
  const std::string good = read_bytes(path);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    write_bytes(path, bad);
    std::string detail;
    ASSERT_FALSE(FileLog::open(options(), &detail)) << bit;
    EXPECT_THAT(detail, HasSubstr("origin"));
    EXPECT_FALSE(inspect(folder_.log())->sound());
  }
  write_bytes(path, good);
  EXPECT_NE(open_log(options()), nullptr);
}

// A disk of so many bytes, which the segments and the reserve share.
class SmallDisk final : public Disk {
 public:
  SmallDisk(std::string folder, std::uint64_t bytes) : folder_(std::move(folder)), bytes_(bytes) {}

  ssize_t pwrite(int fd, const void* data, std::size_t size, off_t offset) override {
    if (used() + size > bytes_) return refuse();
    return Disk::pwrite(fd, data, size, offset);
  }
  int allocate(int fd, std::uint64_t size) override {
    if (file_size(fd) > 0 || size > kLargestReserve || used() + size > bytes_)
      return static_cast<int>(refuse());
    return Disk::allocate(fd, reserved_ = size);
  }
  void grow(std::uint64_t by) { bytes_ += by; }

  static constexpr std::uint64_t kLargestReserve = 4096;  // a segment gets nothing beforehand

 private:
  std::uint64_t used() const {
    std::uint64_t used = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      used += entry.path().filename() == "reserve" ? reserved_.load() : entry.file_size();
    return used;
  }
  static ssize_t refuse() {
    errno = ENOSPC;
    return -1;
  }

  const std::string folder_;
  std::atomic<std::uint64_t> bytes_;
  std::atomic<std::uint64_t> reserved_{0};
};

class ReserveTest : public RetentionTest {
 protected:
  std::unique_ptr<FileLog> open_full() {
    FileLogOptions options = options_for(folder_, clock_);
    options.disk = &disk_;
    options.reserve = 2000;
    options.space_retry = Duration{1};
    auto log = open_log(options);
    for (auto taken = log->append(RecordKind::frame, std::string(200, 'x')); taken;
         taken = log->append(RecordKind::frame, std::string(200, 'x')))
      EXPECT_TRUE(log->commit(*taken));
    return log;
  }

  SmallDisk disk_{folder_.log(), 10'000};
};

TEST_F(ReserveTest, AFullDiskTakesNoFrameAndStillTakesAlertsTicksAndCommands) {
  const auto log = open_full();
  EXPECT_EQ(log->metrics().health, LogHealth::reserve);
  EXPECT_EQ(log->metrics().reserve_bytes, 0u);
  for (const RecordKind kind : {RecordKind::alert, RecordKind::tick, RecordKind::command}) {
    const auto position = log->append(kind, "must");
    ASSERT_TRUE(position) << to_string(kind);
    EXPECT_TRUE(log->commit(*position));
  }
  EXPECT_EQ(log->append(RecordKind::frame, "may not").error(), LogError::no_space);
  EXPECT_EQ(log->metrics().no_space_times, 1u);
}

TEST_F(ReserveTest, WhatWasAcceptedBeforeTheDiskWasFullIsWritten) {
  const auto log = open_full();
  EXPECT_TRUE(log->commit(log->durable()));
  EXPECT_EQ(log->metrics().queue_records, 0u);
  EXPECT_TRUE(inspect(folder_.log())->sound());
}

TEST_F(ReserveTest, WhenTheReserveIsUsedUpNothingIsTaken) {
  const auto log = open_full();
  LogError error{};
  while (true) {
    const auto position = log->append(RecordKind::alert, std::string(200, 'a'));
    const auto done = position ? log->commit(*position) : Result<void, LogError>(position.error());
    if (done) continue;
    error = done.error();
    break;
  }
  EXPECT_EQ(error, LogError::no_space);
  EXPECT_EQ(log->metrics().health, LogHealth::no_space);
  disk_.grow(10'000);
  while (log->metrics().health != LogHealth::ok) std::this_thread::yield();
  EXPECT_GE(log->metrics().reserve_bytes, 2000u) << "and the reserve is there again";
  put(*log, "a frame");
}

TEST_F(ReserveTest, WithSpaceAgainFramesAreTakenAndTheReserveIsSetAside) {
  const auto log = open_full();
  disk_.grow(10'000);
  while (log->metrics().health != LogHealth::ok) std::this_thread::yield();
  EXPECT_EQ(log->metrics().reserve_bytes, 2000u);
  put(*log, "a frame");
}

TEST_F(ReserveTest, ADiskTooSmallForTheReserveWorksWithoutIt) {
  SmallDisk tiny(folder_.log(), 1000);
  FileLogOptions options = options_for(folder_, clock_);
  options.disk = &tiny;
  options.reserve = 2000;
  const auto log = open_log(options);
  EXPECT_EQ(log->metrics().reserve_bytes, 0u);
  put(*log, "a frame");
}

TEST_F(RetentionTest, ASegmentHasItsBlocksBeforehandAndGivesBackWhatItDidNotUse) {
  FileLogOptions large = options();
  large.segment_bytes = 1 << 20;
  auto log = open_log(large);
  put(*log, "x");
  const auto blocks = [&] {
    struct stat info {};
    ::stat(segment_files(folder_.log()).front().c_str(), &info);
    return static_cast<std::uint64_t>(info.st_blocks) * 512;
  };
  EXPECT_GE(blocks(), large.segment_bytes);
  log.reset();
  EXPECT_LT(blocks(), large.segment_bytes / 2);
}

}  // namespace
}  // namespace tocsin::journal
