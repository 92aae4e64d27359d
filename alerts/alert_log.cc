#include "alerts/alert_log.h"

#include <algorithm>

#include "alerts/alert_proto.h"
#include "core/check.h"
#include "tocsin/v1/log.pb.h"

namespace tocsin::alerts {
namespace {

// How many records at the end of the log are looked at first, and how much wider each next look is.
constexpr LogPosition kFirstLook = 1024, kWiden = 8;

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

// Looks at the end first: a log of years is not read whole to find where it ends.
Result<void, LogError> AlertLog::find_last() {
  const LogPosition first = log_.first(), end = log_.durable() + 1;
  for (LogPosition span = kFirstLook; !last_; span *= kWiden) {
    const LogPosition from = end > first + span ? end - span : first;
    if (const auto found = find_last_after(from); !found) return found;
    if (from == first) break;
  }
  return {};
}

Result<void, LogError> AlertLog::find_last_after(LogPosition from) {
  const auto reader = log_.read(from);
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
  return std::make_unique<AlertReader>(log_.read(std::max(from, log_.first())));
}

}  // namespace tocsin::alerts
