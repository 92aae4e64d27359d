#include "alerts/kafka_record.h"

#include <fmt/format.h>

#include "alerts/alert_json.h"
#include "alerts/alert_proto.h"
#include "alerts/json_text.h"
#include "alerts/utf8.h"

namespace tocsin::alerts {
namespace {

constexpr std::size_t kShortText = 256;  // bytes a summary keeps when nothing else is left to cut

std::string source_of(std::string_view engine_id) { return fmt::format("/tocsin/{}", engine_id); }

std::string rfc3339(Timestamp at) { return to_text(Value::timestamp(at)); }

std::string render(const AlertRevision& alert, AlertFormat format) {
  return format == AlertFormat::json ? alert_to_json(alert) : alert_to_bytes(alert);
}

// Keeps whole characters only.
bool shorten(std::string& text) {
  if (text.size() <= kShortText) return false;
  std::size_t keep = 0;
  while (keep < kShortText) {
    const std::size_t length = utf8_length(std::string_view(text).substr(keep));
    const std::size_t step = length == 0 ? 1 : length;
    if (keep + step > kShortText) break;
    keep += step;
  }
  text.resize(keep);
  return true;
}

void add_origin(const RecordOrigin& origin, KafkaRecord& out) {
  out.headers.emplace_back(kLogHeader, origin.log_id);
  out.headers.emplace_back(kSettledHeader, std::to_string(origin.settled));
}

std::string heartbeat_json(const Heartbeat& heartbeat, const RecordOrigin& origin) {
  std::string out = R"({"schema":"tocsin.heartbeat/1","engine":)";
  append_json_string(origin.engine_id, out);
  out += R"(,"at":)";
  append_json_int(unix_ms(heartbeat.at), out);
  out += R"(,"alert_log":)";
  append_json_string(origin.log_id, out);
  out += R"(,"alert_log_position":)";
  append_json_uint(heartbeat.alert_log_position, out);
  out += R"(,"published_position":)";
  append_json_uint(origin.settled, out);
  out += R"(,"published_total":)";
  append_json_uint(heartbeat.published_total, out);
  out += '}';
  return out;
}

}  // namespace

bool cut_alert(AlertRevision& alert) {
  if (!alert.evidence.empty()) {
    const std::size_t drop = (alert.evidence.size() + 1) / 2;
    alert.evidence.erase(alert.evidence.begin(),
                         alert.evidence.begin() + static_cast<std::ptrdiff_t>(drop));
    alert.evidence_dropped += drop;
    return true;
  }
  if (!alert.attached.empty()) {
    alert.attached.clear();
    return true;
  }
  bool shortened = false;
  for (std::string* text :
       {&alert.summary.en, &alert.summary.zh, &alert.title.en, &alert.title.zh}) {
    shortened |= shorten(*text);
  }
  return shortened;
}

KafkaRecord make_alert_record(const AlertRecord& record, AlertFormat format,
                              const RecordOrigin& origin, std::size_t value_limit) {
  const AlertRevision& alert = record.revision;
  KafkaRecord out;
  out.key = alert.alert_id;
  out.value = render(alert, format);
  if (out.value.size() > value_limit) {
    AlertRevision smaller = alert;
    while (out.value.size() > value_limit && cut_alert(smaller)) {
      out.value = render(smaller, format);
      out.cut = true;
    }
  }
  const bool json = format == AlertFormat::json;
  out.headers = {
      {"ce_specversion", "1.0"},
      {"ce_id", fmt::format("{}.{}", alert.alert_id, alert.rev)},
      {"ce_type", fmt::format("tocsin.alert.{}", to_string(alert.state))},
      {"ce_source", source_of(origin.engine_id)},
      {"ce_time", rfc3339(alert.at)},
      {"ce_subject", alert.rule},
      {"content-type", json ? "application/json" : "application/protobuf"},
      {kPositionHeader, std::to_string(record.position)},
  };
  add_origin(origin, out);
  return out;
}

KafkaRecord make_heartbeat_record(const Heartbeat& heartbeat, const RecordOrigin& origin) {
  KafkaRecord out;
  // The topic is compacted: the newest heartbeat of each alert log stays.
  out.key = origin.log_id.empty() ? origin.engine_id : origin.log_id;
  out.value = heartbeat_json(heartbeat, origin);
  out.headers = {
      {"ce_specversion", "1.0"},
      {"ce_id", fmt::format("{}.{}", origin.engine_id, unix_ms(heartbeat.at))},
      {"ce_type", "tocsin.heartbeat"},
      {"ce_source", source_of(origin.engine_id)},
      {"ce_time", rfc3339(heartbeat.at)},
      {"content-type", "application/json"},
  };
  add_origin(origin, out);
  return out;
}

}  // namespace tocsin::alerts
