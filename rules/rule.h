#pragma once
/// A compiled rule bundle: what load/ makes from text and what the engine runs. Plain data, const
/// once built, shared between shards. Everything is checked: names are slots, words are enums,
/// durations are milliseconds; the engine finds nothing left to refuse.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/alert.h"
#include "core/catalogue.h"
#include "core/registry.h"
#include "core/time.h"
#include "rules/calendar.h"
#include "rules/cel/cel.h"

namespace tocsin::rules {

/// Frames of every expression of a rule (cel::Input::frame).
enum Frame : std::uint8_t {
  kFrameEvent = 0,   ///< `e`, `loc`, `device`: the slots of the event under test
  kFrameKey = 1,     ///< `key.*`: by index in Rule::for_each
  kFrameAlert = 2,   ///< AlertVar, in templates and `escalate`
  kFrameLatest = 3,  ///< `latest.*`: by index in Rule::latest_reads
  kFrameStep = 4,    ///< + index of the step: its bound event's slots
};
inline constexpr std::size_t kMaxSteps = 16;
inline constexpr std::size_t kMaxPatterns = kMaxSteps + 1;  ///< the steps and `until`
inline constexpr std::size_t kFrames = kFrameStep + kMaxSteps;

enum AlertVar : std::uint16_t {
  kVarCount = 0,     ///< int
  kVarDistinct = 1,  ///< int
  kVarSeverity = 2,  ///< string
  kVarOpenedAt = 3,  ///< timestamp
  kVarAt = 4,        ///< timestamp
  kVarValue = 5,     ///< double: what `aggregate` last made of its window
  kAlertVars = 6,
};

/// Host functions of rule expressions (cel::HostFunction::index).
enum HostCall : std::uint16_t { kCallAdjacent = 0, kCallInCalendar = 1 };

/// `{event: [types], where}`. One alternative per type, because a field's slot depends on the type.
struct Pattern {
  struct Read {
    std::string name;  ///< "e.level"
    std::uint16_t slot = 0;
  };
  struct Alternative {
    EventTypeId type{};
    cel::Program where;                    ///< empty: always
    std::vector<std::uint16_t> key_slots;  ///< of Rule::for_each, in order
    std::vector<std::uint16_t> distinct_slots;
    std::vector<Read> reads;  ///< what `where`, joins and templates read of it: evidence values
    cel::Program value{};     ///< of `aggregate`; empty: 1
    cel::Program holds{};     ///< of `sustained`
    cel::Program breaks{};    ///< of `sustained`; empty: whenever `holds` does not
  };
  std::vector<Alternative> alternatives;
};

struct EventForm {
  Pattern pattern;
};

struct CountForm {
  Pattern pattern;
  std::vector<std::string> distinct;  ///< field names; empty: events are counted
  std::uint32_t at_least = 1;
  Duration within{};
};

struct Step {
  std::string name;
  Pattern pattern;
};

struct AllForm {
  std::vector<Step> steps;  ///< 2..kMaxSteps
  Duration within{};
  cel::Program join;  ///< over the step frames; empty: always
  std::uint32_t keep = 8;
  bool same_event = false;  ///< one event may bind several steps
};

/// What must not happen after the steps of a sequence.
struct Absence {
  enum class SourceDown : std::uint8_t {
    hold,  ///< decided when the gateway is back, at the latest after hold_max
    fire_degraded,
    fire,
  };
  Pattern pattern;
  Duration within{};  ///< after the last step
  Duration look_back{};
  std::string gateway;  ///< whose absence makes the verdict doubtful; empty: that of `source_step`
  std::optional<std::uint16_t> source_step;  ///< empty, and no gateway: the last step
  SourceDown if_source_down = SourceDown::hold;
  Duration hold_max{10 * 60 * 1000};
};

struct SequenceForm {
  enum class AfterMatch : std::uint8_t { reset, keep_anchor };
  std::vector<Step> steps;  ///< 2..kMaxSteps, with `absent` 1..kMaxSteps
  std::optional<Duration> within;
  Duration max_wait{24 * 3600 * 1000LL};  ///< how long an event is kept without `within`
  cel::Program join;                      ///< over the step frames; empty: always
  std::uint32_t keep = 8;  ///< candidates per step under a join; pending absences per key
  AfterMatch after_match = AfterMatch::reset;
  std::optional<Pattern> until;
  std::optional<Absence> absent;

