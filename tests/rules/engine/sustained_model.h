#pragma once
/// The reference model of the form `sustained`, with its alerts. Written from docs/rules.md and
/// docs/decisions/0002 alone: every sample of a key is kept, and each question is answered by
/// reading them all again from the first one. Shares no code with the engine.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::model {

struct Reading {
  std::string type;
  std::string device;
  std::string building;
  std::string zone;
  std::int64_t level = 0;
  std::optional<std::int64_t> raw_ts;
  std::int64_t arr = 0;
  std::uint64_t position = 0;
};

struct SustainedRule {
  enum class OnGap { pause, ends, hold };

  bool by_zone = false;                      ///< for_each: [building, zone], identity: [building]
  std::set<std::string> samples;             ///< types
  std::set<std::string> also_on;             ///< types
  std::optional<std::int64_t> where_not;     ///< where: e.level != it
  std::int64_t holds_over = 0;               ///< holds: e.level > it
  bool divides = false;                      ///< holds: 12 / e.level > it, an error at level 0
  std::optional<std::int64_t> breaks_under;  ///< breaks: e.level < it
  std::int64_t lasts = 0;
  std::int64_t max_gap = 0;
  OnGap on_gap = OnGap::pause;
  std::size_t min_samples = 1;

  std::optional<std::int64_t> quiet_for;
  std::optional<std::int64_t> after;
  std::optional<std::int64_t> breaks_for;
  std::set<std::string> or_event;  ///< types
  std::int64_t or_event_from = 0;  ///< where: e.level >= it
  std::optional<std::int64_t> rearm;

  std::int64_t lateness = 2000;  ///< of every type
};

class SustainedModel {
 public:
  explicit SustainedModel(SustainedRule rule) : rule_(std::move(rule)) {}

  void apply(const Reading& reading);
  void run_out();
  /// One line for each revision.
  const std::vector<std::string>& said() const { return said_; }
  std::uint64_t matches() const { return matches_; }
  std::uint64_t errors() const { return errors_; }

 private:
  enum class Says { holds, breaks, neither, error };
  using KeyName = std::pair<std::string, std::string>;  ///< building, zone

  struct Seen {
    Reading reading;
    std::int64_t ts = 0;
    bool late = false;
  };
  /// A sample, or the newest one shown again by an event of `also_on`.
  struct Sample {
    Seen seen;
    std::int64_t ts = 0;
    std::int64_t arr = 0;
    bool shown_again = false;
    Says says = Says::neither;
    std::int64_t remembered_until = 0;
  };
  /// What the samples of a key come to.
  struct Run {
    std::size_t start = 0;  ///< indexes of samples
    std::size_t newest_held = 0;
    std::int64_t newest_ts = 0;
    std::int64_t counted = 0;
    std::size_t samples = 1;
  };
  struct Story {
    std::optional<Run> run;
    std::optional<std::int64_t> broken_at;  ///< ts of the newest sample that broke
    std::optional<bool> last;  ///< what the last sample did to the condition: held, broke
  };
  struct Key {
    std::vector<Sample> samples;
    std::optional<std::size_t> matched;  ///< the run that began with this sample has
    std::optional<std::int64_t> due;
  };
  struct Episode {
    std::int64_t opened_at = 0;
    std::int64_t opener_ts = 0;
    std::int64_t last = 0;
    int rev = 0;
    std::vector<Seen> events;
    bool late = false;
    bool historical = false;
    std::set<KeyName> holding;
    std::optional<std::int64_t> broken_at;
  };
  struct Due {
    std::int64_t at = 0;
    KeyName key;
    bool match = false;
    auto operator<=>(const Due&) const = default;
  };

  Seen see(const Reading& reading) const;
  bool resolve_by(const Seen& seen);
  std::optional<Sample> sample_of(const Seen& seen, const Key& key);
  Says judge(const Reading& reading);
  Story read(const std::vector<Sample>& samples) const;
  void add(Run& run, const Sample& sample) const;
  std::optional<std::int64_t> due_of(const Run& run) const;
  void meet(const KeyName& name, const Seen& seen);
  void follow(const KeyName& name, const Sample& sample, const Story& story);

  std::optional<Due> next_due() const;
  std::pair<std::int64_t, std::string> resolve_due(const Episode& episode) const;
  void fire_until(std::int64_t now);
  void match(const KeyName& name, std::int64_t at);
  void open(const KeyName& name, const Sample& start, const Sample& newest, std::int64_t at);
  void resolve(const std::string& building, const std::string& reason, std::int64_t at);
  void say(const std::string& building, Episode& episode, const std::string& what, std::int64_t at);

  SustainedRule rule_;
  std::map<KeyName, Key> keys_;
  std::map<std::string, Episode> open_;
  std::map<std::string, std::int64_t> resolved_at_;
  std::int64_t now_ = 0;
  std::uint64_t position_ = 0;
  std::uint64_t matches_ = 0;
  std::uint64_t errors_ = 0;
  std::vector<std::string> said_;
};

}  // namespace tocsin::model
