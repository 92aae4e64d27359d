#pragma once
/// GatewayGaps: which batches of a gateway never came. A gateway numbers its batches (gateway_seq);
/// a number that is left out and does not follow within `grace` is a gap: the batch was lost
/// between the gateway's counter and our log, by a broker or a network.
///
/// A function of what it is told. Copies and latecomers close gaps and open none. A counter that
/// begins anew is taken for that after three batches in a row with numbers that were there
/// before, or at a leap over `longest_leap`; what it left out in between nobody can know.
///
/// Path: log record -> Decoder -> here -> events of type gateway.gap. Thread: one.
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/time.h"

namespace tocsin::ingest {

struct GapOptions {
  Duration grace{5'000};
  std::uint64_t longest_leap = 1'000'000;
  std::uint32_t max_gateways = 100'000;          ///< those over it are not watched
  std::uint32_t max_open_gaps_per_gateway = 16;  ///< the oldest is reported at once
};

struct GatewayGap {
  std::string gateway;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t missing() const { return last - first + 1; }
};

class GatewayGaps {
 public:
  explicit GatewayGaps(GapOptions options = {}) : options_(options) {}

  /// A batch came. Requires: `arr` never decreases.
  void note(std::string_view gateway, std::uint64_t seq, Timestamp arr);

  /// When a gap may have to be reported; nullopt: none is open.
  std::optional<Timestamp> next_deadline() const;
  /// Gaps whose grace is over at `at`, in the order in which they opened.
  std::vector<GatewayGap> take_due(Timestamp at);

  // Counters by gateway; looks name theirs.
  template <class A>
  void archive(A& a) {
    a(gaps_, missing_, untracked_);
    if constexpr (A::kReads) {
      read(a);
    } else {
      a(static_cast<std::uint32_t>(counters_.size()));
      for (auto& [gateway, counter] : counters_) a(gateway, counter);
      a(static_cast<std::uint32_t>(looks_.size()));
      for (const Look& look : looks_) a(look.at, look.counter->gateway);
    }
  }

  std::uint64_t gaps() const { return gaps_; }            ///< reported so far
  std::uint64_t missing() const { return missing_; }      ///< batches in them
  std::uint64_t untracked() const { return untracked_; }  ///< batches of gateways over the limit

 private:
  struct Range {
    std::uint64_t first;
    std::uint64_t last;
    Timestamp deadline;

    template <class A>
    void archive(A& a) {
      a(first, last, deadline);
    }
  };
  struct Counter {
    std::string_view gateway;    // the key it stands under
    std::uint64_t next = 0;      // one after the highest
    std::uint64_t run_next = 0;  // one after the newest number that was there before
    int run = 0;                 // how many of those came in a row
    std::vector<Range> open;     // oldest first

    template <class A>
    void archive(A& a) {
      a(next, run_next, run, open);
    }
  };
  struct Look {
    Timestamp at;
    Counter* counter;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  template <class A>
  void read(A& a) {
    for (std::uint32_t n = a.count(); n > 0; --n) {
      const auto at = counters_.emplace(a.template next<std::string>(), Counter{}).first;
      at->second.gateway = at->first;
      a(at->second);
    }
    for (std::uint32_t n = a.count(); n > 0; --n) {
      const auto due = a.template next<Timestamp>();
      const auto at = counters_.find(a.template next<std::string>());
      if (at == counters_.end()) return a.fail();
      looks_.push_back({due, &at->second});
    }
  }
  void advance(Counter& counter, std::uint64_t seq, Timestamp arr);
  void open(Counter& counter, std::uint64_t first, std::uint64_t last, Timestamp arr);
  static bool close(Counter& counter, std::uint64_t seq);
  static void follow_run(Counter& counter, std::uint64_t seq);

  GapOptions options_;
  std::unordered_map<std::string, Counter, Hash, std::equal_to<>> counters_;
  std::deque<Look> looks_;  // in order of time
  std::uint64_t gaps_ = 0;
  std::uint64_t missing_ = 0;
  std::uint64_t untracked_ = 0;
};

}  // namespace tocsin::ingest
