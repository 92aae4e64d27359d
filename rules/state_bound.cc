#include "rules/state_bound.h"

#include <algorithm>

#include "rules/absences.h"
#include "rules/aggregate_matcher.h"
#include "rules/all_matcher.h"
#include "rules/count_matcher.h"
#include "rules/latest_cells.h"
#include "rules/roll_up_matcher.h"
#include "rules/sequence_matcher.h"
#include "rules/silence_matcher.h"
#include "rules/sustained_matcher.h"

namespace tocsin::rules {
namespace {

// glibc: a header of 8 bytes, chunks of multiples of 16, at least 32.
constexpr std::size_t heap_block(std::size_t bytes) {
  return std::max<std::size_t>((bytes + 8 + 15) / 16 * 16, 32);
}

// A flat set doubles at 7/8: just grown, 7 of 16 slots are taken. 15 slots share 16 bytes.
constexpr std::size_t kTableSlot = (sizeof(void*) * 15 + 16) * 16 / (15 * 7) + 1;

// A window's vector doubles, and up to half of what it holds may be dropped entries.
constexpr std::size_t kWindowEntry = 4 * sizeof(KeptEntry);

class Bounds {
 public:
  Bounds(const Rule& rule, const Catalogue& catalogue, const StateAllowance& allowance)
      : rule_(rule), catalogue_(catalogue), allowance_(allowance) {}

  StateBound operator()(const EventForm&) const { return {}; }

  StateBound operator()(const AggregateForm& form) const {
    StateBound bound = keyed(AggregateMatcher::state_bytes(), form.pattern);
    bound.per_partial = kept(form.pattern);
    bound.partials = rule_.limits.max_events_per_window;
    return bound;
  }

  // A run keeps its first sample and the newest that held, also_on the newest of all.
  StateBound operator()(const SustainedForm& form) const {
    const std::size_t events = form.also_on ? 3 : 2;
    StateBound bound = keyed(SustainedMatcher::state_bytes(), form.pattern);
    bound.per_key += heap_block(SustainedMatcher::run_bytes()) + kTimerNode +
                     text_block(key_bytes(form.pattern, false)) +
                     text_block(key_bytes(form.pattern, true)) + events * event(form.pattern);
    return bound;
  }

  // A key is a device of the registry.
  StateBound operator()(const SilenceForm& form) const {
    StateBound bound;
    bound.per_key = SilenceMatcher::device_bytes() + 2 * key_bytes(form.signs, false);
    bound.keys = rule_.limits.max_keys;
    return bound;
  }

  // Its partials are open alerts of another rule, which bounds them.
  StateBound operator()(const RollUpForm& form) const {
    StateBound bound = keyed(RollUpMatcher::state_bytes(), form.pattern);
    bound.per_partial = heap_block(RollUpMatcher::child_bytes()) +
                        text_block(key_bytes(form.pattern, false)) + event(form.pattern);
    bound.partials = rule_.limits.max_open_alerts;
    return bound;
  }

  StateBound operator()(const CountForm& form) const {
    StateBound bound = keyed(CountMatcher::state_bytes(), form.pattern);
    bound.per_partial = kept(form.pattern);
    bound.partials = rule_.limits.max_events_per_window;
    return bound;
  }

  StateBound operator()(const AllForm& form) const {
    StateBound bound = keyed(AllMatcher::state_bytes() + windows(form.steps), steps_first(form));
    bound.per_partial = kept_of(form.steps);
    bound.partials = std::uint64_t{form.keep} * form.steps.size();
    return bound;
  }

  StateBound operator()(const SequenceForm& form) const {
    StateBound bound =
        keyed(SequenceMatcher::state_bytes() + windows(form.steps), steps_first(form));
    const std::uint64_t per_step =
        form.join.empty() ? rule_.limits.max_events_per_window : form.keep;
    bound.per_partial = kept_of(form.steps);
    bound.partials = form.steps.size() > 1 ? per_step * form.steps.size() : 0;
    if (form.until) {
      bound.per_partial = std::max(bound.per_partial, kept(*form.until));
      bound.partials += rule_.limits.max_events_per_window;
    }
    if (form.absent) add_absence(form, bound);
    return bound;
  }

  // The cells of `latest`, under keys of their own.
  void add_latest(StateBound& bound) const {
    if (rule_.latest.empty()) return;
    std::size_t cells = heap_block(2 * rule_.latest.size() * LatestCells::cell_bytes());
    for (const LatestCell& cell : rule_.latest) cells += event(cell.pattern);
    const StateBound of = keyed(LatestCells::state_bytes(), rule_.latest.front().pattern);
    bound.per_key += of.per_key + cells;
    bound.keys = of.keys;
  }

 private:
  template <class Stepped>
  static const Pattern& steps_first(const Stepped& form) {
    return form.steps.front().pattern;
  }

