// The reference model's rules, events and revisions as lines to read, for a case that failed.
#include <string_view>

#include "model.h"

namespace tocsin::model {
namespace {

std::string number(std::string_view name, std::optional<std::int64_t> value) {
  return value ? " " + std::string(name) + "=" + std::to_string(*value) : std::string();
}
std::string flag(std::string_view name, bool value) {
  return value ? " " + std::string(name) : std::string();
}

std::string to_string(std::string_view name, const Condition& condition) {
  std::string text = "\n  " + std::string(name) + ":";
  for (const std::string& type : condition.types) text += " " + type;
  return text + number("at_least", condition.min_level) + flag("divides", condition.divides) +
         flag("beats_last", condition.beats_last);
}

std::string to_string(const Absent& absent) {
  std::string text = to_string("absent", absent.condition) + number("within", absent.within) +
                     number("look_back", absent.look_back) + number("hold_max", absent.hold_max);
  text += number("source_step", static_cast<std::int64_t>(absent.source_step));
  text += flag("source=" + absent.gateway, !absent.gateway.empty());
  return text + number("if_source_down", static_cast<std::int64_t>(absent.if_source_down));
}

}  // namespace

std::string to_string(const Rule& rule) {
  static constexpr std::string_view kForms[] = {"event", "count", "all", "sequence", "aggregate"};
  std::string text = rule.name + ": " + std::string(kForms[static_cast<std::size_t>(rule.form)]);
  text += flag("by_zone", rule.by_zone) + number("within", rule.within);
  text += number("max_wait", rule.max_wait) + flag("keep_anchor", rule.keep_anchor);
  text += number("at_least", static_cast<std::int64_t>(rule.at_least));
  text += number("distinct", static_cast<std::int64_t>(rule.distinct));
  text += number("keep", static_cast<std::int64_t>(rule.keep)) + flag(rule.fn, !rule.fn.empty());
  text += number("max_events", static_cast<std::int64_t>(rule.max_events));
  text += flag("same_event", rule.same_event) + flag("same_zone", rule.same_zone);
  for (const Condition& step : rule.steps) text += to_string("step", step);
  if (rule.until) text += to_string("until", *rule.until);
  if (rule.absent) text += to_string(*rule.absent);
  if (rule.last) {
    text += to_string("last", rule.last->condition) + number("max_age", rule.last->max_age) +
            number("if_missing", static_cast<std::int64_t>(rule.last->if_missing));
  }
  if (rule.or_event) text += to_string("or_event", *rule.or_event);
  text += "\n  alert:" + number("quiet_for", rule.quiet_for) + number("after", rule.after);
  text += number("breaks_for", rule.breaks_for) + number("rearm", rule.rearm);
  return text + number("min_interval", rule.min_interval) + flag("on_count", rule.on_count) +
         flag("on_distinct", rule.on_distinct) + flag("on_every", rule.on_every);
}

std::string to_string(const Event& e) {
  std::string text = std::to_string(e.arr) + " #" + std::to_string(e.position) + " " + e.type;
  text += " " + e.device + " " + e.building + "/" + e.zone + flag(e.gateway, !e.gateway.empty());
  text += number("level", e.level) + number("ts", e.raw_ts) + flag("id=" + e.id, !e.id.empty());
  return text + flag("seq=" + std::to_string(e.seq.value_or(0)), e.seq.has_value());
}

std::string to_string(const Revision& r) {
  std::string text =
      std::to_string(r.at) + " " + r.rule + "[" + r.building + "] #" + std::to_string(r.rev);
  text += (r.firing ? " firing " : " resolved ") + r.reason + " " + r.severity;
  text += " opened=" + std::to_string(r.opened_at) + " count=" + std::to_string(r.count);
  text += " distinct=" + std::to_string(r.distinct) + " position=" + std::to_string(r.position);
  text += flag("late", r.late) + flag("historical", r.historical) + flag("degraded", r.degraded);
  text += " evidence=";
  for (const std::int64_t ts : r.evidence) text += std::to_string(ts) + ",";
  return text + " dropped=" + std::to_string(r.dropped);
}

}  // namespace tocsin::model
