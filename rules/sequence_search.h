#pragma once
/// SequenceSearch: whether an arriving event completes the steps of a sequence, and with which
/// kept events. Order is that of (ts, log position).
///
/// Without a join the answer is exact and costs a few binary searches: backwards from the event the
/// newest predecessors give the shortest match there is; forwards the newest successors that stay
/// inside of `within` and before the next `until`. With a join it is a search over the kept
/// candidates, the newest first, cut after kMaxCombinations.
///
/// Either way the event stands for its first possible step, and each other step, in order, takes
/// the newest candidate with which the rest can still be bound.
///
/// Lifetime: one arrival. Thread: the engine's.
#include <array>
#include <optional>
#include <utility>

#include "rules/kept_window.h"
#include "rules/matching.h"

namespace tocsin::rules {

class SequenceSearch {
 public:
  /// `steps`, `untils`: the kept events, the arriving one not among them; `is_until`: it is one.
  SequenceSearch(std::span<const KeptWindow> steps, const KeptWindow& untils, Arrival& arrival,
                 bool is_until, MatchContext& context);

  /// Tries the event at `step`.
  bool run(std::uint16_t step);
  /// After run() was true.
  std::vector<Bound> bound() const;

 private:
  using Place = std::pair<Timestamp, std::uint64_t>;
  static Place place(const KeptEntry& entry) { return {entry.ts, entry.position}; }
  Place place(std::size_t step) const;

  bool bind_newest();
  bool bind_before();
  bool bind_after();
  Place last_allowed(Place first) const;

  bool join_from(std::uint16_t step);
  bool try_at(std::uint16_t step, const KeptEntry* entry);
  bool joined();
  bool spend();

  const KeptEntry* newest_upto(std::size_t step, Place last) const;
  const KeptEntry* newest_before(std::size_t step, Place later) const;

  const SequenceForm& form_;
  std::span<const KeptWindow> steps_;
  const KeptWindow& untils_;
  Arrival& arrival_;
  MatchContext& context_;
  const Place own_place_;
  const bool is_until_;
  std::uint16_t own_ = 0;
  std::uint32_t tried_ = 0;
  std::array<const KeptEntry*, kMaxSteps> chosen_{};  // own_: nullptr
};

}  // namespace tocsin::rules
