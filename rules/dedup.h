#pragma once
/// Dedup: is this message one that was received before? Per device a sliding memory by arrival.
///
/// What makes two messages the same: (device, id); without an id (device, seq, type, raw ts);
/// without a seq (device, type, raw ts, hash of the decoded fields). A duplicate does not extend
/// the memory.
///
/// Thread: the engine's. Limits: `entries` per device, the oldest goes first; a device is forgotten
/// when its newest entry has left the window. Memory: 12 bytes per entry, grown by doubling.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

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
  /// Requires: 0 < entries < 65,536; entries * window under 49 days.
  Dedup(Duration window, std::uint32_t entries);

  /// True: a duplicate. Otherwise remembers it. Requires: arr never decreases.
  bool seen(MessageId id, Timestamp arr);

  std::size_t devices() const { return devices_.size(); }

  template <class A>
  void archive(A& a) {
    a(devices_, visits_);
  }

 private:
  // A ring of (fingerprint, low 32 bits of arr), oldest first. Expired entries stay until there is
  // no room; all of it is dropped once the newest has left the window, so no entry is older than
  // `entries` windows and 32 bits are enough.
  class Ring {
   public:
    bool contains(std::uint64_t fingerprint, Timestamp arr, Duration window) const;
    void push(std::uint64_t fingerprint, Timestamp arr, Duration window, std::uint16_t limit);
    Timestamp newest() const { return newest_; }

    template <class A>
    void archive(A& a) {
      a(newest_, filter_, capacity_, size_);
      if constexpr (A::kReads) {
        if (size_ > capacity_) return a.fail();
        allocate();
      }
      for (std::uint32_t i = 0; i < size_; ++i) a(fingerprint_at(place(i)), arr_at(place(i)));
    }

   private:
    std::uint64_t& fingerprint_at(std::uint32_t i) const;
    std::uint32_t& arr_at(std::uint32_t i) const;
    std::uint32_t place(std::uint32_t i) const;
    std::uint32_t age(std::uint32_t i, Timestamp arr) const;
    static std::uint64_t filter_bit(std::uint64_t fingerprint);
    void drop_oldest();
    void make_room(Timestamp arr, Duration window, std::uint16_t limit);
    void grow(std::uint16_t limit);
    void allocate();

    std::unique_ptr<std::byte[]> bytes_;  // `capacity` fingerprints, then as many arrivals
    Timestamp newest_{};
    std::uint64_t filter_ = 0;  // a bit per fingerprint held: most new messages never read bytes_
    std::uint16_t capacity_ = 0;
    std::uint16_t first_ = 0;
    std::uint16_t size_ = 0;
  };
  struct Hash {
    using is_avalanching = void;
    std::size_t operator()(std::uint64_t h) const { return h; }
  };
  struct Visit {
    std::uint64_t device = 0;
    Timestamp newest{};

    template <class A>
    void archive(A& a) {
      a(device, newest);
    }
  };

  void forget_devices(Timestamp now);

  Duration window_;
  std::uint16_t entries_;
  boost::unordered_flat_map<std::uint64_t, Ring, Hash> devices_;
  std::deque<Visit> visits_;  // every device once, by when it may be forgotten
};

}  // namespace tocsin::rules
