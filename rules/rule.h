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
#include "core/time.h"
#include "rules/calendar.h"
#include "rules/cel/cel.h"

namespace tocsin::rules {

/// Frames of every expression of a rule (cel::Input::frame).
enum Frame : std::uint8_t {
  kFrameEvent = 0,   ///< `e`, `loc`, `device`: the slots of the event under test
  kFrameKey = 1,     ///< `key.*`: by index in Rule::for_each
  kFrameAlert = 2,   ///< AlertVar, in templates and `escalate`
  kFrameLatest = 3,  ///< `latest.*`
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
  kAlertVars = 5,
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

using Form = std::variant<EventForm, CountForm, AllForm, SequenceForm, SilenceForm>;

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
  std::uint32_t max_distinct = 100'000;  ///< values counted per alert
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
  AlertSpec alert;
  Limits limits;
  std::string
      version;  ///< "sha256:<hex>" of the rule's document text and what the bundle adds to it
  std::string match_hash;  ///< sha256 of what a structural edit changes: form kind, steps, for_each
  std::uint32_t level = 0;
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
  std::vector<TypeSettings> type_settings;  ///< by EventTypeId, one for every type of the catalogue
  std::vector<Calendar> calendars;
  Duration historical_after{10 * 60 * 1000LL};
  std::string version;  ///< "sha256:<hex>" of the whole bundle
};

}  // namespace tocsin::rules
