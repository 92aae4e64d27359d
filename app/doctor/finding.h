#pragma once
/// Finding: one line of `tocsin doctor`: what was looked at, what was found, and what to do about
/// it.
#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::app {

enum class Health : std::uint8_t {
  ok,
  skipped,  ///< could not be looked at, or is not configured
  warning,  ///< slower or less safe than it could be
  bad,      ///< loses events or alerts sooner or later
};
std::string_view to_string(Health health);

/// In both languages.
struct Words {
  std::string en;
  std::string zh;
};

struct Finding {
  std::string check;  ///< "disk.sync"
  Health health{};
  Words what;
  Words fix = {};  ///< empty: nothing to do
};
using Findings = std::vector<Finding>;

}  // namespace tocsin::app