  Duration kept_for() const { return within.value_or(max_wait); }
};

struct AggregateForm {
  enum class Fn : std::uint8_t { avg, min, max, sum, rate, p50, p95, count };
  Pattern pattern;
  Fn fn{};
  Duration window{};  ///< open at its start
  std::uint32_t min_samples = 1;
  bool over = true;      ///< else under
  double threshold = 0;  ///< beyond it the condition holds
  double clear = 0;      ///< reaching it, coming back, breaks the condition
};

struct SustainedForm {
  enum class OnGap : std::uint8_t {
    pause,  ///< it counts nothing
    ends,   ///< `break`: the condition ended at the newest sample + max_gap
    hold,   ///< it counts in full, once the next sample is there
  };
  Pattern pattern;  ///< of the samples
  Duration lasts{};
  Duration max_gap{};
  OnGap on_gap = OnGap::pause;
  std::uint32_t min_samples = 1;
  std::optional<Pattern> also_on;  ///< what makes the newest sample be judged again
};

/// The alert above the alerts of another rule. Its events are their openings and resolves
/// (AlertEvents); its key is the place they are rolled up by.
struct RollUpForm {
  std::string child;  ///< the rule whose alerts are gathered
  Pattern pattern;
  std::uint32_t at_least = 0;  ///< firing children; 0: `share` says it
  double share = 0;            ///< of the registered population of the place, in (0, 1]
  Duration within{};           ///< the children that make it open have opened within this time
  /// What the share is of: places of a kind, or (empty) devices of the children's kinds.
  std::optional<PlaceKind> population;
};

/// Devices of the registry that give no sign of life.
struct SilenceForm {
  std::vector<std::string> kinds;  ///< of device
  cel::Program where;              ///< over the device as an event; empty: all of these kinds
  Pattern signs;                   ///< by type; without conditions, keys as the registry has them
  std::vector<std::string> sign_names;  ///< of the types, as `signs`
  Duration interval{};
  bool by_registry = false;  ///< the interval is the device's heartbeat_interval_s
  std::uint32_t missed = 1;
  double jitter = 0;  ///< a share of the wait
  Duration startup_grace{};
};

using Form = std::variant<EventForm, CountForm, AllForm, SequenceForm, AggregateForm, SustainedForm,
                          SilenceForm, RollUpForm>;

/// The steps of a form that names them; nullptr: it has none.
inline const std::vector<Step>* named_steps(const Form& form) {
  if (const auto* all = std::get_if<AllForm>(&form)) return &all->steps;
  if (const auto* sequence = std::get_if<SequenceForm>(&form)) return &sequence->steps;
  return nullptr;
}

/// Text with `{{expr}}` holes. Pieces alternate: literal, hole, literal...
struct Template {
  struct Piece {
    std::string literal;
    cel::Program hole;  ///< empty: the piece is the literal
  };
  std::vector<Piece> pieces;
  std::string source;
};
struct LocalTemplate {
  Template en;
  Template zh;
};

struct Escalation {
  cel::Program when;  ///< over kFrameAlert, kFrameEvent, kFrameKey
  Severity severity{};
};

struct OrEvent {
  Pattern pattern;  ///< key_slots hold the slots of `identity`, not of for_each
};

struct Resolve {
  std::optional<Duration> quiet_for;
  std::optional<OrEvent> or_event;
  std::optional<Duration> after;
  std::optional<Duration> breaks_for;
  bool on_first_event = false;
};

struct Attached {
  std::string name;  ///< the expression's source
  cel::Program program;
};

/// Alerts that open within the calendar are written, and do not call anybody at full voice.
struct QuietHours {
  enum class Action : std::uint8_t {
    shadow,  ///< to the shadow topic
    lower,   ///< one severity lower, at least low; `escalate` may raise it again
  };
  std::uint32_t calendar = 0;  ///< index in RuleSet::calendars
  Action action{};
};

struct AlertSpec {
  std::vector<std::uint16_t> identity;  ///< indexes into Rule::for_each
  LocalTemplate summary;
  std::vector<Attached> attach;
  bool update_on_count = false;
  bool update_on_distinct = false;
  bool update_on_severity = false;
  bool update_on_every = false;
  Duration update_min_interval{1000};
  std::vector<Escalation> escalate;
  Resolve resolve;
  std::optional<Duration> rearm_after;  ///< empty: after_resolve
  std::optional<QuietHours> quiet_hours;
  std::string plan_id;
  std::string department;
};

enum class Mode : std::uint8_t { live, shadow, disabled };

struct Limits {
  std::uint32_t max_keys = 1'000'000;            ///< per rule
  std::uint32_t max_events_per_window = 10'000;  ///< kept per key
  std::uint32_t max_open_alerts = 100'000;       ///< per rule
  std::uint32_t max_evidence = 64;
  std::uint32_t max_distinct = 100'000;                    ///< values counted per alert
  std::uint32_t max_cost = cel::CompileLimits{}.max_cost;  ///< steps of all its expressions
  std::uint32_t max_regex_bytes = cel::CompileLimits{}.max_regex_bytes;
  std::uint32_t max_template_length = 2000;  ///< code points
};

/// The last value of something, per key: what `latest.NAME.*` reads.
struct LatestCell {
  enum class Missing : std::uint8_t {
    value,  ///< its fields read as `defaults`, or as unset
    no,     ///< a condition that reads it does not hold
    yes,    ///< ... holds
    error,  ///< ... is an error
  };
  struct Default {
    std::uint16_t slot = 0;
    OwnedValue value;
  };
  std::string name;
  Pattern pattern;
  Duration max_age{};
  Missing if_missing = Missing::value;
  std::vector<Default> defaults;
};
inline constexpr std::size_t kMaxLatest = 16;

/// A field of a cell that some expression reads: kFrameLatest, at its index in Rule::latest_reads.
struct LatestRead {
  std::uint16_t cell = 0;
  std::uint16_t slot = 0;
  bool operator==(const LatestRead&) const = default;
};

/// A rule's alerts as events of the type `alert.<rule>`: severity, state and count in the type's
/// first slots, the places of the opening event, the fields of `identity`.
struct AlertEvents {
  static constexpr std::uint16_t kSeverity = kCommonSlots;
  static constexpr std::uint16_t kState = kCommonSlots + 1;
  static constexpr std::uint16_t kCount = kCommonSlots + 2;
  static constexpr std::uint16_t kFirstField = kCommonSlots + 3;

