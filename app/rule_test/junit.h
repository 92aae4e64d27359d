#pragma once
/// Test results in JUnit's XML, as CI systems read it: a testsuite per file, a testcase per test
/// with the rule as its classname. Times are in seconds; everything else depends on the tests
/// alone.
#include <string>
#include <vector>

#include "app/rule_test/rule_test.h"

namespace tocsin::app {

/// `outcomes`: those of one file stand together.
std::string junit_xml(const std::vector<TestOutcome>& outcomes);

}  // namespace tocsin::app
