#pragma once
/// The reference model: transport dedup, time, repetition, the forms event, count, all, sequence
/// and aggregate, episodes, gateways and outages. Written from docs/rules.md alone, as slowly and
/// plainly as possible: everything that ever happened stays in vectors and every question is
/// answered by looking at all of it. Shares no code with the engine.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tocsin::model {

struct Event {
  std::string id;  ///< empty: none
  std::optional<std::uint64_t> seq;
  std::string type;
  std::string device;
  std::string building;
  std::string zone;
  std::string gateway;  ///< empty: unknown
  std::optional<std::int64_t> level;
  std::optional<std::int64_t> raw_ts;
  std::int64_t arr = 0;
  std::uint64_t position = 0;
};

/// `{event: types, where: e.level >= min_level}`; without min_level every event. `divides`: where
/// is `12 / e.level >= min_level`, an error at level 0. An unset level reads as 0. `beats_last`:
/// and `e.level >= last.level`, of the rule's cell.
struct Condition {
  std::set<std::string> types;
  std::optional<std::int64_t> min_level;
  bool divides = false;
  bool beats_last = false;
};

/// `latest: {last: {event, where, max_age, if_missing}}`
struct Cell {
  enum class Missing { unset, no, yes, error };
  Condition condition;
  std::int64_t max_age = 0;
  Missing if_missing = Missing::unset;
};

enum class SourceDown { hold, fire_degraded, fire };

/// What must not happen after the steps of a sequence.
struct Absent {
  Condition condition;
  std::int64_t within = 0;
  std::int64_t look_back = 0;
  SourceDown if_source_down = SourceDown::hold;
  std::string gateway;  ///< empty: that of `source_step`
  std::size_t source_step = 0;
  std::int64_t hold_max = 600'000;
};

enum class Form { event, count, all, sequence, aggregate };
enum class Distinct { none, device, zone };

struct Rule {
  std::string name;
  Form form = Form::event;
  std::vector<Condition> steps;  ///< one, but for `all` and `sequence`
  bool by_zone = false;          ///< for_each: [building, zone], identity: [building]
  std::int64_t within = 0;
  std::size_t at_least = 1;
  Distinct distinct = Distinct::none;
  std::size_t keep = 8;
  bool same_event = false;
  bool same_zone = false;  ///< join: the first two steps are of one zone
  // Of `sequence`.
  std::optional<std::int64_t> max_wait;  ///< instead of `within`
  bool keep_anchor = false;
  std::optional<Condition> until;
  std::optional<Absent> absent;

  // Of `aggregate`, whose window is `within`.
  std::string fn;
  bool value_divides = false;  ///< value: 12 / e.level instead of e.level
  std::size_t min_samples = 1;
  bool over = true;
  double threshold = 0;
  double clear = 0;

  std::optional<Cell> last;

  std::size_t max_events = 10'000;
  std::size_t max_evidence = 64;

  std::optional<std::int64_t> quiet_for;
  std::optional<std::int64_t> after;
  std::optional<std::int64_t> breaks_for;
  std::optional<Condition> or_event;
  std::optional<std::int64_t> rearm;
  bool on_count = false;
  bool on_distinct = false;
  bool on_every = false;
  std::int64_t min_interval = 1000;
  std::optional<std::size_t> escalate_at;  ///< count >= this: critical, else high
};

struct TypeSettings {
  std::int64_t lateness = 2000;
  std::int64_t max_age = 24 * 3600 * 1000;
  std::optional<std::int64_t> repeat_within;  ///< by device
};

struct Settings {
  std::map<std::string, TypeSettings> types;
  std::int64_t dedup_window = 600'000;
  std::size_t dedup_entries = 64;
  std::int64_t recovery_grace = 10'000;
};

/// One revision as the test compares it.
struct Revision {
  std::string rule;
  std::string building;
  std::uint64_t rev = 0;
  bool firing = true;
  std::string reason;
  std::string severity;
  std::int64_t opened_at = 0;
  std::int64_t at = 0;
  std::uint64_t position = 0;
  std::uint64_t count = 0;
  std::uint64_t distinct = 0;
  bool late = false;
  bool historical = false;
  bool degraded = false;
  std::vector<std::int64_t> evidence;  ///< ts of the events, oldest first
  std::uint64_t dropped = 0;
  friend bool operator==(const Revision&, const Revision&) = default;
};
std::string to_string(const Rule& rule);
std::string to_string(const Event& event);
std::string to_string(const Revision& revision);

class Model {
 public:
  /// Requires: rules in order of name.
  Model(std::vector<Rule> rules, Settings settings);

  void apply(const Event& event);
  void gateway(const std::string& id, bool up, std::int64_t at);
  void outage(std::int64_t down, std::int64_t up);
  void run_out();
  const std::vector<Revision>& said() const { return said_; }
  std::uint64_t matches(std::size_t rule) const { return matches_[rule]; }
  std::uint64_t errors(std::size_t rule) const { return errors_[rule]; }