  EventTypeId type{};
  std::string name;                           ///< "alert.smoke-single"
  std::vector<std::uint16_t> identity_slots;  ///< of AlertSpec::identity, in order
  std::optional<std::uint16_t> roll_up_slot;  ///< of what the alerts are rolled up by
};

/// A rule that suppresses the alerts of this one.
struct InhibitedBy {
  struct Alternative {
    EventTypeId opener{};
    std::vector<std::uint16_t> slots;  ///< of the inhibitor's identity, in the opening event
  };
  std::uint32_t rule = 0;  ///< index in the bundle
  std::vector<Alternative> alternatives;
};

/// Where a rule's alerts are rolled up.
struct RolledUp {
  std::uint32_t parent = 0;  ///< index in the bundle: a rule of the form RollUpForm
  struct Alternative {
    EventTypeId opener{};
    std::uint16_t slot = 0;  ///< of the parent's key, in the opening event
  };
  std::vector<Alternative> alternatives;
};

struct Rule {
  std::string name;
  LocalText title;
  std::string owner;
  std::string category;
  Severity severity{};
  Mode mode = Mode::live;
  std::vector<std::string> for_each;
  Form form;
  std::vector<LatestCell> latest;        ///< at most kMaxLatest
  std::vector<LatestRead> latest_reads;  ///< at most kMaxSlots
  AlertSpec alert;
  Limits limits;
  std::string
      version;  ///< "sha256:<hex>" of the rule's document text and what the bundle adds to it
  std::string match_hash;  ///< sha256 of what a structural edit changes: form kind, steps, for_each
  bool carry_firing = false;  ///< alerts outlive a structural edit that leaves `identity` alone
  std::uint32_t level = 0;    ///< the longest path of alert.*, inhibits and roll_up that ends here
  std::optional<AlertEvents> alert_events;  ///< if some rule hears its alerts
  std::vector<InhibitedBy> inhibited_by;    ///< in order of rules
  std::optional<RolledUp> rolled_up;
};

/// From bundle.yaml.
struct TypeSettings {
  Duration lateness{2000};
  Duration max_age{24 * 3600 * 1000LL};
  struct Repeat {
    std::vector<std::uint16_t> by_slots;
    Duration within{};
  };
  std::optional<Repeat> repeat;
};

struct RuleSet {
  std::vector<Rule> rules;                  ///< in order of name
  std::vector<TypeSettings> type_settings;  ///< by EventTypeId, one for every type of the
                                            ///< catalogue, then one for each of `alert_types`
  std::vector<std::uint32_t> alert_types;   ///< whose alerts: rules with alert_events, by type
  std::vector<Calendar> calendars;
  Duration historical_after{10 * 60 * 1000LL};
  std::string version;  ///< "sha256:<hex>" of the whole bundle
};

}  // namespace tocsin::rules
