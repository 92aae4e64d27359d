#pragma once
/// Timestamps and durations as exact nanoseconds, with the ranges CEL gives them: years 0001 to
/// 9999, and what 64 bits of nanoseconds hold: about 292 years either way (the specification's
/// conformance tests want the difference of the first and the last timestamp to be an error).
#include <cstdint>
#include <optional>

#include "core/value.h"

namespace tocsin::cel {

__extension__ using Nanos = __int128;

inline constexpr std::int64_t kMinTimestamp = -62'135'596'800;  ///< 0001-01-01T00:00:00Z
inline constexpr std::int64_t kMaxTimestamp = 253'402'300'799;  ///< 9999-12-31T23:59:59Z
inline constexpr Nanos kNanosPerSecond = 1'000'000'000;

inline Nanos nanos_of(const Value& time) { return time.seconds() * kNanosPerSecond + time.nanos(); }

/// Empty: out of range.
std::optional<Value> timestamp_of(Nanos since_epoch);
std::optional<Value> duration_of(Nanos length);

}  // namespace tocsin::cel
