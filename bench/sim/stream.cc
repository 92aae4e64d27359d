#include "bench/sim/stream.h"

namespace tocsin::sim {

GeneratorOptions generator_options(const SimOptions& options, std::int64_t epoch_ms) {
  GeneratorOptions made;
  made.seed = options.seed;
  made.scenario = options.scenario;
  made.rate = options.rate;
  if (options.run_for) made.end = options.run_for->count();
  made.incidents_per_minute = options.incidents_per_minute;
  if (options.alarm_every) made.alarm_every = options.alarm_every->count();
  made.epoch_ms = epoch_ms;
  return made;
}

Stream::Stream(const City& city, const SimOptions& options, std::int64_t epoch_ms)
    : options_(generator_options(options, epoch_ms)),
      generator_(city, options_),
      batcher_(city, generator_, options.linger.count()),
      resender_(city, batcher_, options_) {}

}  // namespace tocsin::sim
