#include "journal/recovery.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "journal/cursor.h"
#include "journal/origin.h"

namespace tocsin::journal {
namespace {

class Recovery {
 public:
  Recovery(Check check, Origin origin, std::string& detail) : check_(check), detail_(detail) {
    found_.origin = std::move(origin);
  }

  Result<Recovered, LogError> run(const FolderListing& listing) {
    LogPosition expected = found_.origin.first;
    if (listing.segments.empty() && expected > 1) return lost(listing, expected);
    for (std::size_t i = 0; i < listing.segments.size(); ++i) {
      const Segment& segment = listing.segments[i];
      if (segment.first != expected) return lost(segment, expected);
      const std::size_t after = listing.segments.size() - i - 1;
      const LogPosition next = after == 0 ? 0 : listing.segments[i + 1].first;
      // The last but one is always read: it has the newest arrival if the last is still empty.
      const bool whole = check_ == Check::all || after == 1;
      if (const auto done = after == 0 ? take_last(segment) : take(segment, next, whole); !done) {
        return done.error();
      }
      expected = next;
    }
    return found_;
  }

 private:
  LogError refuse(LogError error, const std::string& path, std::string_view what) {
    detail_ = fmt::format("{}: {}", path, what);
    return error;
  }

  LogError lost(const Segment& segment, LogPosition expected) {
    return refuse(LogError::corrupt, segment.path,
                  fmt::format("positions from {} on are missing before it", expected));
  }

  LogError lost(const FolderListing& listing, LogPosition expected) {
    return refuse(LogError::corrupt, listing.folder,
                  fmt::format("positions from {} on are missing", expected));
  }

  Result<SegmentCursor, LogError> open(const Segment& segment) {
    auto cursor = SegmentCursor::open(segment.path, segment.first, detail_);
    if (!cursor) return cursor;
    cursor->expect_arrival_from(arrival_);
    found_.segments.push_back({segment.first, cursor->size(), cursor->created()});
    return cursor;
  }

  // A segment that is not the last: nothing may be wrong with it.
  Result<void, LogError> take(const Segment& segment, LogPosition next_first, bool whole) {
    auto cursor = open(segment);
    if (!cursor) return cursor.error();
    const std::uint64_t size = cursor->size();
    found_.bytes += size;
    if (!whole) return {};
    auto step = SegmentCursor::Step::record;
    while (step == SegmentCursor::Step::record) step = cursor->next(size);
    if (step == SegmentCursor::Step::bad) {
      return refuse(cursor->error(), segment.path, cursor->fault());
    }
    if (cursor->expected() != next_first) {
      return refuse(LogError::corrupt, segment.path,
                    fmt::format("ends before position {}, the next segment begins at {}",
                                cursor->expected(), next_first));
    }
    arrival_ = cursor->last_arrival();
    return {};
  }

  Result<void, LogError> take_last(const Segment& segment) {
    auto cursor = open(segment);
    if (!cursor) return cursor.error();
    const std::uint64_t size = cursor->size();
    auto step = SegmentCursor::Step::record;
    while (step == SegmentCursor::Step::record) step = cursor->next(size);
    found_.last = cursor->expected() - 1;
    if (cursor->last_arrival() != Timestamp::min()) found_.last_arrival = cursor->last_arrival();
    found_.last_path = segment.path;
    found_.last_first = segment.first;
    found_.last_salt = cursor->salt();
    found_.last_end = cursor->offset();
    if (step == SegmentCursor::Step::end) {
      found_.bytes += size;
      return {};
    }
    return cut_tail(*cursor, segment.path, size);
  }

  Result<void, LogError> cut_tail(SegmentCursor& cursor, const std::string& path,
                                  std::uint64_t size) {
    const LogPosition damaged = cursor.expected();
    const std::string fault = cursor.fault();
    if (cursor.error() != LogError::corrupt) return refuse(cursor.error(), path, fault);
    while (true) {
      const auto step = cursor.next(size);
      if (step == SegmentCursor::Step::end) break;
      if (step == SegmentCursor::Step::bad && !cursor.resync(size)) break;
      if (step == SegmentCursor::Step::record && cursor.synced() >= damaged) {
        return refuse(LogError::corrupt, path,
                      fmt::format("{}, and later records follow it", fault));
      }
    }
    if (cursor.error() == LogError::io) return refuse(LogError::io, path, cursor.fault());
    found_.torn_bytes = size - found_.last_end;
    found_.bytes += found_.last_end;
    found_.segments.back().bytes = found_.last_end;
    const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file || ::ftruncate(file.get(), static_cast<off_t>(found_.last_end)) != 0 ||
        ::fdatasync(file.get()) != 0) {
      return refuse(log_error_of(errno), path, std::strerror(errno));
    }
    return {};
  }

  Check check_;
  std::string& detail_;
  Recovered found_;
  Timestamp arrival_ = Timestamp::min();
};

// A crash may have left segments that were to go.
void finish_trimming(FolderListing& listing, LogPosition first) {
  std::erase_if(listing.segments, [&](const Segment& segment) {
    return segment.first < first && ::unlink(segment.path.c_str()) == 0;
  });
}

}  // namespace

Result<Recovered, LogError> recover(const std::string& folder, Check check, std::string& detail) {
  FolderListing listing = list_folder(folder);
  if (listing.error != 0) {
    detail = fmt::format("{}: {}", folder, std::strerror(listing.error));
    return log_error_of(listing.error);
  }
  for (const std::string& path : listing.unfinished) ::unlink(path.c_str());
  auto origin = read_origin(folder, detail);
  if (!origin) return origin.error();
  if (*origin) finish_trimming(listing, (*origin)->first);
  return Recovery(check, origin->value_or(Origin{}), detail).run(listing);
}

}  // namespace tocsin::journal
