#include "alerts/alert_log.h"

#include <fmt/format.h>

#include "alerts/alert_proto.h"
#include "core/check.h"
#include "core/digest.h"
#include "tocsin/v1/log.pb.h"

namespace tocsin::alerts {
namespace {

bool parse(std::string_view body, v1::LogAlert& out) {
  return body.size() <= INT32_MAX && out.ParseFromArray(body.data(), static_cast<int>(body.size()));
}

}  // namespace

Result<std::optional<AlertRecord>, LogError> AlertReader::next() {
  for (;;) {
    auto record = reader_->next();
    if (!record) return record.error();
    if (!*record) return std::optional<AlertRecord>{};
    const LogRecord& entry = **record;
    if (entry.kind != RecordKind::alert) continue;
    v1::LogAlert body;
    if (!parse(entry.body, body)) return LogError::corrupt;
    auto revision = from_proto(body.alert());
    if (!revision) return LogError::corrupt;
    return std::optional<AlertRecord>(
        AlertRecord{entry.position, entry.arr, {body.cause(), body.index()}, std::move(*revision)});
  }
}

Result<std::unique_ptr<AlertLog>, LogError> AlertLog::open(Log& log) {
  std::unique_ptr<AlertLog> out(new AlertLog(log));
  if (auto found = out->find_last(); !found) return found.error();
  return out;
}

Result<void, LogError> AlertLog::find_last() {
  const auto reader = log_.read(1);
  v1::LogAlert body;
  for (;;) {
    auto record = reader->next();
    if (!record) return record.error();
    if (!*record) return {};
    if ((*record)->kind != RecordKind::alert) continue;
    if (!parse((*record)->body, body)) return LogError::corrupt;
    last_ = AlertCause{body.cause(), body.index()};
    last_position_ = (*record)->position;
  }
}

Result<LogPosition, LogError> AlertLog::append(LogPosition cause, std::uint32_t index,
                                               const AlertRevision& revision) {
  const AlertCause next{cause, index};
  TOCSIN_CHECK(!last_ || next > *last_);
  v1::LogAlert body;
  body.set_cause(cause);
  body.set_index(index);
  to_proto(revision, *body.mutable_alert());
  scratch_.clear();
  TOCSIN_CHECK(body.SerializeToString(&scratch_));
  auto position = log_.append(RecordKind::alert, scratch_);
  if (!position) return position;
  last_ = next;
  last_position_ = *position;
  return position;
}

std::unique_ptr<AlertReader> AlertLog::read(LogPosition from) const {
  return std::make_unique<AlertReader>(log_.read(from));
}

std::string AlertLog::id() const {
  const std::lock_guard lock(id_mutex_);
  if (!id_.empty()) return id_;
  const auto reader = log_.read(1);
  auto record = reader->next();
  if (!record || !*record) return {};
  const LogRecord& first = **record;
  id_ = hash128_hex(fmt::format("{} {} {} {}", first.position, unix_ms(first.arr),
                                to_string(first.kind), first.body));
  return id_;
}

}  // namespace tocsin::alerts
