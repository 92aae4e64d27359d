#include "core/clock.h"

#include <algorithm>

namespace tocsin {
namespace {

Timestamp wall() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

}  // namespace

std::chrono::nanoseconds monotonic() { return std::chrono::steady_clock::now().time_since_epoch(); }

SystemClock::SystemClock(Timestamp floor)
    : base_(std::max(floor, wall())), mono_base_(monotonic()) {}

Timestamp SystemClock::now() const {
  return base_ + std::chrono::duration_cast<Duration>(monotonic() - mono_base_);
}

Duration SystemClock::wall_offset() const { return wall() - now(); }

}  // namespace tocsin
