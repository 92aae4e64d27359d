#pragma once
/// MemoryLog: a Log in memory for tests. Records count as durable once committed;
/// forget_undurable() is a power cut, fail_appends() a disk that says no. Thread: any, as Log says.
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "core/log.h"

namespace tocsin::testing {

class MemoryLog : public Log {
 public:
  /// `arrival`: stamped on the next records; advance() moves it.
  explicit MemoryLog(Timestamp arrival = from_unix_ms(1'767'225'600'000)) : arrival_(arrival) {}

  Result<LogPosition, LogError> append(RecordKind kind, std::string_view body) override {
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    records_.push_back({kind, arrival_, std::string(body)});
    return LogPosition{records_.size()};
  }
  Result<void, LogError> commit(LogPosition position) override {
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    durable_ = std::max(durable_, position);
    ++wakeups_;
    changed_.notify_all();
    return {};
  }
  LogPosition durable() const override {
    const std::lock_guard lock(mutex_);
    return durable_;
  }
  LogPosition first() const override { return 1; }
  std::string id() const override {
    const std::lock_guard lock(mutex_);
    if (records_.empty()) return {};
    const Stored& first = records_.front();
    return log_id({1, first.arr, first.kind, first.body});
  }
  Timestamp last_arrival() const override {
    const std::lock_guard lock(mutex_);
    return records_.empty() ? Timestamp{} : records_.back().arr;
  }
  std::unique_ptr<LogReader> read(LogPosition from) override {
    return std::make_unique<Reader>(*this, from);
  }

  /// Both at once: append and commit.
  LogPosition put(RecordKind kind, std::string_view body) {
    const LogPosition position = append(kind, body).value();
    (void)commit(position);
    return position;
  }
  void advance(Duration by) {
    const std::lock_guard lock(mutex_);
    arrival_ += by;
  }
  void fail_appends(std::optional<LogError> failure) {
    const std::lock_guard lock(mutex_);
    failure_ = failure;
  }
  void forget_undurable() {
    const std::lock_guard lock(mutex_);
    records_.resize(durable_);
  }

 private:
  struct Stored {
    RecordKind kind;
    Timestamp arr;
    std::string body;
  };

  class Reader : public LogReader {
   public:
    Reader(MemoryLog& log, LogPosition from) : log_(log), next_(from) {}
    Result<std::optional<LogRecord>, LogError> next() override {
      const std::lock_guard lock(log_.mutex_);
      seen_ = log_.wakeups_;
      if (next_ > log_.durable_) return std::optional<LogRecord>{};
      const Stored& stored = log_.records_[next_ - 1];
      body_ = stored.body;
      return std::optional<LogRecord>({next_++, stored.arr, stored.kind, body_});
    }
    void wait(Duration at_most) override {
      std::unique_lock lock(log_.mutex_);
      log_.changed_.wait_for(lock, at_most, [&] { return interrupted_ || log_.wakeups_ != seen_; });
      interrupted_ = false;
    }
    void interrupt() override {
      const std::lock_guard lock(log_.mutex_);
      interrupted_ = true;
      log_.changed_.notify_all();
    }

   private:
    MemoryLog& log_;
    LogPosition next_;
    std::uint64_t seen_ = 0;
    bool interrupted_ = false;
    std::string body_;
  };

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Stored> records_;
  LogPosition durable_ = 0;
  std::uint64_t wakeups_ = 0;
  Timestamp arrival_;
  std::optional<LogError> failure_;
};

}  // namespace tocsin::testing
