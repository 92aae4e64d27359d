#include "rules/revision.h"

#include <array>

#include "core/digest.h"

namespace tocsin::rules {
namespace {

constexpr std::array<std::string AlertPlace::*, kLocKinds> kPlaceFields{
    &AlertPlace::city,  &AlertPlace::town, &AlertPlace::village,
    &AlertPlace::grid,  &AlertPlace::site, &AlertPlace::building,
    &AlertPlace::floor, &AlertPlace::zone, &AlertPlace::unit};

AlertPlace place_of(const Episode& episode) {
  AlertPlace place;
  for (std::size_t i = 0; i < kLocKinds; ++i) {
    const Value v = episode.opener.event->slot(static_cast<std::uint16_t>(kFirstLoc + i));
    if (v.is_set()) place.*kPlaceFields[i] = v.as_string();
  }
  if (episode.lat_lon) {
    place.lat = episode.lat_lon->first;
    place.lon = episode.lat_lon->second;
  }
  return place;
}

std::string text_or_empty(const Value& v) { return v.is_set() ? to_text(v) : std::string(); }

Evidence evidence_of(const Rule& rule, const Bound& bound) {
  const KeptEvent& event = *bound.event;
  Evidence evidence{.id = text_or_empty(event.slot(CommonSlot::id)),
                    .device_id = text_or_empty(event.slot(CommonSlot::device_id)),
                    .type = text_or_empty(event.slot(CommonSlot::type)),
                    .ts = event.ts(),
                    .values = {}};
  const auto* const alternative = alternative_for(pattern_of(rule.form, bound.step), event.type());
  if (alternative == nullptr) return evidence;
  evidence.values.reserve(alternative->reads.size());
  for (const Pattern::Read& read : alternative->reads) {
    const Value v = event.slot(read.slot);
    if (v.is_set()) evidence.values.emplace_back(read.name, OwnedValue(v));
  }
  return evidence;
}

std::string render(const Template& text, Turn& turn, RuleNotes& notes) {
  std::string out;
  for (const Template::Piece& piece : text.pieces) {
    if (piece.hole.empty()) {
      out += piece.literal;
      continue;
    }
    const cel::Outcome outcome = turn.evaluation.shown(piece.hole);
    if (!outcome.error) {
      out += to_text(outcome.value);
    } else if (*outcome.error == cel::EvalError::no_such_field) {
      out += "-";
    } else {
      out += "?";
      notes.error(*outcome.error);
    }
  }
  return out;
}

std::vector<NamedValue> named_key(const Rule& rule, const Episode& episode) {
  std::vector<NamedValue> key;
  std::vector<OwnedValue> values = decode_key(episode.key);
  for (std::size_t i = 0; i < values.size(); ++i) {
    key.emplace_back(rule.for_each[rule.alert.identity[i]], std::move(values[i]));
  }
  return key;
}

// `key.*` in full: what identity leaves out is the opener's.
std::vector<Value> key_frame(const Rule& rule, const Episode& episode) {
  std::vector<Value> frame(rule.for_each.size());
  const KeptEvent& event = *episode.opener.event;
  const auto* const alternative =
      alternative_for(pattern_of(rule.form, episode.opener.step), event.type());
  for (std::size_t i = 0; alternative != nullptr && i < frame.size(); ++i) {
    frame[i] = event.slot(alternative->key_slots[i]);
  }
  return frame;
}

void show_events(const Episode& episode, Turn& turn) {
  turn.evaluation.set_event(*episode.newest.event);
  for (const Bound& bound : episode.bound) turn.evaluation.set_step(bound.step, *bound.event);
}

void attach(AlertRevision& revision, const Rule& rule, Turn& turn, RuleNotes& notes) {
  for (const Attached& attached : rule.alert.attach) {
    const cel::Outcome outcome = turn.evaluation.shown(attached.program);
    if (outcome.error && *outcome.error != cel::EvalError::no_such_field) {
      notes.error(*outcome.error);
    }
    revision.attached.emplace_back(attached.name,
                                   outcome.error ? OwnedValue() : OwnedValue(outcome.value));
  }
}

void describe(AlertRevision& revision, const Rule& rule, const Episode& episode, Turn& turn,
              RuleNotes& notes) {
  const std::vector<Value> key = key_frame(rule, episode);
  show_events(episode, turn);
  turn.evaluation.set_key(key.data());
  show_alert(episode, turn);
  revision.summary = {.en = render(rule.alert.summary.en, turn, notes),
                      .zh = render(rule.alert.summary.zh, turn, notes)};
  attach(revision, rule, turn, notes);
  turn.evaluation.reset();

  revision.place = place_of(episode);
  revision.evidence.reserve(episode.evidence.size());
  for (const Bound& bound : episode.evidence) {
    revision.evidence.push_back(evidence_of(rule, bound));
  }
}

}  // namespace

std::string make_alert_id(std::string_view rule, const Episode& episode, std::uint64_t opener) {
  std::string bytes;
  append_key(bytes, Value::string(rule));
  append_key(bytes, Value::string(to_string(episode.kind)));
  append_key(bytes, Value::string(episode.key));
  append_key(bytes, Value::timestamp(episode.opened_at));
  append_key(bytes, Value::uint64(opener));
  return hash128_hex(bytes);
}

std::optional<std::pair<double, double>> position_of(const KeptEvent& event,
                                                     const Registry* registry) {
  if (registry == nullptr) return std::nullopt;
  for (std::size_t i = kFirstLoc + kLocKinds; i > kFirstLoc; --i) {
    const Value id = event.slot(static_cast<std::uint16_t>(i - 1));
    if (!id.is_set()) continue;
    const PlaceIndex place = registry->find_place(id.as_string());
    if (place == kNoIndex || !registry->place(place).has_position) continue;
    return std::pair(registry->place(place).lat, registry->place(place).lon);
  }
  return std::nullopt;
}

void show_alert(const Episode& episode, Turn& turn) {
  std::array<Value, kAlertVars> vars;
  vars[kVarCount] = Value::int64(static_cast<std::int64_t>(episode.count));
  vars[kVarDistinct] = Value::int64(static_cast<std::int64_t>(episode.distinct.size()));
  vars[kVarSeverity] = Value::string(to_string(episode.severity));
  vars[kVarOpenedAt] = Value::timestamp(episode.opened_at);
  vars[kVarAt] = Value::timestamp(turn.at);
  if (episode.measured) vars[kVarValue] = Value::float64(*episode.measured);
  turn.evaluation.set_alert(vars);
}

AlertRevision make_revision(const Rule& rule, const Episode& episode, AlertState state,
                            Reason reason, Turn& turn, RuleNotes& notes) {
  AlertRevision revision;
  revision.alert_id = episode.alert_id;
  revision.rule = rule.name;
  revision.kind = episode.kind;
  revision.rev = episode.rev;
  revision.state = state;
  revision.severity = episode.severity;
  revision.category = rule.category;
  revision.title = rule.title;
  revision.opened_at = episode.opened_at;
  revision.at = turn.at;
  revision.reason = reason;
  revision.count = episode.count;
  revision.distinct = episode.distinct.size();
  revision.evidence_dropped = episode.evidence_dropped;
  revision.rule_version = rule.version;
  revision.log_position = turn.log_position;
  revision.shadow = episode.shadow;
  revision.late = episode.late;
  revision.degraded = episode.degraded;
  revision.historical = episode.historical;
  revision.suppressed_by = episode.suppressed_by;
  revision.owner = rule.owner;
  revision.department = rule.alert.department;
  revision.plan_id = rule.alert.plan_id;
  revision.summary = episode.notice;
  if (episode.opener.event) {
    revision.key = named_key(rule, episode);
    describe(revision, rule, episode, turn, notes);
  }
  return revision;
}

}  // namespace tocsin::rules
