#pragma once
/// AlertRevision <-> tocsin.v1.Alert <-> bytes. Unlike JSON, protobuf keeps every type, so this is
/// the form of the alert log. Generated headers stay in the .cc files. Thread: any.
#include <string>
#include <string_view>

#include "alerts/parse_error.h"
#include "core/alert.h"
#include "core/result.h"

namespace tocsin::v1 {
class Alert;
}  // namespace tocsin::v1

namespace tocsin::alerts {

/// `out` is overwritten. Text that is not UTF-8 is repaired (utf8.h).
void to_proto(const AlertRevision& alert, v1::Alert& out);
Result<AlertRevision, ParseError> from_proto(const v1::Alert& alert);

std::string alert_to_bytes(const AlertRevision& alert);
Result<AlertRevision, ParseError> alert_from_bytes(std::string_view bytes);

}  // namespace tocsin::alerts
