#pragma once
/// Episode: all matches of (rule, identity) from opening to resolve: one alert with rising
/// revisions. EpisodeBook: the open episodes of one rule; the only place that opens, changes and
/// resolves them.
///
/// Path: form -> EpisodeBook -> AlertRevision. Thread: the engine's.
/// Limits: max_open_alerts (full(), oldest()), max_evidence, max_distinct.
#include <boost/intrusive/list.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "core/alert.h"
#include "rules/latest_cells.h"
#include "rules/matching.h"
#include "rules/timers.h"

namespace tocsin::rules {

class Levels;

/// What the stages of one moment share: an event's arrival, a deadline, a swap of bundles.
struct Turn {
  Timestamp at{};
  std::uint64_t log_position = 0;
  const RuleSet& rules;
  Evaluation& evaluation;
  TimerQueue& timers;
  const Gateways& gateways;
  Levels& levels;
  std::vector<AlertRevision>& out;
};

/// A match of an alert that a late event may take back.
struct Retractable {
  std::string key;
  Timestamp t{};

  template <class A>
  void archive(A& a) {
    a(key, t);
  }
};
/// Per alert; over it the oldest match stands for good, counted.
inline constexpr std::size_t kMaxRetractable = 256;

struct Episode : TimerOwner, boost::intrusive::list_base_hook<> {
  explicit Episode(const RuleOrder& in) { order = &in; }

  std::string alert_id;
  Timestamp opened_at{};
  Timestamp last_contribution{};                     ///< arr
  Timestamp last_absence = Timestamp::min();         ///< when an absence last was a match
  boost::unordered_flat_set<std::uint64_t> holding;  ///< keys whose condition holds, by hash
  std::optional<Timestamp> broken_at;                ///< when the last of them broke
  std::uint32_t rev = 0;
  Severity severity{};
  std::uint64_t count = 0;
  boost::unordered_flat_set<std::uint64_t> distinct;

  Bound opener;                 ///< the completing event; none for rule.error and rule.limit
  Bound newest;                 ///< of the contributing events, by arrival
  std::vector<Bound> bound;     ///< of the opening match by step, where the form has steps
  std::vector<Bound> evidence;  ///< by (ts, log position)
  std::uint64_t evidence_dropped = 0;
  std::optional<std::pair<double, double>> lat_lon;
  std::vector<Retractable> retractable;  ///< absences, in the order of their matches
  bool stands = false;                   ///< a match that cannot be taken back is among them
  std::optional<double> measured;        ///< by `aggregate`, last

  // As the newest revision said it.
  Timestamp shown_at{};
  std::uint64_t shown_count = 0;
  std::uint64_t shown_distinct = 0;
  bool touched = false;  ///< a contribution since

  bool late = false;
  bool historical = false;
  bool shadow = false;
  bool degraded = false;
  std::string suppressed_by;         ///< alert_id; empty: nothing
  bool inhibited = false;            ///< ... for good, as decided at the opening
  std::uint32_t number = 0;          ///< of the rule's alerts
  std::uint32_t silent_devices = 0;  ///< of `silence`, not heard again
  LocalText notice;                  ///< the summary of rule.error and rule.limit

  Timer resolve_timer{this, TimerPhase::resolve};
  Timer update_timer{this, TimerPhase::update};

  template <class A>
  void archive(A& a) {
    a(kind, alert_id, opened_at, last_contribution, last_absence, holding, broken_at, rev, severity,
      count, distinct, opener, newest, bound, evidence, evidence_dropped, lat_lon, retractable,
      stands, measured);
    a(shown_at, shown_count, shown_distinct, touched, late, historical, shadow, degraded,
      suppressed_by, inhibited, number, silent_devices, notice.en, notice.zh, resolve_timer,
      update_timer);
  }
};

/// An event that counts in an episode.
struct Contribution {
  Arrival& arrival;
  std::uint16_t step = 0;
  const Pattern::Alternative* alternative = nullptr;
};

/// What opens an alert.
struct Opening {
  Bound by;                            ///< the completing event; of an absence, the last step
  std::optional<Timestamp> awaited{};  ///< of an absence: how far its evidence reaches
  bool degraded = false;
  std::optional<double> measured{};
  Bound newest{};  ///< of its events, if that is another than `by`
};

class EpisodeBook {
 public:
  EpisodeBook(const RuleOrder& order, RuleCounters& counters, RuleNotes& notes,
              const LatestCells& latest)
      : order_(order), counters_(counters), notes_(notes), latest_(latest) {}

