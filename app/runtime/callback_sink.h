#pragma once
/// CallbackSink: hands each revision that is appended after its construction to a function: the
/// demo's screen and counts. A slow function only delays itself.
///
/// Thread: as alerts::Sink says; the function runs on the pump's thread.
#include <atomic>
#include <functional>
#include <utility>

#include "alerts/sink.h"

namespace tocsin::app {

class CallbackSink final : public alerts::Sink {
 public:
  using Callback = std::function<void(const AlertRevision&)>;

  CallbackSink(LogPosition from, Callback callback) : next_(from), callback_(std::move(callback)) {}

  void poll() override {}
  std::optional<LogPosition> next() const override { return next_.load(); }
  std::size_t publish(std::span<const alerts::AlertRecord> batch) override {
    for (const alerts::AlertRecord& record : batch) {
      callback_(record.revision);
      next_ = record.position + 1;
    }
    return batch.size();
  }
  bool flush(Duration) override { return true; }
  alerts::SinkStatus status() const override {
    alerts::SinkStatus status;
    status.connected = true;
    status.published_position = next_ - 1;
    return status;
  }

 private:
  std::atomic<LogPosition> next_;
  Callback callback_;
};

}  // namespace tocsin::app
