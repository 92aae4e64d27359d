#include "journal/format.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "core/check.h"

namespace tocsin::journal {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they stand");

constexpr std::string_view kMagic = "TOCSINLG";
constexpr std::size_t kNameDigits = 20;
constexpr std::string_view kNameSuffix = ".log";

// Offsets in a segment header; an origin has the same first three.
constexpr std::size_t kSegVersion = 8, kSegSize = 12, kSegFirst = 16, kSegSalt = 24,
                      kSegCreated = 32, kSegChecksum = 40;
// Offsets in an origin.
constexpr std::string_view kOriginMagic = "TOCSINLO";
constexpr std::size_t kOriFirst = 16, kOriId = 24, kOriChecksum = 56;
constexpr std::size_t kIdChars = kOriChecksum - kOriId;
// Offsets in a record header.
constexpr std::size_t kRecLength = 8, kRecKind = 12, kRecZero = 13, kRecPosition = 16,
                      kRecArrival = 24, kRecSynced = 32;

template <class T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class T>
void store(char* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

std::uint64_t record_checksum(const char* record, std::size_t size, std::uint64_t salt) {
  return XXH3_64bits_withSeed(record + kRecLength, size - kRecLength, salt);
}

// What is wrong with a header. Whatever a later version adds, magic, version and size stay, and the
// checksum stays last.
std::optional<LogError> fault_of(std::string_view bytes, std::string_view magic,
                                 std::size_t expected) {
  if (bytes.size() < expected || !bytes.starts_with(magic)) return LogError::corrupt;
  const auto version = load<std::uint32_t>(bytes.data() + kSegVersion);
  const auto size = load<std::uint32_t>(bytes.data() + kSegSize);
  if (size < expected || size > bytes.size()) return LogError::corrupt;
  const auto checksum = load<std::uint64_t>(bytes.data() + size - sizeof(std::uint64_t));
  if (checksum != XXH3_64bits(bytes.data(), size - sizeof checksum)) return LogError::corrupt;
  if (version != kFormatVersion) return LogError::version;
  if (size != expected) return LogError::corrupt;
  return std::nullopt;
}

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

}  // namespace

SegmentHeaderBytes encode(const SegmentHeader& header) {
  SegmentHeaderBytes bytes{};
  std::ranges::copy(kMagic, bytes.begin());
  store(bytes.data() + kSegVersion, kFormatVersion);
  store(bytes.data() + kSegSize, static_cast<std::uint32_t>(kSegmentHeaderBytes));
  store(bytes.data() + kSegFirst, header.first);
  store(bytes.data() + kSegSalt, header.salt);
  store(bytes.data() + kSegCreated, unix_ms(header.created));
  store(bytes.data() + kSegChecksum, XXH3_64bits(bytes.data(), kSegChecksum));
  return bytes;
}

Result<SegmentHeader, LogError> decode_segment_header(std::string_view bytes) {
  if (const auto fault = fault_of(bytes, kMagic, kSegmentHeaderBytes)) return *fault;
  SegmentHeader header;
  header.first = load<LogPosition>(bytes.data() + kSegFirst);
  header.salt = load<std::uint64_t>(bytes.data() + kSegSalt);
  header.created = from_unix_ms(load<std::int64_t>(bytes.data() + kSegCreated));
  return header;
}

std::string encode(const Origin& origin) {
  TOCSIN_CHECK(origin.id.size() == kIdChars);
  std::string bytes(kOriginBytes, '\0');
  std::ranges::copy(kOriginMagic, bytes.begin());
  store(bytes.data() + kSegVersion, kFormatVersion);
  store(bytes.data() + kSegSize, static_cast<std::uint32_t>(kOriginBytes));
  store(bytes.data() + kOriFirst, origin.first);
  std::ranges::copy(origin.id, bytes.begin() + kOriId);
  store(bytes.data() + kOriChecksum, XXH3_64bits(bytes.data(), kOriChecksum));
  return bytes;
}

Result<Origin, LogError> decode_origin(std::string_view bytes) {
  if (const auto fault = fault_of(bytes, kOriginMagic, kOriginBytes)) return *fault;
  if (bytes.size() != kOriginBytes) return LogError::corrupt;
  return Origin{load<LogPosition>(bytes.data() + kOriFirst),
                std::string(bytes.substr(kOriId, kIdChars))};
}

void append_unstamped(std::string& out, RecordKind kind, LogPosition position,
                      std::string_view body) {
  char header[kRecordHeaderBytes] = {};
  store(header + kRecLength, static_cast<std::uint32_t>(body.size()));
  store(header + kRecKind, static_cast<std::uint8_t>(kind));
  store(header + kRecPosition, position);
  out.append(header, sizeof header);
  out.append(body);
}

void stamp(char* record, Timestamp arrival, LogPosition synced, std::uint64_t salt) {
  store(record + kRecArrival, unix_ms(arrival));
  store(record + kRecSynced, synced);
  store(record, record_checksum(record, record_size(record), salt));
}

std::size_t record_size(const char* record) {
  return kRecordHeaderBytes + load<std::uint32_t>(record + kRecLength);
}

std::optional<RecordHeader> decode_record_header(std::string_view bytes) {
  if (bytes.size() < kRecordHeaderBytes) return std::nullopt;
  const char* at = bytes.data();
  RecordHeader header;
  header.length = load<std::uint32_t>(at + kRecLength);
  header.kind = load<std::uint8_t>(at + kRecKind);
  header.position = load<LogPosition>(at + kRecPosition);
  header.arrival = from_unix_ms(load<std::int64_t>(at + kRecArrival));
  header.synced = load<LogPosition>(at + kRecSynced);
  const bool zeros = at[kRecZero] == 0 && at[kRecZero + 1] == 0 && at[kRecZero + 2] == 0;
  if (!zeros || header.length > kMaxBodyBytes || header.synced >= header.position) {
    return std::nullopt;
  }
  return header;
}

bool checksum_holds(std::string_view bytes, std::size_t record_size, std::uint64_t salt) {
  return load<std::uint64_t>(bytes.data()) == record_checksum(bytes.data(), record_size, salt);
}

std::string segment_name(LogPosition first) { return fmt::format("{:020}.log", first); }

std::optional<LogPosition> parse_segment_name(std::string_view name) {
  if (name.size() != kNameDigits + kNameSuffix.size() || !name.ends_with(kNameSuffix)) {
    return std::nullopt;
  }
  LogPosition first = 0;
  const char* end = name.data() + kNameDigits;
  const auto parsed = std::from_chars(name.data(), end, first);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return first;
}

std::string encode_start(std::string_view version, Timestamp wall, Duration beat) {
  std::string body;
  body += '\x0a';  // field 1, length-delimited
  append_varint(body, version.size());
  body += version;
  body += '\x10';  // field 2, varint
  append_varint(body, static_cast<std::uint64_t>(unix_ms(wall)));
  body += '\x18';  // field 3, varint
  append_varint(body, static_cast<std::uint64_t>(beat.count()));
  return body;
}

}  // namespace tocsin::journal
