#include "journal/inspect.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>

#include "journal/cursor.h"
#include "journal/disk.h"
#include "journal/origin.h"

namespace tocsin::journal {
namespace {

class Inspector {
 public:
  explicit Inspector(const RecordVisitor& visit) : visit_(visit) {}

  void take(const Segment& segment, bool last) {
    if (segment.first != expected_) {
      report(LogError::corrupt, segment.path, 0,
             fmt::format("{}: begins at position {}, {} was expected", segment.path, segment.first,
                         expected_));
    }
    result_.segments.push_back({segment.path, segment.first, segment.first - 1, 0});
    expected_ = segment.first;
    std::string detail;
    auto cursor = SegmentCursor::open(segment.path, segment.first, detail);
    if (!cursor) {
      report(cursor.error(), segment.path, 0, detail);
      return;
    }
    cursor->expect_arrival_from(arrival_);
    const std::uint64_t size = cursor->size();
    result_.segments.back().bytes = size;
    result_.bytes += size;
    walk(*cursor, size, last);
    arrival_ = cursor->last_arrival();
    expected_ = result_.segments.back().last + 1;
  }

  void begin_at(LogPosition origin) { origin_ = expected_ = origin; }
  /// Was to go; the next open() removes it.
  bool is_leftover(const Segment& segment) const { return segment.first < origin_; }

  void report(LogError error, const std::string& path, std::uint64_t offset, std::string text) {
    result_.problems.push_back({error, path, offset, expected_, false, std::move(text)});
  }

  Inspection finish() { return std::move(result_); }

 private:
  void walk(SegmentCursor& cursor, std::uint64_t size, bool last) {
    while (true) {
      const std::uint64_t offset = cursor.offset();
      const auto step = cursor.next(size);
      if (step == SegmentCursor::Step::end) return;
      if (step == SegmentCursor::Step::record) {
        count(cursor.record(), offset);
        continue;
      }
      expected_ = cursor.expected();
      const std::string& path = result_.segments.back().path;
      report(cursor.error(), path, offset, fmt::format("{}: {}", path, cursor.fault()));
      if (!cursor.resync(size)) {
        result_.problems.back().torn_tail = last && cursor.error() == LogError::corrupt;
        return;
      }
    }
  }

  void count(const LogRecord& record, std::uint64_t offset) {
    SegmentStat& segment = result_.segments.back();
    segment.last = record.position;
    if (result_.records++ == 0) {
      result_.first = record.position;
      result_.first_arrival = record.arr;
    }
    result_.last = record.position;
    result_.last_arrival = record.arr;
    result_.records_by_kind[static_cast<std::size_t>(record.kind)] += 1;
    if (visit_) visit_(record, segment, offset);
  }

  const RecordVisitor& visit_;
  Inspection result_;
  LogPosition origin_ = 1;
  LogPosition expected_ = 1;
  Timestamp arrival_ = Timestamp::min();
};

bool lock_is_held(const std::string& folder) {
  const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd && ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace

Result<Inspection, LogError> inspect(const std::string& folder, const RecordVisitor& visit,
                                     std::string* detail) {
  const FolderListing listing = list_folder(folder);
  if (listing.error != 0) {
    if (detail != nullptr) *detail = fmt::format("{}: {}", folder, std::strerror(listing.error));
    return log_error_of(listing.error);
  }
  std::string fault;
  const auto origin = read_origin(folder, fault);
  Inspector inspector(visit);
  if (!origin) {
    inspector.report(origin.error(), folder, 0, fault);
  } else if (*origin) {
    inspector.begin_at((*origin)->first);
  }
  for (const Segment& segment : listing.segments) {
    if (inspector.is_leftover(segment)) continue;
    inspector.take(segment, &segment == &listing.segments.back());
  }
  Inspection result = inspector.finish();
  result.being_written = lock_is_held(folder);
  return result;
}

}  // namespace tocsin::journal
