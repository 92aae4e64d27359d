#pragma once
/// The `tests` of a rule file and the documents of *.test.yaml -> RuleTest. Event steps are checked
/// against the catalogue, expectations against what an alert says, so that a typo is no passing
/// test.
#include <vector>

#include "core/catalogue.h"
#include "rules/load/collected.h"
#include "rules/load/loader.h"

namespace tocsin::rules {

/// `tests`: the list. `rule`: the rule under test.
std::vector<RuleTest> collect_tests(const yaml::Node& tests, const RuleText& rule,
                                    const Catalogue& catalogue, RuleFile& file);

}  // namespace tocsin::rules
