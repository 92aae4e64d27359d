#include "journal/cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tocsin::journal {
namespace {

constexpr std::size_t kReadAhead = 256 * 1024;

bool known_kind(std::uint8_t kind) {
  return kind >= static_cast<std::uint8_t>(RecordKind::start) &&
         kind <= static_cast<std::uint8_t>(RecordKind::alert);
}

}  // namespace

SegmentCursor::SegmentCursor(Fd file, SegmentHeader header)
    : file_(std::move(file)), header_(header), expected_(header.first) {}

Result<SegmentCursor, LogError> SegmentCursor::open(const std::string& path, LogPosition first,
                                                    std::string& detail) {
  Fd file = open_read(path);
  SegmentHeaderBytes bytes{};
  const ssize_t got = file ? read_at(file.get(), bytes.data(), bytes.size(), 0) : -1;
  if (got < 0) {
    detail = fmt::format("{}: {}", path, std::strerror(errno));
    return log_error_of(errno);
  }
  const auto header = decode_segment_header({bytes.data(), static_cast<std::size_t>(got)});
  if (!header) {
    detail =
        fmt::format("{}: {}", path,
                    header.error() == LogError::version ? "written by a newer version of tocsin"
                                                        : "the segment header is damaged");
    return header.error();
  }
  if (header->first != first) {
    detail = fmt::format("{}: the header says the first position is {}", path, header->first);
    return LogError::corrupt;
  }
  return SegmentCursor(std::move(file), *header);
}

std::uint64_t SegmentCursor::size() const {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, file_size(file_.get())));
}

SegmentCursor::Step SegmentCursor::fail(LogError error, std::string what) {
  if (read_error_ != 0) {
    error = LogError::io;
    what = std::strerror(read_error_);
  }
  error_ = error;
  fault_ = fmt::format("position {} at byte {}: {}", expected_, offset_, what);
  return Step::bad;
}

std::string_view SegmentCursor::window(std::size_t size, std::uint64_t limit) {
  if (offset_ >= limit) return {};
  size = std::min<std::uint64_t>(size, limit - offset_);
  const bool inside = offset_ >= buffer_start_ && offset_ + size <= buffer_start_ + buffered_;
  if (!inside) {
    const std::size_t wanted = std::min<std::uint64_t>(std::max(size, kReadAhead), limit - offset_);
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    const ssize_t got = read_at(file_.get(), buffer_.data(), wanted, offset_);
    buffer_start_ = offset_;
    buffered_ = got < 0 ? 0 : static_cast<std::size_t>(got);
    if (got < 0) read_error_ = errno;
  }
  const std::size_t skip = offset_ - buffer_start_;
  return {buffer_.data() + skip, std::min(size, buffered_ - skip)};
}

SegmentCursor::Step SegmentCursor::next(std::uint64_t limit) {
  if (offset_ >= limit) return Step::end;
  const auto header = decode_record_header(window(kRecordHeaderBytes, limit));
  if (!header) return fail(LogError::corrupt, "no record header here");
  const std::string_view bytes = window(header->size(), limit);
  if (bytes.size() < header->size()) return fail(LogError::corrupt, "the record is cut short");
  if (!checksum_holds(bytes, header->size(), header_.salt)) {
    return fail(LogError::corrupt, "the checksum does not match");
  }
  if (header->position != expected_) {
    return fail(LogError::corrupt,
                fmt::format("this is the record of position {}", header->position));
  }
  if (header->arrival < last_arrival_) return fail(LogError::corrupt, "arrival goes backwards");
  if (!known_kind(header->kind)) return fail(LogError::version, "a record kind of a newer version");
  record_ = {header->position, header->arrival, static_cast<RecordKind>(header->kind),
             bytes.substr(kRecordHeaderBytes)};
  synced_ = header->synced;
  last_arrival_ = header->arrival;
  offset_ += header->size();
  ++expected_;
  return Step::record;
}

bool SegmentCursor::resync(std::uint64_t limit) {
  for (++offset_; read_error_ == 0 && offset_ + kRecordHeaderBytes <= limit; ++offset_) {
    const auto header = decode_record_header(window(kRecordHeaderBytes, limit));
    if (!header || !known_kind(header->kind) || header->position < expected_) continue;
    if (header->position - expected_ > limit / kRecordHeaderBytes) continue;
    const std::string_view bytes = window(header->size(), limit);
    if (bytes.size() < header->size() || !checksum_holds(bytes, header->size(), header_.salt)) {
      continue;
    }
    expected_ = header->position;
    return true;
  }
  return false;
}

}  // namespace tocsin::journal
