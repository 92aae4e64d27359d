#pragma once
/// SegmentWriter: the end of the log on disk. Writes finished bytes at the end of the open segment,
/// syncs, and starts the next segment. Results are errno values, 0 is success; after an error
/// nothing has moved, and the same write may be tried again (never the same sync).
///
/// Thread: the writer. A segment gets its blocks when it is made, as far as the disk has them, so
/// that a record does not meet a full disk halfway. A new segment appears under its name only when
/// its header is on disk.
#include <cstdint>
#include <string>
#include <string_view>

#include "journal/disk.h"
#include "journal/format.h"

namespace tocsin::journal {

class SegmentWriter {
 public:
  SegmentWriter(Disk& disk, std::string folder, int folder_fd, std::uint64_t segment_bytes);

  /// Goes on behind `end` of an existing segment.
  int adopt(const std::string& path, LogPosition first, std::uint64_t salt, std::uint64_t end);
  /// Starts the segment whose first record is `first`.
  int start(LogPosition first, Timestamp created);
  int write(std::string_view bytes);
  int sync();
  void give_back_rest();  ///< of the space set aside for the open segment

  bool is_open() const { return static_cast<bool>(file_); }
  /// True if `bytes` more may go into the open segment. A record larger than a segment gets its
  /// own.
  bool fits(std::size_t bytes) const;
  LogPosition first() const { return first_; }
  std::uint64_t end() const { return end_; }
  std::uint64_t salt() const { return salt_; }

 private:
  int create(const std::string& unfinished, const SegmentHeader& header);

  Disk& disk_;
  std::string folder_;
  int folder_fd_;
  std::uint64_t segment_bytes_;
  Fd file_;
  LogPosition first_ = 0;
  std::uint64_t salt_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace tocsin::journal
