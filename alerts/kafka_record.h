#pragma once
/// What a revision looks like on a topic: key, value, headers. Pure; the publisher sends it as it
/// is.
///
///     key      alert_id
///     value    the JSON line of alert_json.h, or tocsin.v1.Alert
///     headers  CloudEvents 1.0, binary mode (Kafka protocol binding, 3.2): ce_specversion, ce_id
///              (<alert_id>.<rev>), ce_type (tocsin.alert.firing | .resolved), ce_source, ce_time,
///              ce_subject (the rule), content-type
///              tocsin-position   of the revision in the alert log
///              tocsin-log        which alert log that is (AlertLog::id)
///              tocsin-settled    every alert up to here was acknowledged when this was sent
///
/// The last three are what a restart reads back (kafka_read_back.h). Thread: any.
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alerts/alert_log.h"
#include "alerts/kafka_options.h"

namespace tocsin::alerts {

inline constexpr const char* kPositionHeader = "tocsin-position";
inline constexpr const char* kLogHeader = "tocsin-log";
inline constexpr const char* kSettledHeader = "tocsin-settled";

struct KafkaRecord {
  std::string key;
  std::string value;
  std::vector<std::pair<const char*, std::string>> headers;
  bool cut = false;  ///< evidence was left out so that it fits
};

/// Where a record comes from, for its headers.
struct RecordOrigin {
  std::string_view engine_id;
  std::string_view log_id;
  LogPosition settled = 0;
};

/// `value_limit`: bytes. Evidence goes first, oldest first, then what is attached, then long texts;
/// a value that is still larger is returned as it is.
KafkaRecord make_alert_record(const AlertRecord& record, AlertFormat format,
                              const RecordOrigin& origin, std::size_t value_limit);

struct Heartbeat {
  Timestamp at{};
  LogPosition alert_log_position = 0;  ///< newest alert in the log
  std::uint64_t published_total = 0;
};
KafkaRecord make_heartbeat_record(const Heartbeat& heartbeat, const RecordOrigin& origin);

/// Takes out half of the evidence (the older half), or the next best; false: nothing is left to
/// cut.
bool cut_alert(AlertRevision& alert);

}  // namespace tocsin::alerts
