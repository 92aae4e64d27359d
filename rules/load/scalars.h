#pragma once
/// Scalars by YAML's core schema: what a plain word means when nothing says what is expected.
#include <nlohmann/json_fwd.hpp>

#include "core/value.h"
#include "rules/load/strict_yaml.h"

namespace tocsin::rules {

enum class DurationIs : bool { text, duration };

/// Quoted and block scalars are text; plain ones are true/false, an int, a double, a duration if
/// asked for, else text. Requires: a scalar.
OwnedValue typed_scalar(const yaml::Node& node, DurationIs durations = DurationIs::text);

/// A node as JSON, with the same kinds; null where it is empty or invalid.
nlohmann::ordered_json to_json(const yaml::Node& node);

}  // namespace tocsin::rules
