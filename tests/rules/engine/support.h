#pragma once
/// What the engine's tests share: a small catalogue, events as plain structs, rules in a few lines.
/// No loader and no decoder, so that a failure here is the engine's.
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/engine.h"

namespace tocsin::rules::test {

enum Type : std::uint16_t { kSmoke = 0, kFlame = 1, kPanel = 2, kGate = 3, kTypes = 4 };
std::string_view type_name(Type type);
/// The alerts of the rule with that index in a bundle made by levels().
Type alerts_of(std::size_t rule);

/// Slots of the types' own fields; every type has all of them.
inline constexpr std::uint16_t kLevel = kCommonSlots;        // int
inline constexpr std::uint16_t kDivisor = kCommonSlots + 1;  // int
inline constexpr std::uint16_t kOp = kCommonSlots + 2;       // string

constexpr std::uint16_t slot_of(CommonSlot s) { return static_cast<std::uint16_t>(s); }
inline constexpr std::uint16_t kDevice = slot_of(CommonSlot::device_id);
inline constexpr std::uint16_t kBuilding = slot_of(CommonSlot::building);
inline constexpr std::uint16_t kZone = slot_of(CommonSlot::zone);

inline constexpr std::int64_t kS = 1000;
inline constexpr std::int64_t kMin = 60 * kS;

struct TestEvent {
  Type type = kSmoke;
  std::int64_t arr = 0;
  std::optional<std::int64_t> ts = {};  ///< unset: as arr, and said so by the device
  bool without_ts = false;
  std::string device = "D1";
  std::string id = {};
  std::optional<std::uint64_t> seq = {};
  std::string building = "B1";  ///< empty: unset
  std::string zone = "Z1";
  std::optional<std::int64_t> level = 3;
  std::optional<std::int64_t> divisor = {};
  std::string op = {};
  std::string gateway = {};
};

/// "D" and 7: "D7".
std::string name(std::string_view prefix, std::int64_t number);

/// The event as the decoder would hand it over; points into `from`.
Event make_event(const TestEvent& from, std::uint64_t position);

/// A condition over e.level, e.divisor, e.op, e.device_id, e.zone, key.k0.., step names a..d
/// (a.level, a.zone, a.device_id), count, distinct, severity, value; of a rule's first `latest`:
/// last.op, last.level.
cel::Program compile(std::string_view source);
/// A number over the same names.
cel::Program compile_number(std::string_view source);
/// Text with {{holes}}.
Template text(std::string_view source);

struct On {
  std::initializer_list<Type> types;
  std::string_view where = "";
};
/// Keyed by `keys` (slots).
Pattern pattern(const On& on, const std::vector<std::uint16_t>& keys,
                const std::vector<std::uint16_t>& distinct = {});

/// A rule keyed by building (or `keys`), resolving after 10 quiet minutes; the caller adds a form.
Rule base_rule(std::string name, std::vector<std::uint16_t> keys = {kBuilding});
Rule event_rule(std::string name, const On& on);
Rule count_rule(std::string name, const On& on, std::uint32_t at_least, std::int64_t within,
                bool distinct_devices = false);
/// Steps are named a, b, c, d.
Rule all_rule(std::string name, const std::vector<On>& steps, std::int64_t within,
              std::string_view join = "");
/// Steps are named a, b, c, d. Without a window: `within` < 0.
Rule sequence_rule(std::string name, const std::vector<On>& steps, std::int64_t within,
                   std::string_view join = "");
/// Over e.level, or `value`.
Rule aggregate_rule(std::string name, const On& on, AggregateForm form,
                    std::string_view value = "e.level");
Rule sustained_rule(std::string name, const On& on, SustainedForm form, std::string_view holds,
                    std::string_view breaks);
SequenceForm& sequence_of(Rule& rule);
/// The rule's sequence, and then none of `on` for `within`.
Absence& then_absent(Rule& rule, const On& on, std::int64_t within, std::int64_t look_back = 0);
void resolve_on(Rule& rule, const On& on);

std::shared_ptr<RuleSet> bundle(std::vector<Rule> rules);
/// The same, and every rule's alerts are events: of alerts_of(index).
std::shared_ptr<RuleSet> levels(std::vector<Rule> rules);
/// A rule above the alerts of rules[child], rolled up by the child's first key field. It stands
/// last in the bundle.
void roll_up(std::vector<Rule>& rules, std::size_t child, std::string name, std::uint32_t at_least,
             std::int64_t within);
/// The alerts of `rule` are suppressed by those of rules[by].
void inhibit(Rule& rule, const std::vector<Rule>& rules, std::uint32_t by);

/// Adds the cell `last` to a rule keyed by building.
LatestCell& add_latest(Rule& rule, const On& on, std::int64_t max_age);

/// So many steps of a Session, and another engine goes on from the first one's state; 0: never.
inline int state_every = 0;

/// An engine with what it said so far.
class Session {
 public:
  explicit Session(std::shared_ptr<const RuleSet> rules, EngineOptions options = {})
      : Session(std::move(rules), nullptr, options) {}
  Session(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const Registry> registry,
          EngineOptions options = {})
      : rules_(std::move(rules)),
        registry_(std::move(registry)),
        options_(options),
        engine_(rules_, registry_, options_) {}
  explicit Session(Rule rule) : Session(bundle({std::move(rule)})) {}

  Verdict apply(const TestEvent& event);
  void apply_all(const std::vector<TestEvent>& events);
  void advance(std::int64_t to) { engine().advance(from_unix_ms(to), said_); }
  std::size_t close(const CloseCommand& command, std::int64_t at) {
    return engine().close(command, from_unix_ms(at), said_);
  }
  void gateway(const std::string& id, bool up, std::int64_t at) {
    engine().gateway(id, up, from_unix_ms(at), said_);
  }
  void outage(std::int64_t down, std::int64_t up) {
    engine().outage(from_unix_ms(down), from_unix_ms(up), said_);
  }
  void run_out() { engine().run_out(said_); }
  void reload(std::shared_ptr<const RuleSet> rules, std::int64_t at) {
    engine().reload(rules, from_unix_ms(at), said_);
    rules_ = std::move(rules);
  }

  void set_registry(std::shared_ptr<const Registry> registry, std::int64_t at) {
    engine().set_registry(registry, from_unix_ms(at), said_);
    registry_ = std::move(registry);
  }

  Engine& engine();
  const std::vector<AlertRevision>& said() const { return said_; }
  /// What was said since the last call, one line each: see line_of.
  std::vector<std::string> lines();
  const RuleCounters& counters(std::size_t rule = 0) const { return engine_.counters(rule); }

 private:
  std::shared_ptr<const RuleSet> rules_;
  std::shared_ptr<const Registry> registry_;
  EngineOptions options_;
  Engine engine_;
  int steps_ = 0;
  std::uint64_t position_ = 0;
  std::vector<AlertRevision> said_;
  std::size_t told_ = 0;
};

/// "41000 smoke[B1] #1 firing matched high count=2 distinct=2", perhaps " suppressed"; other kinds
/// stand before the rule.
std::string line_of(const AlertRevision& revision);

}  // namespace tocsin::rules::test
