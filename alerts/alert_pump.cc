#include "alerts/alert_pump.h"

#include <algorithm>
#include <utility>

namespace tocsin::alerts {

AlertPump::AlertPump(const AlertLog& log, Sink& sink, ClockFn clock, PumpOptions options)
    : log_(log), sink_(sink), clock_(std::move(clock)), options_(options) {}

AlertPump::~AlertPump() { stop(Duration{0}); }

void AlertPump::start() {
  thread_ = std::thread([this] { run(); });
}

bool AlertPump::stop(Duration drain) {
  if (!thread_.joinable()) return drained_;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stop_by_ = clock_() + drain;
    if (reader_) reader_->interrupt();
    changed_.notify_all();
  }
  thread_.join();
  return drained_;
}

std::optional<LogError> AlertPump::log_error() const {
  const int code = log_error_;
  if (code == 0) return std::nullopt;
  return static_cast<LogError>(code);
}

AlertPump::Work AlertPump::do_work() {
  sink_.poll();
  const auto next = sink_.next();
  if (!next) return Work::waiting;
  if (*next != expected_ || !reader_) seek(*next);
  if (!fill()) return Work::waiting;
  if (pending_.empty()) return Work::idle;
  const std::size_t taken = sink_.publish(pending_);
  if (taken == 0) return Work::waiting;
  expected_ = pending_[taken - 1].position + 1;
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(taken));
  return Work::moved;
}

void AlertPump::seek(LogPosition next) {
  auto reader = log_.read(next);
  pending_.clear();
  expected_ = next;
  const std::lock_guard lock(mutex_);
  reader_ = std::move(reader);
}

// False: the log cannot be read; the next cycle opens it again.
bool AlertPump::fill() {
  while (pending_.size() < options_.batch) {
    auto record = reader_->next();
    if (!record) {
      log_error_ = static_cast<int>(record.error());
      const std::lock_guard lock(mutex_);
      reader_.reset();
      return false;
    }
    if (!*record) break;
    pending_.push_back(std::move(**record));
  }
  log_error_ = 0;
  return true;
}

void AlertPump::wait(Work last) {
  if (last == Work::moved) return;
  if (last == Work::idle) {
    reader_->wait(options_.idle);
    return;
  }
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, options_.retry, [this] { return stopping_; });
}

void AlertPump::run() {
  for (;;) {
    const Work last = do_work();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    wait(last);
  }
  drain();
}

void AlertPump::drain() {
  for (;;) {
    const Work last = do_work();
    const Duration left = std::max(stop_by_ - clock_(), Duration{0});
    if (last == Work::idle && sink_.flush(left)) {
      // Still idle after the flush: the sink did not lose its place meanwhile.
      drained_ = do_work() == Work::idle && sink_.status().queue_depth == 0;
      if (drained_) return;
    }
    if (left == Duration{0}) return;
    if (last == Work::moved) continue;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::min(left, options_.retry));
  }
}

}  // namespace tocsin::alerts
