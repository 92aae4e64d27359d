#pragma once
/// What a test may expect of an alert revision.
#include <nlohmann/json_fwd.hpp>

#include "rules/load/collected.h"

namespace tocsin::rules {

/// One line of `expect`, without its `t`. Requires: a map. Faults are reported.
nlohmann::ordered_json read_expectation(const yaml::Node& line, const RuleText& rule,
                                        yaml::Report& report);

}  // namespace tocsin::rules
