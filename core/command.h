#pragma once
/// What an operator says about open alerts. `close` resolves those it names: one by its alert_id,
/// or all of a key, perhaps of one rule only.
#include <string>
#include <utility>
#include <vector>

namespace tocsin {

struct CloseCommand {
  std::string alert_id = {};
  std::string rule = {};                                      ///< empty: of any rule
  std::vector<std::pair<std::string, std::string>> key = {};  ///< names, values as text; any order
};

}  // namespace tocsin
