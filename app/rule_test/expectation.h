#pragma once
/// Does an alert line say what a test expects of it? An expectation names the fields it cares
/// about; an object within it again names only some, and `{}` says that a field holds nothing. A
/// list is expected whole. A field that a line leaves out equals "", 0, false, [] and {}.
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostic.h"
#include "core/time.h"

namespace tocsin::app {

/// Why not, one line a field; empty: it does. What differs within an object is named by its path
/// ("summary.en"), where a text differs by the character. `alert_json` is a rendered revision.
std::vector<std::string> differences(const std::string& expected_json,
                                     const std::string& alert_json,
                                     Language language = Language::en);

/// A revision in one short line: {state: firing, rev: 1, ...}, the fields tests usually name.
std::string short_alert(const std::string& alert_json);

/// JSON as a test writes it: {state: firing, count: 2}.
std::string flow_yaml(const std::string& json);

}  // namespace tocsin::app
