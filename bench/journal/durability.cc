// What durability costs: the log against bare system calls on the same disk, in the same run.
//
//     durability_bench FOLDER      one JSON object per line, schema tocsin.bench/1
//
// latency      one record at a time, with pauses: append and commit against pwrite and fdatasync,
//              taking turns, so that both meet the same disk
// throughput   as many records as go, so many on their way; each counts when it is durable. Beside
//              it: the same bytes in the same groups, bare
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "bench/e2e/e2e.h"
#include "core/check.h"
#include "core/clock.h"
#include "journal/file_log.h"

namespace tocsin::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBody = 100;    // bytes
constexpr std::size_t kTurns = 2000;  // of the latency
constexpr std::chrono::milliseconds kPause{1};
constexpr std::chrono::seconds kRun{5};  // of a throughput
constexpr std::uint64_t kLookEvery = 256;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// A file that is appended to and synced, and nothing else.
class BareFile {
 public:
  explicit BareFile(const std::string& path)
      : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640)) {
    TOCSIN_CHECK(fd_ >= 0);
  }
  ~BareFile() { ::close(fd_); }
  void append(const std::string& bytes) {
    TOCSIN_CHECK(::pwrite(fd_, bytes.data(), bytes.size(), end_) ==
                 static_cast<ssize_t>(bytes.size()));
    end_ += static_cast<off_t>(bytes.size());
    TOCSIN_CHECK(::fdatasync(fd_) == 0);
  }

 private:
  int fd_;
  off_t end_ = 0;
};

std::unique_ptr<journal::FileLog> open_log(const std::string& folder) {
  journal::FileLogOptions options;
  options.folder = folder;
  options.clock = [clock = std::make_shared<SystemClock>()] { return clock->now(); };
  options.beat_interval = Duration{};
  std::string detail;
  auto log = journal::FileLog::open(std::move(options), &detail);
  if (!log) fmt::print(stderr, "{}\n", detail);
  TOCSIN_CHECK(log);
  return std::move(*log);
}

struct Spread {
  explicit Spread(std::vector<double> microseconds) : sorted(std::move(microseconds)) {
    std::ranges::sort(sorted);
  }
  double at(double part) const {
    return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
  }
  std::string json() const {
    return fmt::format(R"({{"p50":{:.1f},"p90":{:.1f},"p99":{:.1f},"max":{:.1f}}})", at(0.5),
                       at(0.9), at(0.99), sorted.back());
  }
  std::vector<double> sorted;
};

template <class Step>
double microseconds(Step step) {
  const auto begin = Clock::now();
  step();
  return seconds_since(begin) * 1e6;
}

std::string measure_latency(const std::string& folder) {
  BareFile bare(folder + "/bare");
  const auto log = open_log(folder + "/log");
  const std::string body(kBody, 'x');
  const std::string record(journal::kRecordHeaderBytes + kBody, 'x');
  std::vector<double> with_log, without;
  for (std::size_t turn = 0; turn < kTurns; ++turn) {
    std::this_thread::sleep_for(kPause);
    without.push_back(microseconds([&] { bare.append(record); }));
    std::this_thread::sleep_for(kPause);
    with_log.push_back(microseconds([&] {
      const auto position = log->append(RecordKind::frame, body);
      TOCSIN_CHECK(position && log->commit(*position));
    }));
  }
  const Spread ours(std::move(with_log)), theirs(std::move(without));
  return fmt::format(R"("measure":"latency","log_us":{},"bare_us":{},"added_p50_us":{:.1f})",
                     ours.json(), theirs.json(), ours.at(0.5) - theirs.at(0.5));
}

std::string measure_throughput(const std::string& folder, std::uint64_t window) {
  const auto log = open_log(fmt::format("{}/log-{}", folder, window));
  const std::string body(kBody, 'x');
  const auto before = log->metrics();
  const LogPosition from = log->durable();
  const auto begin = Clock::now();
  LogPosition appended = from;
  while (Clock::now() - begin < kRun) {
    for (std::uint64_t i = 0; i < std::min(window, kLookEvery); ++i)
      appended = log->append(RecordKind::frame, body).value();
    if (appended - from >= window) TOCSIN_CHECK(log->commit(appended - window + 1));
  }
  TOCSIN_CHECK(log->commit(appended));
  const double rate = static_cast<double>(appended - from) / seconds_since(begin);
  const auto after = log->metrics();
  const double group =
      static_cast<double>(appended - from) / static_cast<double>(after.batches - before.batches);

  BareFile bare(fmt::format("{}/bare-{}", folder, window));
  const std::string bytes(
      static_cast<std::size_t>(group * static_cast<double>(journal::kRecordHeaderBytes + kBody)),
      'x');
  const auto bare_begin = Clock::now();
  std::uint64_t groups = 0;
  for (; Clock::now() - bare_begin < kRun; ++groups) bare.append(bytes);
  const double bare_rate = static_cast<double>(groups) * group / seconds_since(bare_begin);
  return fmt::format(
      R"("measure":"throughput","window":{},"records_per_s":{:.0f},"records_per_sync":{:.1f},)"
      R"("bare_records_per_s":{:.0f},"ratio_to_bare":{:.2f})",
      window, rate, group, bare_rate, rate / bare_rate);
}

void print(const std::string& figures) {
  fmt::print(R"({{"schema":"tocsin.bench/1","bench":"durability",{},"body_bytes":{},)"
             R"("machine":"{}"}})"
             "\n",
             figures, kBody, machine_line());
  std::fflush(stdout);
}

}  // namespace

int run(const std::string& parent) {
  const std::string folder = parent + "/durability-bench";
  std::filesystem::create_directories(folder);
  print(measure_latency(folder));
  for (const std::uint64_t window : {64U, 1024U, 16'384U})
    print(measure_throughput(folder, window));
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace tocsin::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: durability_bench FOLDER, on the disk to be measured\n");
    return 2;
  }
  return tocsin::bench::run(argv[1]);
}
