#include "journal/file_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "journal/file_reader.h"
#include "journal/format.h"
#include "journal/origin.h"

namespace tocsin::journal {
namespace {

using OpenResult = Result<std::unique_ptr<FileLog>, LogError>;

constexpr int kLockAttempts = 4;
constexpr std::chrono::milliseconds kLockPause{5};

struct Refusal {
  std::string* detail;
  LogError operator()(LogError error, std::string text) const {
    if (detail != nullptr) *detail = std::move(text);
    return error;
  }
  LogError operator()(int error, const std::string& where) const {
    return (*this)(log_error_of(error), fmt::format("{}: {}", where, std::strerror(error)));
  }
};

// Creates the folder if it is not there, and takes its lock.
Result<Fd, LogError> lock_folder(const std::string& folder, const Refusal& refuse) {
  std::error_code created;
  std::filesystem::create_directories(folder, created);
  if (created) return refuse(created.value(), folder);
  Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return refuse(errno, folder);
  // An inspection looks at the lock for an instant; a writer keeps it.
  int held = ::flock(fd.get(), LOCK_EX | LOCK_NB);
  for (int i = 0; held != 0 && errno == EWOULDBLOCK && i < kLockAttempts; ++i) {
    std::this_thread::sleep_for(kLockPause);
    held = ::flock(fd.get(), LOCK_EX | LOCK_NB);
  }
  if (held != 0) {
    if (errno != EWOULDBLOCK) return refuse(errno, folder);
    return refuse(LogError::locked, folder + ": another process writes this log");
  }
  if (::access(folder.c_str(), W_OK) != 0) return refuse(errno, folder);
  return fd;
}

DurableMark mark_of(const Recovered& found) {
  return {found.last, found.last_arrival, found.last_first, found.last_end};
}

std::string text_of_open_failure(const std::string& folder, LogError error) {
  return error == LogError::no_space ? folder + ": no space left on the disk"
                                     : folder + ": the disk refused to write";
}

}  // namespace

OpenResult FileLog::open(FileLogOptions options, std::string* detail) {
  TOCSIN_CHECK(options.clock && options.disk != nullptr && !options.folder.empty());
  const Refusal refuse{detail};
  auto folder = lock_folder(options.folder, refuse);
  if (!folder) return folder.error();
  std::string fault;
  const auto found = recover(options.folder, options.check, fault);
  if (!found) return refuse(found.error(), fault);
  const std::string name = options.folder;
  std::unique_ptr<FileLog> log(new FileLog(std::move(options), std::move(*folder), *found));
  if (const int error = log->prepare(*found)) return refuse(error, name);
  const auto start = log->append(
      RecordKind::start,
      encode_start(log->options_.version, log->report_.clock, log->options_.beat_interval));
  const auto committed = start ? log->commit(*start) : start.error();
  if (!committed) return refuse(committed.error(), text_of_open_failure(name, committed.error()));
  return log;
}

FileLog::FileLog(FileLogOptions options, Fd folder, const Recovered& found)
    : options_(std::move(options)),
      folder_(std::move(folder)),
      queue_(options_.queue, mark_of(found)),
      index_(found.segments),
      id_(found.origin.id),
      origin_(found.origin.first),
      segment_(*options_.disk, options_.folder, folder_.get(), options_.segment_bytes),
      reserve_(*options_.disk, options_.folder, options_.reserve),
      synced_(found.last),
      last_arrival_(found.last_arrival) {
  report_.created = found.segments.empty();
  report_.segments = found.segments.size();
  report_.bytes = found.bytes;
  report_.torn_bytes = found.torn_bytes;
  report_.last = found.last;
  report_.last_arrival = found.last_arrival;
  report_.clock = options_.clock();
  if (found.last > 0) {
    report_.clock_shift = std::max(Duration::zero(), found.last_arrival - report_.clock);
  }
}

// A crash may have left records that were written but never synced: they count from now on, so they
// are synced before anyone reads them.
int FileLog::prepare(const Recovered& found) {
  if (!found.last_path.empty()) {
    const int error =
        segment_.adopt(found.last_path, found.last_first, found.last_salt, found.last_end);
    if (error != 0) return error;
    if (const int failed = segment_.sync()) return failed;
  }
  if (reserve_.take()) queue_.has_space(reserve_.bytes());
  writer_ = std::thread([this] { run(); });
  return 0;
}

FileLog::~FileLog() { close(); }

void FileLog::close() {
  queue_.close();
  if (writer_.joinable()) writer_.join();
}

Result<LogPosition, LogError> FileLog::append(RecordKind kind, std::string_view body) {
  return queue_.append(kind, body);
}

Result<void, LogError> FileLog::commit(LogPosition position) {
  return queue_.wait_durable(position);
}

LogPosition FileLog::durable() const { return queue_.mark().position; }

Timestamp FileLog::last_arrival() const { return queue_.mark().arrival; }

std::unique_ptr<LogReader> FileLog::read(LogPosition from) {
  return std::make_unique<FileReader>(options_.folder, queue_, std::max<LogPosition>(1, from));
}

LogPosition FileLog::first() const { return index_.first(); }

std::string FileLog::id() const {
  const std::lock_guard lock(trim_mutex_);
  if (!id_.empty()) return id_;
  FileReader reader(options_.folder, const_cast<WriteQueue&>(queue_), 1);
  if (const auto first = reader.next(); first && *first) id_ = log_id(**first);
  return id_;
}

Result<void, LogError> FileLog::trim(const Retention& keep, LogPosition needed) {
  if (id().empty()) return {};
  const std::lock_guard lock(trim_mutex_);
  const auto plan = index_.plan(keep, needed, now(), queue_.mark().end);
  held_bytes_ = plan.held_bytes;
  if (plan.go.empty()) return {};
  if (origin_ < plan.first) {
    const Origin origin{plan.first, id_};
    if (const int error = write_origin(*options_.disk, options_.folder, folder_.get(), origin))
      return log_error_of(error);
    origin_ = plan.first;
  }
  for (const SegmentInfo& segment : plan.go) {
    const std::string path = options_.folder + "/" + segment_name(segment.first);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return log_error_of(errno);
    index_.remove(1);
    ++trimmed_;
  }
  return {};
}

LogMetrics FileLog::metrics() const {
  LogMetrics metrics = queue_.metrics();
  metrics.torn_bytes = report_.torn_bytes;
  metrics.first = index_.first();
  metrics.size_bytes = index_.bytes() + queue_.mark().end;
  const std::lock_guard lock(trim_mutex_);
  metrics.trimmed_segments = trimmed_;
  metrics.held_bytes = held_bytes_;
  return metrics;
}

void FileLog::run() {
  WriteQueue::Batch batch;
  while (true) {
    const auto taken = queue_.take(batch, patience());
    if (taken == WriteQueue::Taken::closed) break;
    if (taken == WriteQueue::Taken::records) {
      if (!write_batch(batch)) break;
    } else if (owes_beat()) {
      // Refused only while closing, and then no beat is wanted.
      static_cast<void>(queue_.append(RecordKind::beat, {}));
    }
    look_for_space();
  }
  if (options_.durability == Durability::os && segment_.is_open()) sync();
  segment_.give_back_rest();
  queue_.finish();
}

bool FileLog::write_batch(WriteQueue::Batch& batch) {
  char* at = batch.bytes.data();
  const char* const end = at + batch.bytes.size();
  LogPosition next = batch.first;
  while (at < end) {
    if ((!segment_.is_open() || !segment_.fits(record_size(at))) && !roll(next)) return false;
    WriteQueue::Progress progress;
    progress.mark.position = next - 1;
    const std::size_t run = stamp_run(at, end, progress);
    if (!write_run({at, run}, progress)) return false;
    next = progress.mark.position + 1;
    at += run;
  }
  return true;
}

// Stamps as many of the records as the open segment takes; returns their bytes.
std::size_t FileLog::stamp_run(char* begin, const char* end, WriteQueue::Progress& progress) {
  std::size_t run = 0;
  while (begin + run < end) {
    const std::size_t size = record_size(begin + run);
    if (run > 0 && !segment_.fits(run + size)) break;
    last_arrival_ = std::max(last_arrival_, now());
    stamp(begin + run, last_arrival_, synced_, segment_.salt());
    run += size;
    ++progress.records;
    ++progress.mark.position;
  }
  progress.bytes = run;
  return run;
}

bool FileLog::write_run(std::string_view run, WriteQueue::Progress& progress) {
  if (!until_space([&] { return segment_.write(run); })) return false;
  if (options_.durability == Durability::sync) {
    const auto before = std::chrono::steady_clock::now();
    if (segment_.sync() != 0) {
      queue_.fail();
      return false;
    }
    progress.sync = std::chrono::steady_clock::now() - before;
    synced_ = progress.mark.position;
  }
  progress.mark.arrival = last_arrival_;
  progress.mark.segment = segment_.first();
  progress.mark.end = segment_.end();
  queue_.advance(progress);
  return true;
}

// What the next segment builds on is on disk before the next segment is.
bool FileLog::roll(LogPosition first) {
  if (segment_.is_open() && options_.durability == Durability::os) {
    if (!sync()) return false;
    synced_ = first - 1;
  }
  const std::uint64_t end = segment_.end();
  const Timestamp created = now();
  if (!until_space([&] { return segment_.start(first, created); })) return false;
  index_.add({first, kSegmentHeaderBytes, created}, end);
  return true;
}

bool FileLog::sync() {
  const auto before = std::chrono::steady_clock::now();
  if (segment_.sync() != 0) {
    queue_.fail();
    return false;
  }
  queue_.count_sync(std::chrono::steady_clock::now() - before);
  return true;
}

// Repeats a write while the disk is full. False: it failed otherwise, or the log is closing.
template <class Step>
bool FileLog::until_space(Step step) {
  while (const int error = step()) {
    if (!means_no_space(error)) {
      queue_.fail();
      return false;
    }
    if (reserve_.is_held()) {
      reserve_.give_back();
      on_reserve_ = true;
      queue_.use_reserve();
    } else if (!queue_.pause_for_space(options_.space_retry)) {
      return false;
    }
  }
  return true;
}

// The disk is no longer full when it has room for the reserve again.
void FileLog::look_for_space() {
  if (!on_reserve_ || !reserve_.take()) return;
  on_reserve_ = false;
  queue_.has_space(reserve_.bytes());
}

bool FileLog::owes_beat() const {
  if (!on_reserve_) return true;  // it waited for as long as that
  return options_.beat_interval > Duration{} && now() - last_arrival_ >= options_.beat_interval;
}

Duration FileLog::patience() const {
  return on_reserve_ ? options_.space_retry : options_.beat_interval;
}

}  // namespace tocsin::journal
