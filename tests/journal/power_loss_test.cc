// The power goes at any call: what had not been synced is gone, or there in part, sector by sector.
// What was committed is there afterwards, at its position, and nothing that was never appended.
//
// TOCSIN_ORACLE_SEED=n replays one case, TOCSIN_ORACLE_CASES=n says how many run.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <random>

#include "tests/journal/log_folder.h"

namespace tocsin::journal {
namespace {

constexpr std::uint64_t kCases = 20'000;
constexpr std::size_t kSector = 512;

/// Remembers what it overwrote until a sync; goes dark at the n-th call.
class ForgetfulDisk final : public Disk {
 public:
  ForgetfulDisk(std::uint64_t seed, int calls) : random_(seed), calls_left_(calls) {}

  ssize_t pwrite(int fd, const void* data, std::size_t size, off_t offset) override {
    const std::lock_guard lock(mutex_);
    if (dark_) return refuse();
    remember(fd, size, offset);
    if (--calls_left_ > 0) return Disk::pwrite(fd, data, size, offset);
    dark_ = true;
    (void)Disk::pwrite(fd, data, below(size + 1), offset);
    return refuse();
  }

  int fdatasync(int fd) override {
    const std::lock_guard lock(mutex_);
    if (dark_) return static_cast<int>(refuse());
    const bool last = --calls_left_ <= 0;
    if (!last || below(2) == 0) unsynced_.erase(path_of(fd));  // the last may have been done
    dark_ = last;
    return last ? static_cast<int>(refuse()) : 0;
  }

  /// The power is back: of each write that was not synced, any sectors are as they were before.
  void lose() {
    for (const auto& [path, writes] : unsynced_) {
      const int fd = ::open(path.c_str(), O_WRONLY);
      for (const Write& write : writes) forget(fd, write);
      ::close(fd);
    }
    unsynced_.clear();
  }

  bool dark() const { return dark_; }

 private:
  struct Write {
    off_t offset = 0;
    std::string before;
  };

  static std::string path_of(int fd) {
    char path[4096];
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t size = ::readlink(link.c_str(), path, sizeof path);
    return size < 0 ? std::string() : std::string(path, static_cast<std::size_t>(size));
  }

  void remember(int fd, std::size_t size, off_t offset) {
    std::string before(size, '\0');
    const std::string path = path_of(fd);
    const int reader = ::open(path.c_str(), O_RDONLY);
    (void)!::pread(reader, before.data(), size, offset);
    ::close(reader);
    unsynced_[path].push_back({offset, std::move(before)});
  }

  void forget(int fd, const Write& write) {
    const bool all = below(3) == 0;
    for (std::size_t at = 0; at < write.before.size();) {
      const auto begin = static_cast<std::size_t>(write.offset) + at;
      const std::size_t size = std::min(kSector - begin % kSector, write.before.size() - at);
      if (all || below(2) == 0)
        (void)!::pwrite(fd, write.before.data() + at, size, static_cast<off_t>(begin));
      at += size;
    }
  }

  std::size_t below(std::size_t n) { return random_() % n; }
  static ssize_t refuse() {
    errno = EIO;
    return -1;
  }

  std::mutex mutex_;
  std::mt19937_64 random_;
  int calls_left_;
  bool dark_ = false;
  std::map<std::string, std::vector<Write>> unsynced_;
};

// A few sessions on one log, each cut short by the power. True: as it must be.
void run_case(std::uint64_t seed, const std::string& folder) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::uint64_t n) { return random() % n; };
  FakeClock clock;
  FileLogOptions options;
  options.folder = folder;
  options.clock = clock.function();
  options.beat_interval = Duration::zero();
  options.durability = Durability::sync;
  options.segment_bytes = 1000 + below(4000);
  std::map<LogPosition, std::string> committed, appended;
  for (int session = 0; session < 3; ++session) {
    ForgetfulDisk disk(random(), 1 + static_cast<int>(below(25)));
    options.disk = &disk;
    if (const auto log = FileLog::open(options)) {
      std::vector<LogPosition> waiting;
      for (int i = 0; i < 30 && !disk.dark(); ++i) {
        const std::string body = std::to_string(seed) + "/" + std::to_string(session) + "/" +
                                 std::to_string(i) +
                                 std::string(below(3) == 0 ? below(1500) : below(60), '.');
        const auto position = (*log)->append(RecordKind::frame, body);
        if (!position) break;
        appended[*position] = body;
        waiting.push_back(*position);
        if (below(3) > 0 && (*log)->commit(*position)) {
          for (const LogPosition each : waiting) committed[each] = appended[each];
          waiting.clear();
        }
      }
    }
    disk.lose();
    options.disk = &Disk::system();
    std::string detail;
    const auto log = FileLog::open(options, &detail);
    ASSERT_TRUE(log) << "seed " << seed << ": " << detail;
    std::map<LogPosition, std::string> found;
    for (const Kept& kept : read_all(**log))
      if (kept.kind == RecordKind::frame) found[kept.position] = kept.body;
    for (const auto& [position, body] : committed)
      ASSERT_EQ(found[position], body) << "seed " << seed << ", record " << position;
    for (const auto& [position, body] : found)
      ASSERT_EQ(appended[position], body) << "seed " << seed << ", record " << position;
    committed = appended = found;
  }
}

std::optional<std::uint64_t> setting(const char* name) {
  const char* const text = std::getenv(name);
  return text == nullptr ? std::nullopt : std::optional(std::strtoull(text, nullptr, 10));
}

TEST(PowerLoss, WhatWasCommittedIsThereAndNothingElseIsMadeUp) {
  // In memory: only the disk of the test is to be slow, and it forgets by itself.
  std::string home = std::filesystem::exists("/dev/shm") ? "/dev/shm/tocsin-power-XXXXXX"
                                                         : "/tmp/tocsin-power-XXXXXX";
  ASSERT_NE(::mkdtemp(home.data()), nullptr);
  const auto run = [&](std::uint64_t seed) {
    run_case(seed, home + "/log");
    std::filesystem::remove_all(home + "/log");
  };
  if (const auto seed = setting("TOCSIN_ORACLE_SEED")) {
    run(*seed);
  } else {
    const std::uint64_t cases = setting("TOCSIN_ORACLE_CASES").value_or(kCases);
    for (std::uint64_t n = 1; n <= cases && !HasFatalFailure(); ++n) run(n);
  }
  std::filesystem::remove_all(home);
}

}  // namespace
}  // namespace tocsin::journal
