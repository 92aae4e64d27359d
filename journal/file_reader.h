#pragma once
/// FileReader: follows a FileLog from a position, across segments, never beyond what is durable,
/// and checks every record again. Reads the files, not the writer's memory: recovery and the live
/// run go the same way. An error stays: damage does not go away by reading again.
///
/// Thread: one; interrupt() from any. Lifetime: not longer than the log's.
#include <optional>
#include <string>

#include "core/log.h"
#include "journal/cursor.h"
#include "journal/write_queue.h"

namespace tocsin::journal {

class FileReader final : public LogReader {
 public:
  FileReader(std::string folder, WriteQueue& queue, LogPosition from);

  Result<std::optional<LogRecord>, LogError> next() override;
  void wait(Duration at_most) override;
  void interrupt() override;

 private:
  Result<void, LogError> open_segment();
  Result<void, LogError> step();
  void set_limit();

  std::string folder_;
  WriteQueue& queue_;
  LogPosition wanted_;  // the next to give
  DurableMark mark_;
  std::optional<SegmentCursor> cursor_;
  LogPosition segment_ = 0;  // the cursor's
  std::uint64_t limit_ = 0;  // file offset up to which it may read
  std::optional<LogError> error_;
  bool interrupted_ = false;  // guarded by the queue
};

}  // namespace tocsin::journal
