#pragma once
/// AlertRevision <-> one line of JSON. The only rendering: `replay`, `alerts tail --json`, Kafka
/// and the stdout sink print the same bytes for the same revision. Fields and order are a contract;
/// new ones go to the end (alert_schema.h lists them all).
///
/// Path: alert log -> here -> sinks. Thread: any. Cost: about 4 us for an alert with 8 pieces of
/// evidence; nothing is allocated but the line.
#include <string>
#include <string_view>

#include "alerts/parse_error.h"
#include "core/alert.h"
#include "core/result.h"

namespace tocsin::alerts {

/// Appends the object, without a newline.
void append_alert_json(const AlertRevision& alert, std::string& out);
std::string alert_to_json(const AlertRevision& alert);

/// Reads a line back. Unknown fields are ignored; those of the contract must be there. JSON does
/// not keep every type: uint comes back as int where it fits, timestamps, durations and NaN as
/// strings.
Result<AlertRevision, ParseError> alert_from_json(std::string_view line);

}  // namespace tocsin::alerts
