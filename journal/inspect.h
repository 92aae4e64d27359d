#pragma once
/// A log's folder seen from outside: every byte checked, everything counted, nothing repaired.
/// Takes no lock, so it also works on the folder of a running engine, whose newest record may then
/// be half written: that shows as a torn tail. For `tocsin journal verify|dump|stat`.
///
/// Thread: any; no state.
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/log.h"

namespace tocsin::journal {

struct Problem {
  LogError error{};     ///< corrupt, version or io
  std::string segment;  ///< path
  std::uint64_t offset = 0;
  LogPosition position = 0;  ///< of the record that should be there
  bool torn_tail = false;    ///< nothing readable follows in the last segment: open() would cut it
  std::string text;          ///< in words, with the path
};

struct SegmentStat {
  std::string path;
  LogPosition first = 0;
  LogPosition last = 0;  ///< first - 1: empty
  std::uint64_t bytes = 0;
};

inline constexpr std::size_t kRecordKindSlots = static_cast<std::size_t>(RecordKind::alert) + 1;

struct Inspection {
  std::vector<SegmentStat> segments;
  std::array<std::uint64_t, kRecordKindSlots> records_by_kind{};  ///< by RecordKind
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  ///< of the segment files
  LogPosition first = 0;
  LogPosition last = 0;
  Timestamp first_arrival{};
  Timestamp last_arrival{};
  bool being_written = false;  ///< a process holds the folder's lock
  std::vector<Problem> problems;

  bool sound() const { return problems.empty(); }
};

/// Called for each whole record in order, with its segment and file offset.
using RecordVisitor =
    std::function<void(const LogRecord& record, const SegmentStat& segment, std::uint64_t offset)>;

/// Error: the folder cannot be read (`detail` says why). Damage is in the result, not an error.
Result<Inspection, LogError> inspect(const std::string& folder, const RecordVisitor& visit = {},
                                     std::string* detail = nullptr);

}  // namespace tocsin::journal
