#pragma once
/// KeptWindow: events that a form keeps for one key, in order of (ts, log position).
///
/// An entry lives until engine time max(ts, arr) + within + lateness, inclusive. Expired ones at
/// the front are dropped for free; one in the middle may stay a while, so readers ask live().
///
/// Thread: the engine's. 40 bytes per entry; the event itself is shared.
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/time.h"
#include "rules/kept_event.h"

namespace tocsin::rules {

struct KeptEntry {
  Timestamp ts{};
  std::uint64_t position = 0;
  Timestamp expires{};
  std::uint64_t value = 0;  ///< distinct value (distinct.h); 0: none
  KeptRef event;

  bool live(Timestamp now) const { return now <= expires; }

  template <class A>
  void archive(A& a) {
    a(ts, position, expires, value, event);
  }
};

/// Requires: expires and value are set by the caller.
KeptEntry make_entry(const KeptRef& event, Duration within, Duration lateness);

class KeptWindow {
 public:
  std::span<const KeptEntry> entries() const {
    return {entries_.data() + first_, entries_.size() - first_};
  }
  std::size_t size() const { return entries_.size() - first_; }
  bool empty() const { return size() == 0; }

  /// Where in entries() it went.
  std::size_t insert(KeptEntry entry);
  void drop_oldest();
  void drop_expired_front(Timestamp now);
  void drop_expired(Timestamp now);
  /// Drops the expired, then the oldest, until `most` are left. How many that still lived it cost.
  std::size_t keep_newest(std::size_t most, Timestamp now);
  Timestamp last_expiry() const;  ///< Timestamp::min(): empty

  /// Keeps the entries that `stays` wants; it may change them.
  template <class Stays>
  void retain(Stays stays) {
    std::erase_if(entries_, [&](KeptEntry& entry) { return !entry.event || !stays(entry); });
    first_ = 0;
    first_expiry_ = Timestamp::max();
    for (const KeptEntry& entry : entries_) first_expiry_ = std::min(first_expiry_, entry.expires);
  }

  template <class A>
  void archive(A& a) {
    if constexpr (A::kReads) {
      a(entries_);
      first_ = 0;
      retain([](const KeptEntry&) { return true; });
    } else {
      std::vector<KeptEntry> all(entries().begin(), entries().end());
      a(all);
    }
  }

 private:
  void compact();

  std::vector<KeptEntry> entries_;
  std::size_t first_ = 0;                      // those before it are empty
  Timestamp first_expiry_ = Timestamp::max();  // none expires before it
};

}  // namespace tocsin::rules