  /// The rule in force; before anything else, and again when it was edited.
  void adopt(const Rule& rule) { rule_ = &rule; }

  Episode* find(KeyView identity) const { return open_.find(identity); }
  /// Whether a match may open an alert: `rearm` has passed.
  bool armed(KeyView identity, Timestamp now);
  bool full() const { return open_.size() >= rule_->limits.max_open_alerts; }
  Episode& oldest() { return by_opening_.front(); }
  std::size_t size() const { return open_.size(); }
  std::vector<Episode*> in_order() const { return open_.in_order(); }

  /// Requires: no episode of the identity is open, not full().
  Episode& open(KeyView identity, const std::vector<Bound>& bound, const Opening& opening,
                Turn& turn);
  void contribute(Episode& episode, const Contribution& contribution, Turn& turn);
  /// An absence is a match of the open episode.
  void add_absence(Episode& episode, Retractable match, Turn& turn);
  /// Takes back the key's absences with t in [first, last]. True: there is no match left.
  bool take_back(Episode& episode, std::string_view key, Timestamp first, Timestamp last);
  /// The condition of one of its keys holds, or broke. It is broken when none holds any more.
  void condition_holds(Episode& episode, KeyView key, Turn& turn);
  void condition_broke(Episode& episode, KeyView key, Turn& turn);
  /// A report repetition: the quiet time starts again, nothing else.
  void keep_open(Episode& episode, Turn& turn);
  /// `episode` is gone afterwards.
  void resolve(Episode& episode, Reason reason, Turn& turn);
  /// Another parent is open than before, or none. A revision, if that changes what suppresses it.
  void look_up(Episode& episode, Turn& turn);
  /// The update timer of an episode fired.
  void update(Episode& episode, Turn& turn);
  /// Why its resolve timer fired.
  Reason timed_reason(const Episode& episode) const;
  /// The rule's steps are others now: what is open no longer knows which step an event was.
  void forget_steps();
  /// The rule was edited: deadlines from their anchors, none before now.
  void retune(Turn& turn);

  // Alerts in the order of their opening, what cools down in that of its resolve.
  template <class A>
  void archive(A& a) {
    archive_in_order(a, by_opening_, [&](KeyView key) {
      return open_.find(key) == nullptr ? &open_.add(key, order_) : nullptr;
    });
    archive_in_order(a, by_resolve_, [&](KeyView key) {
      return cooling_.find(key) == nullptr ? &cooling_.add(key) : nullptr;
    });
  }

 private:
  template <class A, class List, class Add>
  static void archive_in_order(A& a, List& list, Add add) {
    if constexpr (A::kReads) {
      for (std::uint32_t n = a.count(); n > 0; --n) {
        const auto key = a.template next<std::string>();
        auto* const object = add(KeyView{key, hash_key(key)});
        if (object == nullptr) return a.fail();
        list.push_back(*object);
        a(*object);
      }
    } else {
      a(static_cast<std::uint32_t>(list.size()));
      for (auto& object : list) a(object.key, object);
    }
  }

  struct Cooling : Keyed, boost::intrusive::list_base_hook<> {
    Timestamp resolved_at{};

    template <class A>
    void archive(A& a) {
      a(resolved_at);
    }
  };
  struct Deadlines {
    std::optional<Timestamp> quiet;
    std::optional<Timestamp> breaks;
    std::optional<Timestamp> after;
    std::optional<Timestamp> first() const;
  };

  bool in_quiet_hours(const Turn& turn) const;
  void be_quiet(Episode& episode) const;
  Deadlines deadlines(const Episode& episode) const;
  void set_resolve_timer(Episode& episode, Turn& turn) const;
  void add(Episode& episode, const Bound& bound, std::uint64_t value);
  void add_evidence(Episode& episode, const Bound& bound) const;
  bool escalate(Episode& episode, Turn& turn);
  bool differs(const Episode& episode) const;
  void roll_up(Episode& episode, Turn& turn);
  void publish(Episode& episode, AlertState state, Reason reason, Turn& turn);
  void show_latest(const Episode& episode, Turn& turn) const;
  void cool(const Episode& episode, Timestamp now);
  void forget_cooled(Timestamp now);

  const Rule* rule_ = nullptr;
  const RuleOrder& order_;
  RuleCounters& counters_;
  RuleNotes& notes_;
  const LatestCells& latest_;  ///< of the rule, for summaries
  KeyedPool<Episode> open_;
  boost::intrusive::list<Episode> by_opening_;
  KeyedPool<Cooling> cooling_;
  boost::intrusive::list<Cooling> by_resolve_;
};

}  // namespace tocsin::rules
