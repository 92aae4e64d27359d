#include "journal/write_queue.h"

#include <algorithm>

#include "journal/format.h"

namespace tocsin::journal {

std::string_view to_string(LogHealth health) {
  switch (health) {
    case LogHealth::ok: return "ok";
    case LogHealth::reserve:
      return "the disk is full: nothing new is taken, alerts go on from what was set aside";
    case LogHealth::no_space: return "no space left on the disk";
    case LogHealth::failed: return "the disk refused to write";
    case LogHealth::closed: return "closed";
  }
  return "unknown";
}

WriteQueue::WriteQueue(QueueLimits limits, DurableMark start)
    : limits_(limits), next_(start.position + 1), mark_(start) {}

std::optional<LogError> WriteQueue::refusal(RecordKind kind) const {
  if (metrics_.health == LogHealth::failed) return LogError::io;
  if (closing_ || metrics_.health == LogHealth::closed) return LogError::closed;
  if (metrics_.health == LogHealth::no_space) return LogError::no_space;
  if (on_reserve_ && !may_use_reserve(kind)) return LogError::no_space;
  return std::nullopt;
}

// A record over the byte bound passes alone, when nothing else waits.
bool WriteQueue::has_room(std::size_t bytes) const {
  return pending_records_ == 0 ||
         (pending_records_ < limits_.records && pending_.size() + bytes <= limits_.bytes);
}

Result<LogPosition, LogError> WriteQueue::append(RecordKind kind, std::string_view body) {
  if (body.size() > std::min(limits_.max_record, kMaxBodyBytes)) return LogError::too_large;
  const std::size_t bytes = kRecordHeaderBytes + body.size();
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return refusal(kind) || has_room(bytes); });
  if (const auto error = refusal(kind)) return *error;
  const LogPosition position = next_++;
  if (pending_records_++ == 0) pending_first_ = position;
  append_unstamped(pending_, kind, position, body);
  metrics_.queue_records += 1;
  metrics_.queue_bytes += bytes;
  lock.unlock();
  work_.notify_one();
  return position;
}

Result<void, LogError> WriteQueue::wait_durable(LogPosition position) {
  std::unique_lock lock(mutex_);
  TOCSIN_CHECK(position < next_);
  const auto stands = [&] {
    return metrics_.health != LogHealth::ok && metrics_.health != LogHealth::reserve;
  };
  progress_.wait(lock, [&] { return mark_.position >= position || stands(); });
  if (mark_.position >= position) return {};
  switch (metrics_.health) {
    case LogHealth::no_space: return LogError::no_space;
    case LogHealth::failed: return LogError::io;
    default: return LogError::closed;
  }
}

void WriteQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_all();
  room_.notify_all();
  progress_.notify_all();
}

WriteQueue::Taken WriteQueue::take(Batch& batch, Duration at_most) {
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return pending_records_ > 0 || closing_; };
  if (at_most == Duration::zero()) {
    work_.wait(lock, ready);
  } else if (!work_.wait_for(lock, at_most, ready)) {
    return Taken::idle;
  }
  if (pending_records_ == 0) return Taken::closed;
  batch.bytes.clear();
  std::swap(batch.bytes, pending_);
  batch.first = pending_first_;
  batch.records = std::exchange(pending_records_, 0);
  lock.unlock();
  room_.notify_all();
  return Taken::records;
}

void WriteQueue::add_sync(std::chrono::nanoseconds took) {
  const double seconds = std::chrono::duration<double>(took).count();
  const auto bucket = std::ranges::lower_bound(kSyncBounds, seconds) - kSyncBounds.begin();
  metrics_.sync_buckets[static_cast<std::size_t>(bucket)] += 1;
  metrics_.sync_seconds += seconds;
  metrics_.syncs += 1;
}

void WriteQueue::count_sync(std::chrono::nanoseconds took) {
  const std::lock_guard lock(mutex_);
  add_sync(took);
}

void WriteQueue::advance(const Progress& progress) {
  {
    const std::lock_guard lock(mutex_);
    mark_ = progress.mark;
    if (progress.sync) add_sync(*progress.sync);
    metrics_.appended += progress.records;
    metrics_.bytes += progress.bytes;
    metrics_.batches += 1;
    metrics_.queue_records -= progress.records;
    metrics_.queue_bytes -= progress.bytes;
    metrics_.health = on_reserve_ ? LogHealth::reserve : LogHealth::ok;
  }
  progress_.notify_all();
  room_.notify_all();
}

bool WriteQueue::pause_for_space(Duration pause) {
  std::unique_lock lock(mutex_);
  if (metrics_.health == LogHealth::ok) metrics_.no_space_times += 1;
  metrics_.health = LogHealth::no_space;
  progress_.notify_all();
  room_.notify_all();
  return !work_.wait_for(lock, pause, [&] { return closing_; });
}

void WriteQueue::use_reserve() {
  {
    const std::lock_guard lock(mutex_);
    on_reserve_ = true;
    metrics_.health = LogHealth::reserve;
    metrics_.no_space_times += 1;
    metrics_.reserve_bytes = 0;
  }
  room_.notify_all();
}

void WriteQueue::has_space(std::uint64_t reserve_bytes) {
  const std::lock_guard lock(mutex_);
  on_reserve_ = false;
  if (metrics_.health == LogHealth::reserve) metrics_.health = LogHealth::ok;
  metrics_.reserve_bytes = reserve_bytes;
}

void WriteQueue::fail() {
  {
    const std::lock_guard lock(mutex_);
    metrics_.health = LogHealth::failed;
  }
  progress_.notify_all();
  room_.notify_all();
}

void WriteQueue::finish() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    if (metrics_.health == LogHealth::ok || metrics_.health == LogHealth::reserve)
      metrics_.health = LogHealth::closed;
  }
  progress_.notify_all();
  room_.notify_all();
}

DurableMark WriteQueue::mark() const {
  const std::lock_guard lock(mutex_);
  return mark_;
}

void WriteQueue::wait_beyond(LogPosition position, Duration at_most, bool& interrupted) {
  std::unique_lock lock(mutex_);
  progress_.wait_for(lock, at_most, [&] { return interrupted || mark_.position > position; });
  interrupted = false;
}

void WriteQueue::interrupt(bool& interrupted) {
  {
    const std::lock_guard lock(mutex_);
    interrupted = true;
  }
  progress_.notify_all();
}

LogMetrics WriteQueue::metrics() const {
  const std::lock_guard lock(mutex_);
  return metrics_;
}

}  // namespace tocsin::journal
