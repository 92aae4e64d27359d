#pragma once
/// DeliveryWindow: which records are on their way, and up to where everything has arrived.
/// Acknowledgements may come in any order (partitions are independent); settled() only moves over
/// an unbroken run, so it is what may be told to others as "published".
///
/// Thread: any. Limits: as many entries as the producer takes (KafkaOptions::max_in_flight).
#include <cstddef>
#include <deque>
#include <mutex>

#include "core/log.h"

namespace tocsin::alerts {

class DeliveryWindow {
 public:
  /// Forgets what is on its way; everything up to `settled` has arrived.
  void reset(LogPosition settled);
  /// Requires: positions rise.
  void add(LogPosition position);
  /// Takes back the newest add(). Requires: it was `position`.
  void retract(LogPosition position);
  /// It has arrived. False: not on its way (before a reset, or twice).
  bool settle(LogPosition position);

  LogPosition settled() const;
  std::size_t outstanding() const;  ///< added and not arrived

 private:
  struct Entry {
    LogPosition position;
    bool arrived;
  };
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
  LogPosition settled_ = 0;
  std::size_t outstanding_ = 0;
};

}  // namespace tocsin::alerts
