#pragma once
/// AlertLog: what was decided, in order; the spool of every sink. A typed view of a Log whose alert
/// records carry, with each revision, its cause: the position of the event-log record that was
/// applied and the revision's index among those of that record. After a crash the engine applies
/// its log again and appends only revisions after last().
///
/// Path: engine -> AlertLog -> sinks. Thread: append and last belong to the engine's thread; the
/// rest from any. Lifetime: the Log must outlive it and its readers.
/// Other record kinds in the same log (start, beat) are passed over.
#include <atomic>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/alert.h"
#include "core/log.h"

namespace tocsin::alerts {

/// Which revision this is, as a function of the event log.
struct AlertCause {
  LogPosition record = 0;   ///< in the event log
  std::uint32_t index = 0;  ///< among the revisions of that record, from 0
  friend auto operator<=>(const AlertCause&, const AlertCause&) = default;
};

struct AlertRecord {
  LogPosition position = 0;  ///< in the alert log
  Timestamp arr{};           ///< when the alert log took it
  AlertCause cause;
  AlertRevision revision;
};

class AlertReader {
 public:
  explicit AlertReader(std::unique_ptr<LogReader> reader) : reader_(std::move(reader)) {}
  /// The next durable revision; nullopt: none yet. `corrupt`: a record that is not an alert's.
  Result<std::optional<AlertRecord>, LogError> next();
  void wait(Duration at_most) { reader_->wait(at_most); }
  void interrupt() { reader_->interrupt(); }  ///< from any thread

 private:
  std::unique_ptr<LogReader> reader_;
};

class AlertLog {
 public:
  /// Reads the end of the log to find its newest alert record.
  static Result<std::unique_ptr<AlertLog>, LogError> open(Log& log);

  /// Requires: the cause is after last().
  Result<LogPosition, LogError> append(LogPosition cause, std::uint32_t index,
                                       const AlertRevision& revision);
  Result<void, LogError> commit(LogPosition position) { return log_.commit(position); }

  std::optional<AlertCause> last() const { return last_; }  ///< of the newest record; nullopt: none
  /// Of the newest alert, durable or not; 0: none.
  LogPosition last_position() const { return last_position_.load(std::memory_order_acquire); }
  LogPosition durable() const { return log_.durable(); }
  LogPosition first() const { return log_.first(); }
  /// From `from`, or from the oldest that is kept: a sink that knows of nothing older, a new topic
  /// for example, gets what there is.
  std::unique_ptr<AlertReader> read(LogPosition from) const;

  std::string id() const { return log_.id(); }

 private:
  explicit AlertLog(Log& log) : log_(log) {}
  Result<void, LogError> find_last();
  Result<void, LogError> find_last_after(LogPosition from);

  Log& log_;
  std::optional<AlertCause> last_;
  std::atomic<LogPosition> last_position_{0};
  std::string scratch_;
};

}  // namespace tocsin::alerts
