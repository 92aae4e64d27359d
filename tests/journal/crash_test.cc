// What was committed is there after the worst moment to die, and after the worst call to fail.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <thread>

#include "tests/journal/log_folder.h"

namespace tocsin::journal {
namespace {

constexpr int kAppenders = 4;

// The child: appends for ever and tells of each commit, one number at a time.
[[noreturn]] void append_until_killed(const FileLogOptions& options, int run, int pipe_end) {
  const auto log = FileLog::open(options);
  if (!log) ::_exit(1);
  std::vector<std::thread> threads;
  for (int t = 0; t < kAppenders; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint32_t i = 0;; ++i) {
        const std::uint32_t number = (static_cast<std::uint32_t>(run * kAppenders + t) << 20) | i;
        const auto position =
            (*log)->append(RecordKind::frame, std::to_string(number) + std::string(200, ' '));
        if (!position || !(*log)->commit(*position)) ::_exit(1);
        if (::write(pipe_end, &number, sizeof number) != sizeof number) ::_exit(1);
      }
    });
  }
  while (true) ::pause();
}

TEST(Crash, WhatWasCommittedBeforeAKillIsThereAfterIt) {
  TempFolder folder;
  FakeClock clock;
  FileLogOptions options = options_for(folder, clock);
  options.durability = Durability::sync;
  options.segment_bytes = 5000;
  std::set<std::uint32_t> promised;
  for (int run = 0; run < 12; ++run) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) append_until_killed(options, run, ends[1]);
    ::close(ends[1]);
    std::uint32_t number = 0;
    for (int told = 0; told < 1 + run * 9; ++told) {
      ASSERT_EQ(::read(ends[0], &number, sizeof number), static_cast<ssize_t>(sizeof number));
      promised.insert(number);
    }
    ::kill(child, SIGKILL);
    while (::read(ends[0], &number, sizeof number) == sizeof number) promised.insert(number);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    ::close(ends[0]);

    const auto log = open_log(options);
    ASSERT_NE(log, nullptr);
    std::set<std::uint32_t> found;
    for (const Kept& kept : read_all(*log)) {
      if (kept.kind == RecordKind::frame)
        found.insert(static_cast<std::uint32_t>(std::stoul(kept.body)));
    }
    for (const std::uint32_t wanted : promised)
      ASSERT_TRUE(found.contains(wanted)) << "run " << run;
  }
}

// One scenario with the n-th disk call failing; returns what was committed, in order.
std::vector<std::string> append_ten(const FileLogOptions& options) {
  std::vector<std::string> committed;
  const auto log = FileLog::open(options);
  if (!log) return committed;
  for (int i = 0; i < 10; ++i) {
    const std::string body = std::to_string(i) + std::string(300, '.');
    const auto position = (*log)->append(RecordKind::frame, body);
    if (!position) break;
    auto done = (*log)->commit(*position);
    // The disk was full for one call: the record is still queued and becomes durable.
    const auto reader = (*log)->read(*position);
    while (!done && done.error() == LogError::no_space) {
      reader->wait(Duration{20'000});
      done = (*log)->commit(*position);
    }
    if (!done) break;
    committed.push_back(body);
  }
  return committed;
}

void fail_each_call(int error, bool tear) {
  int n = 0;
  bool reached = true;
  while (reached) {
    TempFolder folder;
    FakeClock clock;
    FailingDisk disk;
    disk.error = error;
    disk.tear = tear;
    disk.fail_nth = ++n;
    FileLogOptions options = options_for(folder, clock);
    options.durability = Durability::sync;
    options.segment_bytes = 1000;
    options.space_retry = Duration{1};
    options.disk = &disk;
    const auto committed = append_ten(options);
    reached = disk.fail_nth.load() == 0;
    options.disk = &Disk::system();
    const auto log = open_log(options);
    ASSERT_NE(log, nullptr) << "call " << n;
    std::vector<std::string> found;
    for (const Kept& kept : read_all(*log)) {
      if (kept.kind == RecordKind::frame) found.push_back(kept.body);
    }
    // A record that failed may be there whole: written, but never promised.
    ASSERT_GE(found.size(), committed.size()) << "call " << n;
    ASSERT_LE(found.size(), committed.size() + 1) << "call " << n;
    ASSERT_TRUE(std::equal(committed.begin(), committed.end(), found.begin())) << "call " << n;
    ASSERT_TRUE(reached || committed.size() == 10) << "without a failure all of it is there";
  }
  EXPECT_GT(n, 20) << "each call failed once";
}

TEST(Crash, ABrokenDiskAtAnyCallLosesNothingThatWasCommitted) {
  fail_each_call(EIO, false);
  fail_each_call(EIO, true);
}

TEST(Crash, AFullDiskAtAnyCallLosesNothingThatWasCommitted) { fail_each_call(ENOSPC, true); }

}  // namespace
}  // namespace tocsin::journal
