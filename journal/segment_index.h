#pragma once
/// SegmentIndex: which segments the log has and how large they are; what retention decides by.
///
/// Thread: any. The writer adds, trimming removes from the front.
#include <cstdint>
#include <mutex>
#include <vector>

#include "core/log.h"

namespace tocsin::journal {

struct SegmentInfo {
  LogPosition first = 0;
  std::uint64_t bytes = 0;  ///< of the newest: as of the last look
  Timestamp created{};
};

/// How much of a log is kept. A segment goes when either says so.
struct Retention {
  Duration time{};         ///< since its newest record; zero: for ever
  std::uint64_t size = 0;  ///< of all segments together, bytes; 0: no bound
};

class SegmentIndex {
 public:
  explicit SegmentIndex(std::vector<SegmentInfo> segments) : segments_(std::move(segments)) {}

  /// A new segment; the one before ends with `bytes_before`.
  void add(SegmentInfo segment, std::uint64_t bytes_before);
  LogPosition first() const;    ///< 1: there is none yet
  std::uint64_t bytes() const;  ///< of all but the newest

  struct Plan {
    std::vector<SegmentInfo> go;   ///< oldest first
    LogPosition first = 0;         ///< of what stays
    std::uint64_t held_bytes = 0;  ///< would go, but is needed
  };
  /// What retention lets go of, as long as `needed` and everything after it stays. The newest
  /// segment always stays.
  Plan plan(const Retention& keep, LogPosition needed, Timestamp now,
            std::uint64_t newest_bytes) const;
  void remove(std::size_t count);  ///< from the front

 private:
  mutable std::mutex mutex_;
  std::vector<SegmentInfo> segments_;
};

}  // namespace tocsin::journal
