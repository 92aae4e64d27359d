#pragma once
/// Log: the interface the whole system turns on. An ordered sequence of records, each with a
/// position and an arrival time given once by the writer. Implementations: journal::FileLog (files
/// on one machine); a Kafka topic when one machine is not enough. The alert log is a second
/// instance.
///
/// Path: sources -> Log -> engine -> (alert) Log -> publisher.
/// Thread: append, commit and durable from any thread; a LogReader belongs to one thread.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace tocsin {

/// Numbers records from 1, without gaps.
using LogPosition = std::uint64_t;

enum class RecordKind : std::uint8_t {
  start = 1,     ///< a process opened the log for writing (body: proto LogStart)
  beat = 2,      ///< nothing else for a while; dates a stop (empty)
  tick = 3,      ///< a timer is due (empty)
  frame = 4,     ///< received bytes (body: proto LogFrame)
  bundle = 5,    ///< a rule bundle, by content (body: proto LogBundle)
  registry = 6,  ///< a registry version, by content (body: proto LogRegistry)
  command = 7,   ///< an operator's command (body: proto Command)
  gateway = 8,   ///< a gateway went up or down (body: proto LogGateway)
  alert = 9,     ///< in the alert log: one revision (body: proto LogAlert)
};
std::string_view to_string(RecordKind kind);

struct LogRecord {
  LogPosition position = 0;
  Timestamp arr{};
  RecordKind kind{};
  std::string_view body;
};

enum class LogError : std::uint8_t {
  closed = 1,  ///< the log is shutting down
  too_large,   ///< body over the record limit
  no_space,    ///< disk full; appends fail until there is space
  io,          ///< the disk refused; the log takes no more appends
  corrupt,     ///< a record fails its checksum before the end of the log
  locked,      ///< another process writes this log
  permission,  ///< the folder cannot be read or written
  version,     ///< written by a newer version
  trimmed,     ///< what is asked for is no longer kept
};
std::string_view to_string(LogError error);  ///< a word for machines
std::string_view describe(LogError error);   ///< for people
TOCSIN_RESULT_ERROR(LogError)

class LogReader {
 public:
  virtual ~LogReader() = default;
  /// The next durable record; nullopt: none yet. The body is valid until the next call.
  virtual Result<std::optional<LogRecord>, LogError> next() = 0;
  /// Waits until there may be a next record, `at_most` has passed, or interrupt().
  virtual void wait(Duration at_most) = 0;
  virtual void interrupt() = 0;  ///< from any thread: ends a wait(), now or the next one
};

class Log {
 public:
  virtual ~Log() = default;
  /// Hands one record to the writer, which stamps position and arrival. Back-pressure: blocks while
  /// the write queue is full. Durable only after commit().
  virtual Result<LogPosition, LogError> append(RecordKind kind, std::string_view body) = 0;
  /// Waits until `position` is as durable as the configuration says (group commit).
  virtual Result<void, LogError> commit(LogPosition position) = 0;
  virtual LogPosition durable() const = 0;     ///< newest durable position; 0: none
  virtual LogPosition first() const = 0;       ///< oldest position that is kept; 1: all are
  virtual Timestamp last_arrival() const = 0;  ///< of the newest record; epoch: none
  /// Reads from `from` (1: the beginning), following the log as it grows.
  virtual std::unique_ptr<LogReader> read(LogPosition from) = 0;
  /// Names this log for good: log_id() of its first record, also when that is no longer kept; empty
  /// while the log is. Positions mean something only together with it.
  virtual std::string id() const = 0;
};

/// A digest of a log's first record, its arrival included: 32 hex digits.
std::string log_id(const LogRecord& first);

}  // namespace tocsin
