#pragma once
/// The alerts about alerts that follow from what was planted: so many in one village within an hour
/// (deploy/rules.d/village-surge.yaml; its figures are written down a second time here).
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "bench/sim/truth.h"

namespace tocsin::sim {

class SurgeTruth {
 public:
  /// Takes the expected alerts in the order they open. The surge that one completes.
  std::optional<ExpectedAlert> see(const ExpectedAlert& alert);

 private:
  struct Village {
    std::deque<std::int64_t> recent;
    std::optional<std::int64_t> last;  ///< of an open surge
  };
  std::map<std::string, Village> villages_;
};

}  // namespace tocsin::sim