  StateBound keyed(std::size_t state, const Pattern& pattern) const {
    StateBound bound;
    bound.per_key = heap_block(state) + text_block(key_bytes(pattern, false)) + kTableSlot;
    if (rule_.alert.identity.size() < rule_.for_each.size()) {
      bound.per_key +=
          heap_block(sizeof(KeyGroup)) + text_block(key_bytes(pattern, true)) + kTableSlot;
    }
    bound.keys = rule_.limits.max_keys;
    return bound;
  }

  void add_absence(const SequenceForm& form, StateBound& bound) const {
    const Pattern& first = steps_first(form);
    bound.per_key += heap_block(sizeof(Absences)) + text_block(key_bytes(first, false)) +
                     text_block(key_bytes(first, true));
    bound.per_partial = std::max(bound.per_partial, kept(form.absent->pattern));
    bound.partials += rule_.limits.max_events_per_window;
    bound.per_pending = heap_block(sizeof(PendingAbsence)) + text_block(allowance_.text_bytes) +
                        heap_block(2 * form.steps.size() * sizeof(Bound)) +
                        4 * sizeof(PendingAbsence*) + kTimerNode +
                        form.steps.size() * event_of(form.steps);
    bound.pending = form.keep;
  }

  static constexpr std::size_t kTimerNode = 2 * (sizeof(Timestamp) + sizeof(Timer*));

  static std::size_t windows(const std::vector<Step>& steps) {
    return heap_block(steps.size() * sizeof(KeptWindow));
  }

  static std::size_t text_block(std::size_t chars) {
    return chars <= std::string().capacity() ? 0 : heap_block(chars + 1);
  }

  // See key.h.
  std::size_t key_bytes(const Pattern& pattern, bool identity) const {
    std::size_t bytes = 0;
    const auto& slots = pattern.alternatives.front().key_slots;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (identity && std::ranges::find(rule_.alert.identity, i) == rule_.alert.identity.end())
        continue;
      const ValueKind kind = field(pattern.alternatives.front().type, slots[i]).kind;
      const std::size_t text = 1 + allowance_.text_bytes + 2;
      bytes += kind == ValueKind::string ? text
               : kind == ValueKind::list ? 5 + allowance_.list_items * text
                                         : 1 + sizeof(Value);
    }
    return bytes;
  }

  // Numbered after the types of the catalogue; what fields an identity adds is not known here.
  static constexpr std::size_t kAlertFields = 8;
  static constexpr auto kSomeText = static_cast<std::size_t>(CommonSlot::device_id);
  bool is_alert(EventTypeId type) const {
    return static_cast<std::size_t>(type) >= catalogue_.types().size();
  }

  const FieldSpec& field(EventTypeId type, std::uint16_t slot) const {
    const bool known = slot >= kCommonSlots && !is_alert(type);
    return known ? catalogue_.type(type).fields[slot - kCommonSlots]
                 : common_fields()[slot < kCommonSlots ? slot : kSomeText];
  }

  std::size_t kept_of(const std::vector<Step>& steps) const {
    return kWindowEntry + event_of(steps);
  }
  std::size_t event_of(const std::vector<Step>& steps) const {
    std::size_t most = 0;
    for (const Step& step : steps) most = std::max(most, event(step.pattern));
    return most;
  }
  std::size_t kept(const Pattern& pattern) const { return kWindowEntry + event(pattern); }

  // With every slot set.
  std::size_t event(const Pattern& pattern) const {
    std::size_t most = 0;
    for (const Pattern::Alternative& alternative : pattern.alternatives) {
      std::size_t values = 0;
      std::size_t chars = 0;
      const auto add = [&](const FieldSpec& spec) {
        const bool list = spec.kind == ValueKind::list;
        const std::size_t items = list ? allowance_.list_items : 0;
        const ValueKind kind = list ? spec.element : spec.kind;
        values += 1 + items;
        if (kind == ValueKind::string) chars += (list ? items : 1) * allowance_.text_bytes;
      };
      std::ranges::for_each(common_fields(), add);
      if (is_alert(alternative.type)) {
        values += kAlertFields;
        chars += kAlertFields * allowance_.text_bytes;
      } else {
        std::ranges::for_each(catalogue_.type(alternative.type).fields, add);
      }
      most = std::max(most, heap_block(KeptEvent::bytes(values, chars)));
    }
    return most;
  }

  const Rule& rule_;
  const Catalogue& catalogue_;
  const StateAllowance& allowance_;
};

}  // namespace

StateBound state_bound(const Rule& rule, const Catalogue& catalogue,
                       const StateAllowance& allowance) {
  const Bounds bounds(rule, catalogue, allowance);
  StateBound bound = std::visit(bounds, rule.form);
  bounds.add_latest(bound);
  return bound;
}

}  // namespace tocsin::rules
