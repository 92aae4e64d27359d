#pragma once
/// A folder for one test, a clock it sets, a disk that fails when told to, and short words for what
/// the journal's tests do all the time.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "journal/file_log.h"

namespace tocsin::journal {

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tocsin-log-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string log() const { return path_ + "/log"; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class FakeClock {
 public:
  ClockFn function() {
    return [this] { return from_unix_ms(ms.load()); };
  }
  std::atomic<std::int64_t> ms{1'000'000};
};

/// Counts the calls; fails those it is told to fail with `error`.
class FailingDisk final : public Disk {
 public:
  ssize_t pwrite(int fd, const void* data, std::size_t size, off_t offset) override {
    writes.fetch_add(1);
    if (!fail_writes.load() && !is_nth_call()) return Disk::pwrite(fd, data, size, offset);
    // What a disk that fills up or breaks does: a part is written, the rest is refused.
    if (tear.load() && size > 1) static_cast<void>(Disk::pwrite(fd, data, size / 2, offset));
    return refuse();
  }
  int fdatasync(int fd) override {
    syncs.fetch_add(1);
    return fail_syncs.load() || is_nth_call() ? static_cast<int>(refuse()) : Disk::fdatasync(fd);
  }

  std::atomic<int> writes{0};
  std::atomic<int> syncs{0};
  std::atomic<bool> fail_writes{false};
  std::atomic<bool> fail_syncs{false};
  std::atomic<bool> tear{false};
  std::atomic<int> fail_nth{0};  ///< the n-th call from now on, of either kind; 0: none
  std::atomic<int> error{EIO};

 private:
  bool is_nth_call() { return fail_nth.load() > 0 && fail_nth.fetch_sub(1) == 1; }
  ssize_t refuse() {
    errno = error.load();
    return -1;
  }
};

inline FileLogOptions options_for(const TempFolder& folder, FakeClock& clock) {
  FileLogOptions options;
  options.folder = folder.log();
  options.clock = clock.function();
  options.beat_interval = Duration::zero();
  options.durability = Durability::os;
  options.version = "test";
  return options;
}

inline std::unique_ptr<FileLog> open_log(const FileLogOptions& options) {
  std::string detail;
  auto log = FileLog::open(options, &detail);
  EXPECT_TRUE(log.has_value()) << detail;
  return log ? std::move(*log) : nullptr;
}

inline LogPosition put(Log& log, std::string_view body) {
  const auto position = log.append(RecordKind::frame, body);
  EXPECT_TRUE(position && log.commit(*position));
  return position ? *position : 0;
}

struct Kept {
  LogPosition position = 0;
  Timestamp arr{};
  RecordKind kind{};
  std::string body;
  friend bool operator==(const Kept&, const Kept&) = default;
};

/// Everything durable from `from` on; stops at an error and stores it.
inline std::vector<Kept> read_all(Log& log, LogPosition from = 1, LogError* error = nullptr) {
  std::vector<Kept> kept;
  const auto reader = log.read(from);
  while (true) {
    const auto next = reader->next();
    if (!next && error != nullptr) *error = next.error();
    if (!next || !*next) return kept;
    const LogRecord& record = **next;
    kept.push_back({record.position, record.arr, record.kind, std::string(record.body)});
  }
}

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline void write_bytes(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::vector<std::filesystem::path> segment_files(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

}  // namespace tocsin::journal
