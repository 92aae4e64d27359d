#pragma once
/// LogFollower: reads a log's folder from outside while an engine may be writing it. Takes no lock.
/// Gives every whole record; one that is half written is simply not there yet.
///
/// Thread: one. Lifetime: a record's body is valid until the next call. An error stays.
#include <optional>
#include <string>

#include "core/log.h"
#include "journal/cursor.h"

namespace tocsin::app {

class LogFollower final : public LogReader {
 public:
  LogFollower(std::string folder, LogPosition from) : folder_(std::move(folder)), wanted_(from) {}

  Result<std::optional<LogRecord>, LogError> next() override;
  void wait(Duration at_most) override;                  ///< looks again after kLook at the latest
  void interrupt() override {}                           ///< a wait is short
  const std::string& detail() const { return detail_; }  ///< of an error, in words

 private:
  static constexpr Duration kLook{100};

  /// Opens the segment that holds wanted_. False: it is open already, or not there yet.
  Result<bool, LogError> open();
  bool has_later_segment() const;

  std::string folder_;
  LogPosition wanted_;
  std::optional<journal::SegmentCursor> cursor_;
  LogPosition segment_ = 0;  // first position of the cursor's
  std::string detail_;
};

}  // namespace tocsin::app
