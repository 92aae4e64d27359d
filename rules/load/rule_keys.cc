#include "rules/load/rule_keys.h"

namespace tocsin::rules {
namespace {

using yaml::KeySpec;
using enum yaml::Presence;
using enum yaml::ValueType;

constexpr std::array kParamKeys{
    KeySpec{"value", required, other, "number, duration, text, true/false, or a list of one kind"},
    KeySpec{"unit", optional, text, "for people: %/m, mg/m3"},
    KeySpec{"min", optional, other, "the smallest value that makes sense"},
    KeySpec{"max", optional, other, "the largest value that makes sense"},
};

constexpr std::array kEventKeys{
    KeySpec{"event", required, text_or_texts, "event type, or a list of types"},
    KeySpec{"where", optional, expression,
            "condition on the event; left out: every event of the type"},
};

constexpr std::array kCountKeys{
    KeySpec{"event", required, text_or_texts, "event type, or a list of types"},
    KeySpec{"where", optional, expression,
            "condition on the event; left out: every event of the type"},
    KeySpec{"at_least", required, integer, "how many events, or distinct values, make a match"},
    KeySpec{"within", required, duration, "length of the sliding window, both ends included"},
    KeySpec{"distinct", optional, texts,
            "fields whose distinct values are counted instead of events"},
};

constexpr std::array kAllKeys{
    KeySpec{"steps",
            required,
            named_maps,
            "name: {event, where}, two or more, in any order of time",
            {},
            kEventKeys},
    KeySpec{"within", required, duration, "longest time between the first and the last event"},
    KeySpec{"join", optional, expression,
            "condition over the steps, by name: smoke.loc.zone == flame.loc.zone"},
    KeySpec{"keep", optional, integer, "candidates kept per step and key; default 8"},
    KeySpec{"same_event", optional, boolean,
            "one event may stand for several steps; default false"},
};

constexpr std::array kAbsentKeys{
    KeySpec{"event", required, text_or_texts, "event type, or a list of types"},
    KeySpec{"where", optional, expression,
            "condition on the event; left out: every event of the type"},
    KeySpec{"within", required, duration, "how long after the last step it must not happen"},
    KeySpec{"look_back", optional, duration, "how long before the last step it counts; default 0s"},
    KeySpec{"source", optional, text,
            "whose gateway must be up for the verdict: a step, or a gateway's id; default the last "
            "step"},
    KeySpec{"if_source_down", optional, word, "when that gateway is down; default hold",
            kSourceDownWords},
    KeySpec{"hold_max", optional, duration, "longest wait for the gateway; default 10m"},
};

constexpr std::array kSequenceKeys{
    KeySpec{"steps",
            required,
            steps,
            "a list of name: {event, where}, in their order of time",
            {},
            kEventKeys},
    KeySpec{"within", optional, duration, "longest time between the first and the last event"},
    KeySpec{"max_wait", optional, duration,
            "without within: how long an event is kept for the steps after it; default 24h"},
    KeySpec{"join", optional, expression,
            "condition over the steps, by name: door.device_id == card.device_id"},
    KeySpec{"until", optional, map, "must not lie between the steps", {}, kEventKeys},
    KeySpec{"after_match", optional, word, "reset (default): the steps begin anew",
            kAfterMatchWords},
    KeySpec{"keep", optional, integer,
            "candidates per step and key under a join, and pending absences per key; default 8"},
    KeySpec{"absent", optional, map, "what must not follow the steps", {}, kAbsentKeys},
};

constexpr std::array kAggregateKeys{
    KeySpec{"event", required, text_or_texts, "event type, or a list of types"},
    KeySpec{"where", optional, expression,
            "condition on the event; left out: every event of the type"},
    KeySpec{"value", optional, expression,
            "the number of an event: e.mg_m3; required but for fn: count"},
    KeySpec{"fn", required, word,
            "what is made of the numbers; rate: their sum per second of window; p50, p95: nearest "
            "rank",
            kFnWords},
    KeySpec{"window", required, duration,
            "the events this long before the newest one, the start not included"},
    KeySpec{"min_samples", optional, integer, "with fewer events nothing is decided; default 1"},
    KeySpec{"over", optional, threshold,
            "a match above it: a number, or an expression over params"},
    KeySpec{"under", optional, threshold, "a match below it; exactly one of over, under"},
    KeySpec{"clear", optional, threshold,
            "reaching it on the way back breaks the condition; default the same threshold"},
};

constexpr std::array kSustainedKeys{
    KeySpec{"event", required, text_or_texts, "the samples: event type, or a list of types"},
    KeySpec{"where", optional, expression,
            "which of them are samples; left out: every event of the type"},
    KeySpec{"holds", required, expression, "the condition that must last"},
    KeySpec{"breaks", optional, expression,
            "what ends it; default: whatever does not hold. What does neither changes nothing"},
    KeySpec{"for", required, duration, "how long it must hold"},
    KeySpec{"max_gap", required, duration, "longest time between two samples that counts in full"},
    KeySpec{"on_gap", optional, word,
            "over max_gap: pause (default) counts nothing, break ends it, hold counts it in full "
            "once the next sample is there",
            kOnGapWords},
    KeySpec{"min_samples", optional, integer, "fewest samples of a match; default 1"},
    KeySpec{"also_on", optional, text_or_texts,
            "other types whose events make the newest sample be judged again, with latest.*"},
};

constexpr std::array kLatestKeys{
    KeySpec{"event", required, text_or_texts, "event type, or a list of types"},
    KeySpec{"where", optional, expression,
            "condition on the event; left out: every event of the type"},
    KeySpec{"max_age", required, duration, "an older value is none"},
    KeySpec{"if_missing", optional, other,
            "unset (default): its fields read as unset; {field: value}: as these; false, true, "
            "error: that is what a condition comes to that reads it"},
};

constexpr std::array kPopulationKeys{
    KeySpec{"kind", required, text_or_texts, "kind of device in the registry, or a list of kinds"},
    KeySpec{"where", optional, expression,
            "condition on the device: device.*, loc.*; left out: every device of the kind"},
};

constexpr std::array kSilenceKeys{
    KeySpec{"population",
            required,
            map,
            "the devices of the registry that are watched",
            {},
            kPopulationKeys},
    KeySpec{"any_of", required, texts, "event types that are signs of life"},
    KeySpec{"interval", optional, duration, "how often a device is to be heard"},
    KeySpec{"interval_field", optional, word,
            "instead of interval: the registry's field that says it, in seconds", kIntervalWords},
    KeySpec{"missed", required, integer, "silent after this many intervals"},
    KeySpec{"jitter", optional, number, "a share of the wait that is added, 0 to 1; default 0"},
    KeySpec{"startup_grace", optional, duration,
            "added for a device that was never heard; default 0s"},
};

constexpr std::array kMatchKeys{
    KeySpec{"event", optional, map, "every event that satisfies it is a match", {}, kEventKeys},
    KeySpec{"count", optional, map, "enough events within a time", {}, kCountKeys},
    KeySpec{
        "all", optional, map, "one event for each step within a time, in any order", {}, kAllKeys},
    KeySpec{"sequence",
            optional,
            map,
            "one event for each step in the order of time, then perhaps an absence",
            {},
            kSequenceKeys},
    KeySpec{"aggregate",
            optional,
            map,
            "one number made of a window, against a threshold",
            {},
            kAggregateKeys},
    KeySpec{"sustained", optional, map, "a condition that holds for a time", {}, kSustainedKeys},
    KeySpec{"silence", optional, map, "a device that gives no sign of life", {}, kSilenceKeys},
};

constexpr std::array kEscalateKeys{
    KeySpec{"when", required, expression,
            "condition over count, distinct, severity, opened_at, at, e, key, params"},
    KeySpec{"severity", required, word, "raised to this; never lowered", kSeverityWords},
};

constexpr std::array kResolveKeys{
    KeySpec{"quiet_for", optional, duration, "this long without a contributing event"},
    KeySpec{"or_event", optional, map, "an event with the same identity", {}, kEventKeys},
    KeySpec{"after", optional, duration, "this long after opening"},
    KeySpec{"breaks_for", optional, duration,
            "this long after the condition broke, if it did not hold again; of aggregate and "
            "sustained"},
    KeySpec{"on_first_event", optional, boolean,
            "of silence: when every silent device of the alert is heard again"},
};

constexpr std::array kRearmKeys{
    KeySpec{"after", required, duration,
            "no new alert of this identity for this long after a resolve"},
};

constexpr std::array kQuietHoursKeys{
    KeySpec{"calendar", required, text, "a calendar of bundle.yaml; asked as the alert opens"},
    KeySpec{"action", required, word, "shadow: to the shadow topic; lower: one severity lower",
            kQuietWords},
};

constexpr std::array kRollUpWhenKeys{
    KeySpec{"at_least", optional, integer, "so many firing alerts; or share"},
    KeySpec{"share", optional, other,
            "so large a part of the registered devices or places there, 0.3 for 30 %"},
    KeySpec{"within", required, duration, "the alerts that make it open have opened within this"},
};

constexpr std::array kRollUpKeys{
    KeySpec{"by", required, text, "the field whose values gather the alerts: loc.village"},
    KeySpec{"when", required, map, "how many make it open", {}, kRollUpWhenKeys},
    KeySpec{"as", required, text, "the rule's name on the alert above: a-z 0-9 -"},
    KeySpec{"severity", optional, word, "of the alert above; default the rule's own",
            kSeverityWords},
};

constexpr std::array kAlertKeys{
    KeySpec{"identity", optional, texts,
            "what one alert is about: a part of for_each; default all of it"},
    KeySpec{"summary", optional, local_text, "text with {{expressions}}; default the title"},
    KeySpec{"attach", optional, expressions, "values sent along with the alert"},
    KeySpec{"update_on", optional, yaml::ValueType::words, "what changes make a revision",
            kUpdateWords},
    KeySpec{"update_min_interval", optional, duration,
            "least time between two revisions; default 1s"},
    KeySpec{"escalate",
            optional,
            maps,
            "raise the severity while the alert is open",
            {},
            kEscalateKeys},
    KeySpec{
        "resolve", optional, map, "what ends the alert; default quiet_for: 10m", {}, kResolveKeys},
    KeySpec{"rearm", optional, other, "after_resolve (default), or {after: 30m}"},
    KeySpec{"plan_id", optional, text, "emergency plan the duty officer opens"},
    KeySpec{"department", optional, text, "who handles it"},
    KeySpec{"quiet_hours",
            optional,
            map,
            "when its alerts do not call anybody at full voice",
            {},
            kQuietHoursKeys},
    KeySpec{"inhibits", optional, texts,
            "rules whose alerts at the same place or within it are suppressed while this one's "
            "are open"},
    KeySpec{
        "roll_up", optional, map, "one alert for many of this rule at one place", {}, kRollUpKeys},
};

constexpr std::array kLimitKeys{
    KeySpec{"max_keys", optional, integer, "keys with state, per rule; default 1000000"},
    KeySpec{"max_events_per_window", optional, integer, "events kept per key; default 10000"},
    KeySpec{"max_open_alerts", optional, integer, "open alerts per rule; default 100000"},
    KeySpec{"max_evidence", optional, integer, "events listed in an alert; default 64"},
    KeySpec{"max_distinct", optional, integer, "distinct values counted per alert; default 100000"},
    KeySpec{"max_cost", optional, integer, "steps of all expressions of a rule; default 10000"},
    KeySpec{"max_regex_bytes", optional, integer, "of one regular expression; default 256"},
    KeySpec{"max_template_length", optional, integer, "characters of a summary; default 2000"},
};

constexpr std::array kTestDeviceKeys{
    KeySpec{"device_id", required, text, "as events name it"},
    KeySpec{"kind", required, text, "kind of device"},
    KeySpec{"gateway", optional, text, "the gateway it stands behind"},
    KeySpec{"heartbeat_interval_s", optional, integer, "how often it is to be heard, in seconds"},
    KeySpec{"loc.city", optional, text, "place id"},
    KeySpec{"loc.town", optional, text, "place id"},
    KeySpec{"loc.village", optional, text, "place id"},
    KeySpec{"loc.grid", optional, text, "place id"},
    KeySpec{"loc.site", optional, text, "place id"},
    KeySpec{"loc.building", optional, text, "place id"},
    KeySpec{"loc.floor", optional, text, "place id"},
    KeySpec{"loc.zone", optional, text, "place id"},
    KeySpec{"loc.unit", optional, text, "place id"},
};

constexpr std::array kTestKeys{
    KeySpec{"name", required, text, "what the test claims"},
    KeySpec{"registry",
            optional,
            maps,
            "the devices there are; default those of the registry given to tocsin test",
            {},
            kTestDeviceKeys},
    KeySpec{"given", required, maps, "events and engine records, each with t"},
    KeySpec{"expect", required, maps,
            "every revision of the rule, in order, with the fields you care about"},
    KeySpec{"must_reach", optional, text,
            "evaluated, pending, or a step's name: required with expect: []"},
};

constexpr std::array kRuleKeys{
    KeySpec{"format", required, word, "tocsin/1", std::span(&kFormat, 1)},
    KeySpec{"rule", required, text, "name, unique in the bundle: a-z 0-9 -"},
    KeySpec{"title", optional, local_text, "one line for people; default the name"},
    KeySpec{"owner", optional, text, "who answers for the rule"},
    KeySpec{"severity", required, word, "of the alert when it opens", kSeverityWords},
    KeySpec{"category", optional, text, "fire, security, ...; fire may not lower limits"},
    KeySpec{"mode", optional, word, "default live; shadow alerts go to their own topic",
            kModeWords},
    KeySpec{"for_each", required, texts,
            "event fields that make the key: each key has its own state"},
    KeySpec{"params", optional, named_maps, "numbers to tune, read as params.NAME", {}, kParamKeys},
    KeySpec{"latest",
            optional,
            named_maps,
            "last values per key, read as latest.NAME.FIELD",
            {},
            kLatestKeys},
    KeySpec{"match", required, map, "exactly one form", {}, kMatchKeys},
    KeySpec{"alert", optional, map, "what is said and when it ends", {}, kAlertKeys},
    KeySpec{"limits", optional, map, "bounds of this rule's memory", {}, kLimitKeys},
    KeySpec{"tests", optional, maps, "run by tocsin test", {}, kTestKeys},
    KeySpec{"carry", optional, word,
            "firing: open alerts go on when the rule's structure is edited; default: they resolve",
            kCarryWords},
};

constexpr std::array kTestFileKeys{
    KeySpec{"format", optional, word, "tocsin/1", std::span(&kFormat, 1)},
    KeySpec{"rule", required, text, "the rule under test"},
    KeySpec{"tests", required, maps, "run by tocsin test", {}, kTestKeys},
};

constexpr std::array kRepeatKeys{
    KeySpec{"by", required, texts, "fields that make two events the same report"},
    KeySpec{"within", required, duration, "a report this soon after the last one is a repetition"},
};

constexpr std::array kEventTypeKeys{
    KeySpec{"lateness", optional, duration,
            "arrival this long after its own time makes an event late; default 2s"},
    KeySpec{"max_age", optional, duration,
            "an own time older than this is not believed; default 24h"},
    KeySpec{"repeat", optional, map, "reports of something that goes on", {}, kRepeatKeys},
};

constexpr std::array kCalendarKeys{
    KeySpec{"days", optional, words, "days the span begins on; default every day", kDayWords},
    KeySpec{"from", optional, text, "HH:MM, included; default 00:00"},
    KeySpec{"to", optional, text, "HH:MM, excluded; default 24:00; not after from: the next day"},
    KeySpec{"zone", required, text, "tz name or offset: Asia/Shanghai, +08:00"},
};

constexpr std::array kBundleKeys{
    KeySpec{"format", optional, word, "tocsin/1", std::span(&kFormat, 1)},
    KeySpec{"event_types", optional, named_maps, "settings by event type", {}, kEventTypeKeys},
    KeySpec{"conditions", optional, named_texts, "named conditions, for use in where"},
    KeySpec{"limits", optional, map, "bounds for every rule", {}, kLimitKeys},
    KeySpec{"historical_after", optional, duration,
            "an alert whose newest event is older is historical; default 10m"},
    KeySpec{"calendars",
            optional,
            named_lists,
            "spans of the week by name: nights, office hours",
            {},
            kCalendarKeys},
};

constexpr std::array kLimitSpecs{
    LimitSpec{"max_keys", &Limits::max_keys, 100'000'000},
    LimitSpec{"max_events_per_window", &Limits::max_events_per_window, 10'000'000},
    LimitSpec{"max_open_alerts", &Limits::max_open_alerts, 10'000'000},
    LimitSpec{"max_evidence", &Limits::max_evidence, 1000},
    LimitSpec{"max_distinct", &Limits::max_distinct, 10'000'000},
    LimitSpec{"max_cost", &Limits::max_cost, 1'000'000},
    LimitSpec{"max_regex_bytes", &Limits::max_regex_bytes, 2048},
    LimitSpec{"max_template_length", &Limits::max_template_length, 20'000},
};

}  // namespace

Keys rule_keys() { return kRuleKeys; }
Keys param_keys() { return kParamKeys; }
Keys match_keys() { return kMatchKeys; }
Keys event_keys() { return kEventKeys; }
Keys count_keys() { return kCountKeys; }
Keys all_keys() { return kAllKeys; }
Keys sequence_keys() { return kSequenceKeys; }
Keys absent_keys() { return kAbsentKeys; }
Keys aggregate_keys() { return kAggregateKeys; }
Keys sustained_keys() { return kSustainedKeys; }
Keys latest_keys() { return kLatestKeys; }
Keys silence_keys() { return kSilenceKeys; }
Keys population_keys() { return kPopulationKeys; }
Keys alert_keys() { return kAlertKeys; }
Keys escalate_keys() { return kEscalateKeys; }
Keys resolve_keys() { return kResolveKeys; }
Keys rearm_keys() { return kRearmKeys; }
Keys limit_keys() { return kLimitKeys; }
Keys test_keys() { return kTestKeys; }
Keys test_device_keys() { return kTestDeviceKeys; }
Keys test_file_keys() { return kTestFileKeys; }
Keys bundle_keys() { return kBundleKeys; }
Keys event_type_keys() { return kEventTypeKeys; }
Keys repeat_keys() { return kRepeatKeys; }
Keys calendar_keys() { return kCalendarKeys; }
Keys quiet_hours_keys() { return kQuietHoursKeys; }
Keys roll_up_keys() { return kRollUpKeys; }
Keys roll_up_when_keys() { return kRollUpWhenKeys; }
std::span<const LimitSpec> limit_specs() { return kLimitSpecs; }

}  // namespace tocsin::rules
