#pragma once
/// Time as the engine knows it: whole milliseconds since the Unix epoch, never a clock.
/// Where a clock is read: core/clock.h, nowhere else.
#include <chrono>
#include <cstdint>

namespace tocsin {

using Duration = std::chrono::milliseconds;
using Timestamp = std::chrono::sys_time<Duration>;

constexpr std::int64_t unix_ms(Timestamp t) { return t.time_since_epoch().count(); }
constexpr Timestamp from_unix_ms(std::int64_t ms) { return Timestamp{Duration{ms}}; }

}  // namespace tocsin
