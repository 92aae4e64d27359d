#pragma once
/// One CEL expression without an event: what `tocsin eval` prints. Literals and functions only.
#include <string>
#include <string_view>

#include "app/exit_code.h"
#include "core/diagnostic.h"
#include "core/value.h"

namespace tocsin::app {

struct Evaluated {
  ExitCode code = ExitCode::ok;  ///< ok; failed: evaluation error; bad_config: does not compile
  std::string json;              ///< {"type":..,"value":..} or {"error":..}
  Diagnostics diagnostics;       ///< of a compile error
};

Evaluated evaluate(std::string_view expression);

/// {"type":"int","value":"3"}: ints as strings, doubles as numbers or "NaN", "Infinity"; lists of
/// such objects; timestamps as RFC 3339, durations as "3.5s".
std::string typed_json(const Value& value);

}  // namespace tocsin::app
