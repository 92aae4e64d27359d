#pragma once
/// Dedup: is this message one that was received before? Per device a sliding memory by arrival.
///
/// What makes two messages the same: (device, id); without an id (device, seq, type, raw ts); without
/// a seq (device, type, raw ts, hash of the decoded fields). A duplicate does not extend the memory.
///
/// Thread: the engine's. Limits: `entries` per device, the oldest goes first; a device is forgotten
/// when its newest entry has left the window. Memory: 12 bytes per entry, grown by doubling.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include <boost/unordered/unordered_flat_map.hpp>

#include "core/event.h"

namespace tocsin::rules {

/// What dedup knows a message by; equal for JSON and protobuf.
struct MessageId {
  std::uint64_t device = 0;       ///< hash of the device id
  std::uint64_t fingerprint = 0;  ///< hash of the whole identity, device included
};
MessageId identify(const Event& event);

class Dedup {
 public:
  /// Requires: window under 24 days, entries > 0.
  Dedup(Duration window, std::uint32_t entries);

  /// True: a duplicate. Otherwise remembers it. Requires: arr never decreases.
  bool seen(MessageId id, Timestamp arr);

  std::size_t devices() const { return devices_.size(); }

 private:
  // A ring of (fingerprint, low 32 bits of arr); oldest first. 32 bits are enough because all of it
  // is dropped once the newest entry has left the window.
  class Ring {
   public:
    bool contains(std::uint64_t fingerprint) const;
    void drop_before(Timestamp oldest, Duration window);
    void push(std::uint64_t fingerprint, Timestamp arr, std::uint32_t limit);
    Timestamp newest() const { return newest_; }

   private:
    std::uint64_t& fingerprint_at(std::uint32_t i) const;
    std::uint32_t& arr_at(std::uint32_t i) const;
    std::uint32_t place(std::uint32_t i) const;
    void grow(std::uint32_t limit);

    std::unique_ptr<std::byte[]> bytes_;  // `capacity` fingerprints, then as many arrivals
    std::uint32_t capacity_ = 0;
    std::uint32_t first_ = 0;
    std::uint32_t size_ = 0;
    Timestamp newest_{};
  };
  struct Hash {
    using is_avalanching = void;
    std::size_t operator()(std::uint64_t h) const { return h; }
  };
  struct Visit {
    std::uint64_t device = 0;
    Timestamp newest{};
  };

  void forget_devices(Timestamp now);

  Duration window_;
  std::uint32_t entries_;
  boost::unordered_flat_map<std::uint64_t, Ring, Hash> devices_;
  std::deque<Visit> visits_;  // every device once, by when it may be forgotten
};

}  // namespace tocsin::rules
