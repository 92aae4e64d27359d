#pragma once
/// The one place where time enters. Everything else receives a Timestamp as an argument.
///
/// SystemClock runs on the monotonic clock from the wall time at construction, so a step of the
/// wall clock is seen (wall_offset) but never followed. Thread: any.
#include <functional>

#include "core/time.h"

namespace tocsin {

/// Since some start; never goes back. For measuring how long something took.
std::chrono::nanoseconds monotonic();

using ClockFn = std::function<Timestamp()>;

class SystemClock {
 public:
  /// `floor`: now() never starts below it (the arrival of the newest logged record).
  explicit SystemClock(Timestamp floor = Timestamp{});

  Timestamp now() const;
  /// Wall time minus now(): how far the wall clock has stepped since construction.
  Duration wall_offset() const;

 private:
  Timestamp base_;
  std::chrono::nanoseconds mono_base_;
};

}  // namespace tocsin
