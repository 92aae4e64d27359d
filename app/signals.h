#pragma once
/// Signals as values: blocked for the whole process, taken one at a time by the main thread.
///
/// Thread: construct on the main thread before any other is started (they inherit the mask).
#include <csignal>
#include <initializer_list>
#include <optional>

#include "core/time.h"

namespace tocsin::app {

class Signals {
 public:
  explicit Signals(std::initializer_list<int> wanted);
  /// The next signal; nullopt: none within `at_most`.
  std::optional<int> wait(Duration at_most);

 private:
  sigset_t set_;
};

}  // namespace tocsin::app
