#pragma once
/// Test results in JUnit's XML, as CI systems read it.
#include <string>
#include <vector>

#include "app/rule_test/rule_test.h"

namespace tocsin::app {

std::string junit_xml(const std::vector<TestOutcome>& outcomes);

}  // namespace tocsin::app
