#include "journal/segment_index.h"

namespace tocsin::journal {

void SegmentIndex::add(SegmentInfo segment, std::uint64_t bytes_before) {
  const std::lock_guard lock(mutex_);
  if (!segments_.empty()) segments_.back().bytes = bytes_before;
  segments_.push_back(segment);
}

LogPosition SegmentIndex::first() const {
  const std::lock_guard lock(mutex_);
  return segments_.empty() ? 1 : segments_.front().first;
}

std::uint64_t SegmentIndex::bytes() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i + 1 < segments_.size(); ++i) bytes += segments_[i].bytes;
  return bytes;
}

SegmentIndex::Plan SegmentIndex::plan(const Retention& keep, LogPosition needed, Timestamp now,
                                      std::uint64_t newest_bytes) const {
  std::uint64_t total = bytes() + newest_bytes;
  const std::lock_guard lock(mutex_);
  Plan plan;
  for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
    const SegmentInfo& segment = segments_[i];
    const SegmentInfo& next = segments_[i + 1];  // made when the newest record of `segment` was
    const bool old = keep.time > Duration{} && now - next.created > keep.time;
    const bool over = keep.size > 0 && total > keep.size;
    if (!old && !over) break;
    if (next.first > needed || plan.held_bytes > 0) {
      plan.held_bytes += segment.bytes;
    } else {
      plan.go.push_back(segment);
      plan.first = next.first;
    }
    total -= segment.bytes;
  }
  return plan;
}

void SegmentIndex::remove(std::size_t count) {
  const std::lock_guard lock(mutex_);
  segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace tocsin::journal
