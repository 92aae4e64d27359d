#pragma once
/// The stages of a simulation, put together: options -> frames in order, and the truth beside them.
#include <memory>
#include <optional>

#include "bench/sim/batcher.h"
#include "bench/sim/city.h"
#include "bench/sim/generator.h"
#include "bench/sim/sim.h"

namespace tocsin::sim {

GeneratorOptions generator_options(const SimOptions& options, std::int64_t epoch_ms);

class Stream {
 public:
  /// Requires: options.devices within the limits. `city` must outlive it.
  Stream(const City& city, const SimOptions& options, std::int64_t epoch_ms);
  std::optional<Frame> next() { return resender_.next(); }
  std::vector<ExpectedAlert> take_expected(SimTime until) {
    return generator_.take_expected(until);
  }
  std::uint32_t incidents() const { return generator_.incidents(); }
  std::uint64_t copies() const { return resender_.copies(); }

 private:
  GeneratorOptions options_;
  Generator generator_;
  Batcher batcher_;
  Resender resender_;
};

}  // namespace tocsin::sim
