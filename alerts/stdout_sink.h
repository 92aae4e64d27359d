#pragma once
/// StdoutSink: one line for each revision, as JSON or as text, written to a stream and flushed
/// after each batch. Prints only what is appended after it was made.
#include <atomic>
#include <cstdio>
#include <optional>
#include <string>

#include "alerts/sink.h"
#include "alerts/text_format.h"

namespace tocsin::alerts {

class StdoutSink : public Sink {
 public:
  /// `from`: the first position to print. `text`: nullopt prints JSON lines. The stream stays the
  /// caller's and must outlive this.
  StdoutSink(std::FILE* stream, LogPosition from, std::optional<TextOptions> text);

  void poll() override {}
  std::optional<LogPosition> next() const override { return next_.load(); }
  std::size_t publish(std::span<const AlertRecord> batch) override;
  bool flush(Duration) override { return connected_; }
  SinkStatus status() const override;

 private:
  std::FILE* stream_;
  std::optional<TextFormat> text_;
  std::atomic<LogPosition> next_;
  std::atomic<LogPosition> printed_{0};
  std::atomic<std::uint64_t> total_{0};
  std::atomic<bool> connected_{true};  // false: the reader of our output is gone
  std::string lines_;
};

}  // namespace tocsin::alerts
