#pragma once
/// LatestCells: the last event of each `latest` declaration, per key of the rule.
///
/// A cell holds the newest event by (ts, log position) that satisfied it; an event sees the cells
/// as they were before it. A value counts while ts(event) - ts(cell) <= max_age; the cell itself
/// lives until engine time max(ts, arr) + max_age + lateness. A resolve forgets nothing here.
///
/// Thread: the engine's. Limits: max_keys; the key that was touched longest ago goes first.
#include <cstdint>
#include <optional>
#include <vector>

#include "rules/key_table.h"
#include "rules/matching.h"

namespace tocsin::rules {

class LatestCells {
 public:
  /// Requires: the event satisfies the cell's pattern for that key.
  void keep(std::size_t cell, KeyView key, Arrival& arrival, MatchContext& context);
  /// Lays out `latest.*` as an event with the time `ts` reads it. Which cells have no value, a bit
  /// each.
  std::uint32_t show(KeyView key, Timestamp ts, Timestamp now, const Rule& rule,
                     Evaluation& evaluation) const;
  void retune(MatchContext& context, Timestamp now);
  std::size_t keys() const { return table_.size(); }
  static constexpr std::size_t state_bytes() { return sizeof(State); }
  static constexpr std::size_t cell_bytes() { return sizeof(Cell); }

  template <class A>
  void archive(A& a) {
    a(table_);
  }

 private:
  struct Cell {
    KeptRef event;
    Timestamp expires = Timestamp::min();

    template <class A>
    void archive(A& a) {
      a(event, expires);
    }
  };
  struct State : KeyState {
    std::vector<Cell> cells;

    template <class A>
    void archive(A& a) {
      a(cells);
    }
  };
  KeyTable<State> table_;
};

/// What `if_missing` says of a condition that reads one of the missing cells; nullopt: evaluate it.
std::optional<Truth> if_missing(const Rule& rule, const cel::Program& condition,
                                std::uint32_t missing);

}  // namespace tocsin::rules
