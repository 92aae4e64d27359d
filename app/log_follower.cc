#include "app/log_follower.h"

#include <poll.h>

#include <algorithm>
#include <system_error>

#include "journal/disk.h"

namespace tocsin::app {

using Step = journal::SegmentCursor::Step;

Result<bool, LogError> LogFollower::open() {
  const journal::FolderListing listing = journal::list_folder(folder_);
  if (listing.error != 0) {
    detail_ = folder_ + ": " + std::generic_category().message(listing.error);
    return journal::log_error_of(listing.error);
  }
  const journal::Segment* holder = nullptr;
  for (const journal::Segment& segment : listing.segments) {
    if (holder == nullptr || segment.first <= wanted_) holder = &segment;
  }
  if (holder == nullptr || (cursor_ && holder->first == segment_)) return false;
  auto opened = journal::SegmentCursor::open(holder->path, holder->first, detail_);
  if (!opened) return opened.error();
  cursor_ = std::move(*opened);
  segment_ = holder->first;
  wanted_ = std::max(wanted_, segment_);  // older segments may be gone
  return true;
}

bool LogFollower::has_later_segment() const {
  const journal::FolderListing listing = journal::list_folder(folder_);
  return !listing.segments.empty() && listing.segments.back().first > segment_;
}

Result<std::optional<LogRecord>, LogError> LogFollower::next() {
  const std::optional<LogRecord> none_yet;
  while (true) {
    const Step step = cursor_ ? cursor_->next(cursor_->size()) : Step::end;
    if (step == Step::record) {
      if (cursor_->record().position < wanted_) continue;
      wanted_ = cursor_->record().position + 1;
      return std::optional(cursor_->record());
    }
    if (step == Step::bad && has_later_segment()) {
      detail_ = cursor_->fault();
      return cursor_->error();
    }
    if (step == Step::bad) {
      cursor_.reset();  // the newest record may be half written: looked at afresh next time
      return none_yet;
    }
    const auto opened = open();
    if (!opened) return opened.error();
    if (!*opened) return none_yet;
  }
}

void LogFollower::wait(Duration at_most) {
  ::poll(nullptr, 0, static_cast<int>(std::min(at_most, kLook).count()));
}

}  // namespace tocsin::app
