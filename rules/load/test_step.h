#pragma once
/// One step of a test -> one replay line, without its `t`.
#include <nlohmann/json_fwd.hpp>

#include "core/catalogue.h"
#include "rules/load/read_values.h"

namespace tocsin::rules {

/// Requires: a map. What is wrong is reported; the result is then of no use.
nlohmann::ordered_json read_test_step(const yaml::Node& step, const Catalogue& catalogue,
                                      yaml::Report& report);

}  // namespace tocsin::rules
