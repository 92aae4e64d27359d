#pragma once
/// Times as text on the wire: RFC 3339 instants and proto3 JSON durations. Strict; no allocation.
#include <cstdint>
#include <optional>
#include <string_view>

namespace tocsin::ingest {

/// Seconds rounded down and nanoseconds in [0, 1e9).
struct WireTime {
  std::int64_t seconds = 0;
  std::uint32_t nanos = 0;
};

// Years 0001 to 9999 (what RFC 3339 and google.protobuf.Timestamp can say), and
// google.protobuf.Duration's range of about 10,000 years.
inline constexpr std::int64_t kMinInstant = -62'135'596'800;
inline constexpr std::int64_t kMaxInstant = 253'402'300'799;
inline constexpr std::int64_t kMaxDuration = 315'576'000'000;

inline constexpr bool is_instant(std::int64_t seconds) {
  return seconds >= kMinInstant && seconds <= kMaxInstant;
}

/// "2026-01-01T08:00:00.5+08:00" (RFC 3339, section 5.6; a leap second counts as the next second;
/// digits beyond nanoseconds are cut). nullopt: not one, or outside the years above.
std::optional<WireTime> parse_rfc3339(std::string_view text);

/// "-3.5s". nullopt: not one, or out of range.
std::optional<WireTime> parse_duration_text(std::string_view text);

/// The whole text as a decimal integer; nullopt: not one, or it does not fit.
std::optional<std::int64_t> parse_int64(std::string_view text);
std::optional<std::uint64_t> parse_uint64(std::string_view text);

}  // namespace tocsin::ingest
