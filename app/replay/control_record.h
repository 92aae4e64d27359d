#pragma once
/// The lines of a replay file that are not events:
///
///     {"engine":"restart"}                               {"engine":"tick","arr":A}
///     {"engine":"down","arr":A} {"engine":"up","arr":A}
///     {"engine":"gateway","id":G,"state":"up","arr":A}
///     {"engine":"reload","rules":PATH,"arr":A}
///     {"command":{"verb":"close","alert_id":ID},"arr":A}
///     {"command":{"verb":"close","rule":R,"key":{"device_id":"D1"}},"arr":A}   (rule: optional)
///
/// A: Unix ms or RFC 3339.
#include <optional>
#include <string>
#include <string_view>

#include "core/command.h"
#include "core/time.h"

namespace tocsin::app {

struct ControlRecord {
  enum class Kind : unsigned char { restart, down, up, tick, gateway, reload, command };
  Kind kind{};
  std::optional<Timestamp> arr;
  std::string rules;    ///< of reload
  std::string gateway;  ///< of gateway
  bool up = false;      ///< of gateway
  CloseCommand close;   ///< of command
  std::string error;    ///< not empty: it is a control record, but a wrong one
};

/// Cheap: whether the line's first key says that it is a control record. A line where the key comes
/// later is found by parse_control after the event decoder has refused it.
bool begins_as_control(std::string_view line);

/// nullopt: not a control record.
std::optional<ControlRecord> parse_control(std::string_view line);

/// The "arr" of a line that is no event and no control record, if it says one.
std::optional<Timestamp> arrival_of(std::string_view line);

}  // namespace tocsin::app
