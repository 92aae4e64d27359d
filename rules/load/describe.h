#pragma once
/// A compiled rule in words: what `tocsin rules show` and `tocsin validate -v` print. Each form has
/// a printer of its own; a form without one does not compile. Thread: any.
#include <string>

#include "core/catalogue.h"
#include "rules/rule.h"
#include "rules/state_bound.h"

namespace tocsin::rules {

/// "by loc.building: count distinct device_id >= 2 of smoke.alarm within 1m"
std::string describe(const Rule& rule, const RuleSet& rules, const Catalogue& catalogue);
/// "quiet for 10m, or panel.operation where (e.op == 'reset')"
std::string describe_resolve(const Rule& rule, const RuleSet& rules, const Catalogue& catalogue);
/// "event", "count", ...
std::string_view form_name(const Form& form);
std::string_view to_string(Mode mode);
/// "at most 1000000 keys of 168 B; per key 10000 kept events of 872 B"
std::string describe(const StateBound& bound);

}  // namespace tocsin::rules