 private:
  struct Seen {
    Event event;
    std::int64_t ts = 0;
    bool late = false;
  };
  struct Kept {
    Seen seen;
    std::size_t step = 0;
    std::string key;  ///< building, or building and zone
    std::int64_t expires = 0;
  };
  /// The steps of a sequence are complete; what is absent may still come.
  struct Pending {
    std::vector<Seen> bound;  ///< by step
    std::uint64_t number = 0;
    std::int64_t since = 0;
    std::int64_t not_before = 0;  ///< the engine was away
    bool held = false;
    std::optional<std::int64_t> back;  ///< when its gateway was, while held
    const Seen& last() const { return bound.back(); }
  };
  struct Absence {
    std::string key;
    std::int64_t t = 0;
  };
  struct Episode {
    std::string building;
    std::int64_t opened_at = 0;
    std::int64_t opener_ts = 0;
    std::int64_t last = 0;
    std::uint64_t rev = 0;
    bool critical = false;
    std::vector<Seen> events;  ///< that count, in order of arrival
    bool late = false;
    bool historical = false;
    bool degraded = false;
    std::vector<Absence> absences;  ///< its matches, if they are absences
    std::int64_t shown_at = 0;
    std::uint64_t shown_count = 0;
    std::uint64_t shown_distinct = 0;
    bool touched = false;
    std::optional<std::int64_t> update_due;
    std::set<std::string> holding;  ///< keys whose condition holds
    std::optional<std::int64_t> broken_at;
  };
  struct Report {
    std::string type;
    std::string device;
    std::int64_t ts = 0;
    std::int64_t expires = 0;
  };
  struct State {
    std::vector<Kept> kept;
    std::vector<Kept> absent;  ///< what would have cancelled
    std::vector<Pending> pending;
    std::vector<Episode> episodes;
    std::map<std::string, std::int64_t> resolved_at;
    std::map<std::string, Kept> last;  ///< by key
  };
  struct Due {
    std::int64_t at = 0;
    std::size_t rule = 0;
    std::string building;
    std::string zone;  ///< of an absence whose rule is keyed by it
    enum { resolve, match, update } phase = resolve;
    std::uint64_t number = 0;
    auto operator<=>(const Due&) const = default;
  };

  enum class Truth { no, yes, error };
  static Truth holds(const Condition& condition, const Event& event);
  /// ... with what the rule's cell says to it.
  Truth holds(std::size_t rule, const Condition& condition, const Seen& seen) const;
  static std::string key_of(const Rule& rule, const Event& event);
  static std::string value_of(const Rule& rule, const Event& event);
  static std::uint64_t distinct_of(const Rule& rule, const std::vector<Seen>& events);

  bool is_duplicate(const Event& event);
  bool is_repeat(const Seen& seen);
  void fire_until(std::int64_t now);
  std::optional<Due> next_due() const;
  std::optional<std::int64_t> resolve_due(const Rule& rule, const Episode& e,
                                          std::string* reason) const;

  void meet(std::size_t rule, const Seen& seen, bool repeat);
  void meet_steps(std::size_t rule, const Seen& seen, bool repeat);
  void keep_last(std::size_t rule, const Seen& seen);
  bool resolve_by(std::size_t rule, const Seen& seen, bool repeat);
  std::optional<std::vector<Seen>> match(std::size_t rule, const Seen& seen,
                                         const std::vector<std::size_t>& held);
  std::optional<std::vector<Seen>> match_count(const Rule& rule, State& state, const Seen& seen);
  std::optional<std::vector<Seen>> match_all(const Rule& rule, State& state, const Seen& seen,
                                             const std::vector<std::size_t>& held);
  /// nullopt: an error.
  static std::optional<double> number_of(const Rule& rule, const Event& event);
  std::optional<std::vector<Seen>> match_aggregate(const Rule& rule, State& state,
                                                   const Seen& seen);
  std::optional<std::vector<Seen>> match_sequence(std::size_t rule, const Seen& seen,
                                                  const std::vector<std::size_t>& held);
  std::vector<Seen> bind_sequence(const Rule& rule,
                                  const std::vector<std::vector<Seen>>& candidates,
                                  const std::vector<Seen>& untils, const Seen& seen,
                                  std::size_t own) const;
  static bool stands(const Rule& rule, const std::vector<Seen>& chosen,
                     const std::vector<Seen>& untils);
  void keep_for_sequence(std::size_t rule, const Seen& seen, const std::vector<std::size_t>& held);
  void wait_for_absent(std::size_t rule, const std::vector<Seen>& bound);
  void meet_absent(std::size_t rule, const Seen& seen, bool repeat);
  void decide(std::size_t rule, std::uint64_t number, std::int64_t at);
  std::int64_t absent_lateness(const Rule& rule) const;
  std::int64_t deadline(const Rule& rule, const Pending& pending) const;
  std::int64_t decision(const Rule& rule, const Pending& pending) const;
  static std::string gateway_of(const Rule& rule, const Pending& pending);
  bool armed(std::size_t rule, const std::string& building, std::int64_t at) const;

  void note_condition(Episode& episode, const std::string& key);
  void open(std::size_t rule, const Seen& completing, const std::vector<Seen>& bound,
            bool degraded = false);
  void contribute(std::size_t rule, Episode& episode, const Seen& seen);
  void resolve(std::size_t rule, const std::string& building, const std::string& reason,
               std::int64_t at);
  void say(std::size_t rule, Episode& episode, bool firing, const std::string& reason,
           std::int64_t at);
  Episode* find(std::size_t rule, const std::string& building);

  std::vector<Rule> rules_;
  Settings settings_;
  std::vector<State> states_;
  std::vector<std::uint64_t> matches_;
  std::vector<std::uint64_t> errors_;
  std::map<std::string, std::vector<std::pair<std::string, std::int64_t>>> messages_;
  std::vector<Report> reports_;
  std::set<std::string> down_;  ///< gateways
  std::uint64_t completions_ = 0;
  std::int64_t now_ = 0;
  std::optional<bool> holds_;  ///< what the event did to its key's condition: holds, broken
  std::uint64_t position_ = 0;
  std::vector<Revision> said_;
};

}  // namespace tocsin::model
