#pragma once
/// WriteQueue: the one thing appenders, the writer thread and readers share, and the only class of
/// the journal with a mutex. Appenders put records in and wait until they are durable; the writer
/// takes everything that waits in one batch; readers learn how far they may read.
///
/// Thread: any. Limits: QueueLimits; a full queue blocks append(). A position is given once and
/// never to another record, also when the disk is full: what was accepted stays queued until it is
/// written.
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "core/log.h"
#include "journal/metrics.h"

namespace tocsin::journal {

/// What is still taken when the disk is full: alerts, and what the engine must know to go on.
constexpr bool may_use_reserve(RecordKind kind) {
  return kind != RecordKind::frame && kind != RecordKind::bundle && kind != RecordKind::registry;
}

struct QueueLimits {
  std::size_t records = 65'536;
  std::size_t bytes = 32u << 20;
  std::size_t max_record = 1u << 20;  ///< of one body
};

/// How far the log is durable.
struct DurableMark {
  LogPosition position = 0;
  Timestamp arrival{};      ///< of that record
  LogPosition segment = 0;  ///< first position of the segment it is in
  std::uint64_t end = 0;    ///< file offset after it
};

class WriteQueue {
 public:
  WriteQueue(QueueLimits limits, DurableMark start);

  // Appenders.
  Result<LogPosition, LogError> append(RecordKind kind, std::string_view body);
  /// Error no_space: not durable now; it stays queued and may become so.
  Result<void, LogError> wait_durable(LogPosition position);
  /// No more appends. The writer still takes what is queued.
  void close();

  // The writer.
  struct Batch {
    std::string bytes;  ///< unstamped records, back to back
    LogPosition first = 0;
    std::size_t records = 0;
  };
  enum class Taken : std::uint8_t { records, idle, closed };
  /// Waits for records; `idle` after `at_most` without one (zero: never).
  Taken take(Batch& batch, Duration at_most);
  struct Progress {
    DurableMark mark;
    std::size_t records = 0;
    std::size_t bytes = 0;
    std::optional<std::chrono::nanoseconds> sync;  ///< how long the sync took, if there was one
  };
  void advance(const Progress& progress);
  void count_sync(std::chrono::nanoseconds took);
  /// Says that the disk is full and pauses. False: the log is closing, give up.
  bool pause_for_space(Duration pause);
  /// From now on only what may use the reserve is taken, until has_space().
  void use_reserve();
  void has_space(std::uint64_t reserve_bytes);
  void fail();
  void finish();  ///< the writer has ended

  // Readers.
  DurableMark mark() const;
  void wait_beyond(LogPosition position, Duration at_most, bool& interrupted);
  void interrupt(bool& interrupted);

  LogMetrics metrics() const;

 private:
  std::optional<LogError> refusal(RecordKind kind) const;
  bool has_room(std::size_t bytes) const;
  void add_sync(std::chrono::nanoseconds took);

  const QueueLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable work_;      // for the writer: records, or closing
  std::condition_variable room_;      // for appenders: the queue was taken
  std::condition_variable progress_;  // for commits and readers
  std::string pending_;
  LogPosition pending_first_ = 0;
  std::size_t pending_records_ = 0;
  LogPosition next_ = 1;
  DurableMark mark_;
  bool closing_ = false;
  bool on_reserve_ = false;
  LogMetrics metrics_;
};

}  // namespace tocsin::journal
