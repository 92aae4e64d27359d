#pragma once
/// The bytes of a log on disk: segment header, record header, checksums, file names. Every reader
/// and writer of segments goes through here; docs/journal_format.md describes the same bytes in
/// words.
///
///     segment   | header 48 | record | record | ...
///     record    | checksum 8 | length 4 | kind 1 | 0 0 0 | position 8 | arrival 8 | synced 8 |
///               | body |
///
/// All numbers are little-endian. The checksum is XXH3-64 seeded with the segment's random salt,
/// over everything of the record after the checksum: 64 bits (a random error passes once in 2^64),
/// faster than the disk on any machine, and bytes that somebody sent us cannot pass for a record,
/// because nobody outside knows the salt. Thread: any, no state.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/log.h"

namespace tocsin::journal {

inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::size_t kSegmentHeaderBytes = 48;
inline constexpr std::size_t kRecordHeaderBytes = 40;
inline constexpr std::size_t kMaxBodyBytes = 256u << 20;  ///< a longer length is damage

struct SegmentHeader {
  LogPosition first = 0;  ///< position of the segment's first record
  std::uint64_t salt = 0;
  Timestamp created{};
};

using SegmentHeaderBytes = std::array<char, kSegmentHeaderBytes>;
SegmentHeaderBytes encode(const SegmentHeader& header);

/// LogError::corrupt or LogError::version.
Result<SegmentHeader, LogError> decode_segment_header(std::string_view bytes);

/// Where a trimmed log begins (journal/origin.h).
struct Origin {
  LogPosition first = 1;  ///< the first position that is kept; always a segment's first
  std::string id;         ///< the log's, 32 characters (core's log_id)
};
inline constexpr std::size_t kOriginBytes = 64;
inline constexpr std::string_view kOriginName = "origin";
std::string encode(const Origin& origin);
/// LogError::corrupt or LogError::version.
Result<Origin, LogError> decode_origin(std::string_view bytes);

struct RecordHeader {
  std::uint32_t length = 0;
  std::uint8_t kind = 0;
  LogPosition position = 0;
  Timestamp arrival{};
  LogPosition synced = 0;  ///< newest position known to be on disk when this record was written

  std::size_t size() const { return kRecordHeaderBytes + length; }
};

/// Appends a record that still lacks arrival, synced and checksum.
void append_unstamped(std::string& out, RecordKind kind, LogPosition position,
                      std::string_view body);
/// Completes a record made by append_unstamped.
void stamp(char* record, Timestamp arrival, LogPosition synced, std::uint64_t salt);
/// Whole size of the record at `record`, stamped or not.
std::size_t record_size(const char* record);

/// The header of a record whose bytes start at `bytes`; nullopt: too short, or fields no writer
/// makes.
std::optional<RecordHeader> decode_record_header(std::string_view bytes);
/// Requires: decode_record_header(bytes) gave a header and bytes hold the whole record.
bool checksum_holds(std::string_view bytes, std::size_t record_size, std::uint64_t salt);

/// "00000000000000000001.log"
std::string segment_name(LogPosition first);
/// The position in a segment's name; nullopt: not a segment.
std::optional<LogPosition> parse_segment_name(std::string_view name);
inline constexpr std::string_view kUnfinishedSuffix = ".tmp";  ///< a segment that was being created

/// Body of a `start` record: the protobuf message tocsin.v1.LogStart, written by hand because
/// journal/ does not know protobuf.
std::string encode_start(std::string_view version, Timestamp wall, Duration beat);

}  // namespace tocsin::journal
