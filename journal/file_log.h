#pragma once
/// FileLog: the Log on the files of one machine. Segments in a folder, one writer thread with group
/// commit: it takes everything that waits, writes it with one call and syncs once.
///
/// Path: sources -> FileLog -> engine; a second instance is the alert log.
/// Thread: Log's methods from any thread. Lifetime: readers must not outlive their log.
/// Limits: FileLogOptions; a full queue blocks append().
/// Disk full: append() and commit() say no_space; what was accepted stays queued and is written
/// when there is space again. A sync that fails is final: the log is `failed` until it is opened
/// anew.
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "core/clock.h"
#include "core/log.h"
#include "journal/disk.h"
#include "journal/metrics.h"
#include "journal/recovery.h"
#include "journal/reserve.h"
#include "journal/segment_index.h"
#include "journal/segment_writer.h"
#include "journal/write_queue.h"

namespace tocsin::journal {

enum class Durability : std::uint8_t {
  sync,  ///< on the disk (fdatasync) before commit() returns: survives a power loss
  os,    ///< with the operating system: survives a crash of the process
};

struct FileLogOptions {
  std::string folder;  ///< created if missing
  std::uint64_t segment_bytes = 64u << 20;
  QueueLimits queue;
  Durability durability = Durability::sync;
  Check check = Check::all;
  ClockFn clock;                    ///< Requires: set
  Duration beat_interval{10'000};   ///< a beat after so long without a record; zero: never
  Duration space_retry{200};        ///< between attempts while the disk is full
  std::uint64_t reserve = 0;        ///< bytes set aside for a full disk (journal/reserve.h)
  std::string version = "unknown";  ///< of the program, for the start record
  Disk* disk = &Disk::system();     ///< tests put a failing one here
};

/// What open() found and did.
struct OpenReport {
  bool created = false;          ///< there was no log before
  std::size_t segments = 0;      ///< found
  std::uint64_t bytes = 0;       ///< found, after the cut
  std::uint64_t torn_bytes = 0;  ///< cut: written by a crash, never committed
  LogPosition last = 0;          ///< newest record found; 0: none
  Timestamp last_arrival{};      ///< of that record
  Timestamp clock{};             ///< what the clock said at open
  Duration clock_shift{};        ///< added to the clock, so that arrival never goes back
};

class FileLog final : public Log {
 public:
  /// Locks the folder, recovers, appends a start record and waits until it is durable. On failure
  /// `detail` says what and where, in words.
  static Result<std::unique_ptr<FileLog>, LogError> open(FileLogOptions options,
                                                         std::string* detail = nullptr);
  ~FileLog() override;  ///< close()

  Result<LogPosition, LogError> append(RecordKind kind, std::string_view body) override;
  Result<void, LogError> commit(LogPosition position) override;
  LogPosition durable() const override;
  Timestamp last_arrival() const override;
  LogPosition first() const override;
  std::unique_ptr<LogReader> read(LogPosition from) override;
  std::string id() const override;

  /// Removes whole segments at the front that `keep` lets go of and that end before `needed`. From
  /// any thread, one at a time. Error: a file could not be written or removed; nothing is lost.
  Result<void, LogError> trim(const Retention& keep, LogPosition needed);

  /// Refuses further appends, writes what is queued, ends the writer. Readers go on working.
  void close();

  /// The clock that stamps arrivals: options.clock, shifted so that it never was below the log.
  Timestamp now() const { return options_.clock() + report_.clock_shift; }
  const OpenReport& opened() const { return report_; }
  LogMetrics metrics() const;

 private:
  FileLog(FileLogOptions options, Fd folder, const Recovered& found);
  int prepare(const Recovered& found);
  void run();
  bool write_batch(WriteQueue::Batch& batch);
  std::size_t stamp_run(char* begin, const char* end, WriteQueue::Progress& progress);
  bool write_run(std::string_view run, WriteQueue::Progress& progress);
  bool roll(LogPosition first);
  bool sync();
  void look_for_space();
  bool owes_beat() const;
  Duration patience() const;
  template <class Step>
  bool until_space(Step step);

  const FileLogOptions options_;
  OpenReport report_;
  Fd folder_;  // holds the lock
  WriteQueue queue_;
  SegmentIndex index_;
  mutable std::mutex trim_mutex_;
  mutable std::string id_;        // under trim_mutex_
  LogPosition origin_;            // under trim_mutex_: what the file says
  std::uint64_t trimmed_ = 0;     // under trim_mutex_: segments
  std::uint64_t held_bytes_ = 0;  // under trim_mutex_
  // The writer thread's.
  SegmentWriter segment_;
  Reserve reserve_;
  bool on_reserve_ = false;  // the disk is full and the reserve given back
  LogPosition synced_;
  Timestamp last_arrival_;
  std::thread writer_;
};

}  // namespace tocsin::journal
