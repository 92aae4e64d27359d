#pragma once
/// One CEL expression, alone or against one event: what `tocsin eval` prints. Without an event
/// there are literals and functions only; with one `e.*`, `loc.*` and `device.*` as well.
#include <string>
#include <string_view>

#include "app/exit_code.h"
#include "core/catalogue.h"
#include "core/diagnostic.h"
#include "core/value.h"

namespace tocsin::app {

struct Evaluated {
  ExitCode code = ExitCode::ok;  ///< ok; failed: evaluation error; bad_config: does not compile
  /// {"type":..,"value":..} or {"error":..}; of a compile error with "code", "line", "col",
  /// "end_col" of the first and a "suggestion", if there is one
  std::string json;
  Diagnostics diagnostics;  ///< of a compile error; E3301: the event is none
};

Evaluated evaluate(std::string_view expression, Language language = Language::en);

/// `event`: one JSON object, as in a line of a replay file. Without a time it is of the moment when
/// tests begin (rules::kTestStart).
Evaluated evaluate(std::string_view expression, std::string_view event, const Catalogue& catalogue,
                   Language language = Language::en);

/// {"type":"int","value":"3"}: ints as strings, doubles as numbers or "NaN", "Infinity"; lists of
/// such objects; timestamps as RFC 3339, durations as "3.5s".
std::string typed_json(const Value& value);

}  // namespace tocsin::app
