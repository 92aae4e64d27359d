#pragma once
/// What a folder holds when a log is opened: checks the segments and cuts what a crash left behind.
///
/// Only the tail of the last segment may be cut, and only what was never promised: each record
/// carries the newest position that was on disk when it was written, so a damaged record that a
/// later one calls synced is damage, not a torn write, and opening is refused. Thread: the opener,
/// under the folder's lock.
#include <cstdint>
#include <string>
#include <vector>

#include "core/log.h"
#include "journal/disk.h"
#include "journal/format.h"
#include "journal/segment_index.h"

namespace tocsin::journal {

struct Recovered {
  std::vector<SegmentInfo> segments;
  Origin origin;            ///< as found; first 1 and no id: nothing was ever trimmed
  std::uint64_t bytes = 0;  ///< of all segments, after the cut
  std::uint64_t torn_bytes = 0;
  LogPosition last = 0;  ///< newest record; 0: none
  Timestamp last_arrival{};
  std::string last_path;  ///< empty: no segment
  LogPosition last_first = 0;
  std::uint64_t last_salt = 0;
  std::uint64_t last_end = 0;
};

enum class Check : std::uint8_t {
  all,           ///< every byte of every segment
  last_segment,  ///< the others' headers only; their records are checked when they are read
};

Result<Recovered, LogError> recover(const std::string& folder, Check check, std::string& detail);

}  // namespace tocsin::journal
