#pragma once
/// Engine: one shard's rules over one ordered stream of records. A deterministic function
///
///     (state, record) -> (state', alert revisions)
///
/// It reads no clock, socket, file or random number, and no hash map's order reaches its output.
///
/// Path: log -> decode -> Engine -> alert log.
/// Thread: one thread owns an Engine. Limits: rules::Limits and EngineOptions, each counted.
/// Cost: an event meets only the rules that name its type; nothing is allocated for an event that
/// no rule keeps.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/alert.h"
#include "core/command.h"
#include "core/event.h"
#include "core/registry.h"
#include "rules/counters.h"
#include "rules/rule.h"

namespace tocsin::rules {

struct EngineOptions {
  Duration dedup_window{10 * 60 * 1000};
  std::uint32_t dedup_entries_per_device = 64;
  Duration future_skew{5000};       ///< ts further ahead of arr is clamped
  Duration recovery_grace{10'000};  ///< for the backlog, after the engine was away
  std::uint32_t max_down_gateways = 100'000;
};

enum class Verdict : std::uint8_t {
  accepted,
  late,       ///< took part fully; arr - ts over its type's lateness
  duplicate,  ///< a transport duplicate: took part in nothing
};

class Engine {
 public:
  /// `registry` may be null. Rules of a RuleSet with a registry-free city still work.
  Engine(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const Registry> registry,
         EngineOptions options = {});
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// One event in log order. Fires what is due at event.arr first; then sets event.ts, time_quality
  /// and late (and their slots), deduplicates, and meets the rules. Appends revisions to `out`.
  /// Requires: event.arr never decreases; log_position increases.
  Verdict apply(Event& event, std::vector<AlertRevision>& out);

  /// An event that another engine takes, because its site is another's: only time and the position
  /// in the log go on. Requires: as apply().
  void pass(std::uint64_t position, Timestamp arr, std::vector<AlertRevision>& out);

  /// Engine time passes to `now`: every timer with a deadline <= now fires, in order.
  void advance(Timestamp now, std::vector<AlertRevision>& out);

  /// A gateway went up or down at `at`. One that was never heard of is up.
  void gateway(std::string_view id, bool up, Timestamp at, std::vector<AlertRevision>& out);

  /// Nothing could arrive after `down` and before `up`: absences that became due meanwhile are
  /// decided recovery_grace later, so that the backlog is heard first. Time passes to `up`.
  void outage(Timestamp down, Timestamp up, std::vector<AlertRevision>& out);

  /// Runs engine time on until no timer is left (those of `silence` do not count
  /// and do not fire: after the end nobody can be heard).
  void run_out(std::vector<AlertRevision>& out);

  /// The earliest timer; the owner writes a tick when it is due. nullopt: none.
  std::optional<Timestamp> next_deadline() const;

  /// Swaps the bundle at engine time `at`. Rules that did not change keep their state; removed ones
  /// resolve with rule_removed; changed ones follow their edit class (docs/rules.md, "Changing
  /// rules").
  void reload(std::shared_ptr<const RuleSet> rules, Timestamp at, std::vector<AlertRevision>& out);
  /// An operator closes open alerts at `at` (Reason::manual). Returns how many; what goes on opens
  /// anew as after any resolve.
  std::size_t close(const CloseCommand& command, Timestamp at, std::vector<AlertRevision>& out);
  /// At engine time `at`. Alerts of `silence` about nobody who is watched any more resolve.
  void set_registry(std::shared_ptr<const Registry> registry, Timestamp at,
                    std::vector<AlertRevision>& out);

  /// Which lists of fields state() writes; another number is another layout.
  static constexpr std::uint32_t kStateVersion = 1;
  /// All that the engine knows, between two records, as bytes; of the rules and the registry only
  /// which they are.
  std::string state() const;
  /// Goes on where state() was taken. Requires: a new engine with the rules, the registry and the
  /// options of then. False: the bytes are not such a state, and the engine is of no use.
  bool restore(std::string_view state);

  Timestamp now() const;  ///< engine time
  const RuleSet& rules() const;
  const RuleCounters& counters(std::size_t rule_index) const;
  RuleTotals totals() const;
  std::uint64_t clamped() const;             ///< events whose ts was replaced by arr
  std::uint64_t untracked_gateways() const;  ///< went down over max_down_gateways

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::rules
