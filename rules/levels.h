#pragma once
/// Levels: what the rules of a level say to those above them within one moment: their alerts as
/// events, and whose alerts theirs suppress.
///
/// Path: EpisodeBook, RollUpMatcher -> Levels -> Engine. Thread: the engine's. Lifetime: notices
/// live until the end of their moment; what is asked about open alerts is read from their rules.
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/event.h"
#include "rules/episode.h"

namespace tocsin::rules {

class RuleState;

/// The opening or the resolve of an alert, as an event for the rules that name `alert.<rule>`.
/// Stays where it is: the event points into its neighbours.
struct AlertNotice {
  RuleOrder from;
  const std::string rule;
  const std::string key;  ///< of the alert
  const bool shadow;      ///< heard by shadow rules only
  const std::string alert_id;
  const KeptRef opener;
  const std::vector<OwnedValue> identity;
  std::uint64_t fingerprint = 0;
  Event event{};
};

/// An alert whose parent was opened or resolved, perhaps: to be asked when the moment is over.
struct ChildOrder {
  std::string rule;
  std::string key;  ///< of the alert
};

class Levels {
 public:
  using States = std::vector<std::unique_ptr<RuleState>>;
  explicit Levels(const States& states) : states_(states) {}

  /// The open alert that inhibits this one as it opens; empty: none.
  std::string inhibitor(const Rule& rule, const Episode& episode) const;
  /// The open alert that this one is rolled up under; empty: none.
  std::string parent(const Rule& rule, const Episode& episode) const;
  /// The alert was opened or resolved just now.
  void tell(const Rule& rule, const Episode& episode, AlertState state, const Turn& turn);
  void order(ChildOrder order) { orders_.push_back(std::move(order)); }

  bool any() const { return !notices_.empty(); }
  /// Those told so far, in order of (level, rule, key), then of their decisions.
  std::vector<const AlertNotice*> notices() const;
  std::vector<ChildOrder> take_orders() { return std::exchange(orders_, {}); }
  /// The moment is over.
  void forget() { notices_.clear(); }

  /// An alert event that some rule keeps: its type is numbered anew at a reload.
  void kept(const KeptRef& event);
  /// Another bundle is in force.
  void renumber(const RuleSet& before, const RuleSet& after);

  // Between moments: nothing has been told, nothing ordered.
  template <class A>
  void archive(A& a) {
    a(kept_, kept_before_check_);
  }

 private:
  std::string open_alert(std::uint32_t rule, std::span<const std::uint16_t> slots,
                         const Episode& child) const;

  const States& states_;  // by index in the bundle in force
  std::vector<std::unique_ptr<AlertNotice>> notices_;
  std::vector<ChildOrder> orders_;
  std::vector<KeptRef> kept_;
  std::size_t kept_before_check_ = 64;
};

}  // namespace tocsin::rules
