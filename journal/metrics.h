#pragma once
/// What a log tells about itself. Copies; any thread.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/log.h"

namespace tocsin::journal {

enum class LogHealth : std::uint8_t {
  ok,
  reserve,   ///< the disk is full; only what must be written still is (may_use_reserve)
  no_space,  ///< and the reserve is used up; what is queued is written as soon as there is space
  failed,    ///< the disk refused a write or a sync; the log takes no more appends
  closed,
};
std::string_view to_string(LogHealth health);  ///< in words

/// Upper bounds, in seconds, of the buckets of sync times; one more bucket takes the rest.
inline constexpr std::array<double, 12> kSyncBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                    0.01,   0.025,   0.05,   0.1,   0.25,   1.0};

struct LogMetrics {
  LogHealth health = LogHealth::ok;
  std::uint64_t appended = 0;  ///< records, start and beats included
  std::uint64_t bytes = 0;     ///< of records, headers included
  std::uint64_t batches = 0;   ///< groups written together
  std::uint64_t syncs = 0;
  double sync_seconds = 0;
  std::array<std::uint64_t, kSyncBounds.size() + 1> sync_buckets{};  ///< not cumulative
  std::uint64_t queue_records = 0;                                   ///< accepted, not yet durable
  std::uint64_t queue_bytes = 0;
  std::uint64_t no_space_times = 0;    ///< times the disk became full
  std::uint64_t torn_bytes = 0;        ///< cut at open
  std::uint64_t reserve_bytes = 0;     ///< set aside for a full disk; 0: in use, or there is none
  LogPosition first = 1;               ///< oldest position kept
  std::uint64_t size_bytes = 0;        ///< of the segments
  std::uint64_t trimmed_segments = 0;  ///< by retention
  std::uint64_t held_bytes = 0;        ///< over the retention, still needed
};

}  // namespace tocsin::journal
