#include "alerts/stdout_sink.h"

#include <utility>

#include "alerts/alert_json.h"

namespace tocsin::alerts {

StdoutSink::StdoutSink(std::FILE* stream, LogPosition from, std::optional<TextOptions> text)
    : stream_(stream), next_(from) {
  if (text) text_.emplace(std::move(*text));
}

std::size_t StdoutSink::publish(std::span<const AlertRecord> batch) {
  if (batch.empty()) return 0;
  lines_.clear();
  for (const AlertRecord& record : batch) {
    if (text_) {
      text_->append(record.revision, lines_);
    } else {
      append_alert_json(record.revision, lines_);
    }
    lines_ += '\n';
  }
  // A closed pipe must not stop the engine: the lines are taken, and the status says so.
  connected_ = std::fwrite(lines_.data(), 1, lines_.size(), stream_) == lines_.size() &&
               std::fflush(stream_) == 0;
  next_ = batch.back().position + 1;
  if (connected_) {
    printed_ = batch.back().position;
    total_ += batch.size();
  }
  return batch.size();
}

SinkStatus StdoutSink::status() const {
  SinkStatus status;
  status.connected = connected_;
  status.published_position = printed_;
  status.published_total = total_;
  if (!connected_) status.last_error = "stdout: nobody reads it";
  return status;
}

}  // namespace tocsin::alerts
