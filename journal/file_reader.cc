#include "journal/file_reader.h"

#include <algorithm>

#include "journal/disk.h"
#include "journal/format.h"

namespace tocsin::journal {

FileReader::FileReader(std::string folder, WriteQueue& queue, LogPosition from)
    : folder_(std::move(folder)), queue_(queue), wanted_(from) {}

Result<std::optional<LogRecord>, LogError> FileReader::next() {
  if (error_) return *error_;
  if (wanted_ > mark_.position) {
    mark_ = queue_.mark();
    if (wanted_ > mark_.position) return std::optional<LogRecord>{};
    set_limit();
  }
  do {
    if (const auto stepped = step(); !stepped) {
      error_ = stepped.error();
      return *error_;
    }
  } while (cursor_->record().position < wanted_);
  ++wanted_;
  return std::optional<LogRecord>{cursor_->record()};
}

// Moves the cursor to the next record, which is durable: anything else is damage.
Result<void, LogError> FileReader::step() {
  if (!cursor_) {
    if (const auto opened = open_segment(); !opened) return opened;
  }
  auto found = cursor_->next(limit_);
  if (found == SegmentCursor::Step::end && segment_ != mark_.segment) {
    if (const auto opened = open_segment(); !opened) return opened;
    found = cursor_->next(limit_);
  }
  if (found == SegmentCursor::Step::record) return {};
  return found == SegmentCursor::Step::bad ? cursor_->error() : LogError::corrupt;
}

// Opens the segment that holds the wanted position.
Result<void, LogError> FileReader::open_segment() {
  const FolderListing listing = list_folder(folder_);
  if (listing.error != 0) return log_error_of(listing.error);
  const auto after = std::ranges::upper_bound(listing.segments, wanted_, {}, &Segment::first);
  if (after == listing.segments.begin())
    return listing.segments.empty() ? LogError::corrupt : LogError::trimmed;
  const Segment& segment = *std::prev(after);
  if (cursor_ && segment.first != cursor_->expected()) return LogError::corrupt;
  std::string detail;
  auto opened = SegmentCursor::open(segment.path, segment.first, detail);
  if (!opened) return opened.error();
  if (cursor_) opened->expect_arrival_from(cursor_->last_arrival());
  cursor_.emplace(std::move(*opened));
  segment_ = segment.first;
  set_limit();
  return {};
}

// A segment the writer has left is durable to its end.
void FileReader::set_limit() {
  if (cursor_) limit_ = segment_ == mark_.segment ? mark_.end : cursor_->size();
}

void FileReader::wait(Duration at_most) { queue_.wait_beyond(wanted_ - 1, at_most, interrupted_); }

void FileReader::interrupt() { queue_.interrupt(interrupted_); }

}  // namespace tocsin::journal
