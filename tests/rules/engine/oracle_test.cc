// The engine against the reference model: the same random rules and streams, the same revisions.
//
// The engine is told to advance at random moments, too; the model is not, because ticks must change
// nothing.
#include "oracle.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <map>

#include "model.h"
#include "support.h"

namespace tocsin::rules::test {
namespace {

// --- random rules

constexpr std::int64_t kWithin = 10'000;

model::Condition random_condition(Dice& dice) {
  model::Condition condition;
  condition.types.insert(std::string(type_name(dice.chance(70) ? kSmoke : kFlame)));
  if (dice.chance(30)) condition.types.insert(std::string(type_name(kGate)));
  if (dice.chance(50)) condition.min_level = dice.below(4);
  condition.divides = dice.chance(20);
  return condition;
}

void random_episode(Dice& dice, model::Rule& rule) {
  if (dice.chance(85)) rule.quiet_for = dice.one_of<std::int64_t>({0, 1, 3'000, 15'000, 40'000});
  if (dice.chance(30)) rule.after = dice.one_of<std::int64_t>({0, 3'000, 15'000, 30'000});
  if (dice.chance(50)) {
    rule.or_event = model::Condition{{std::string(type_name(kPanel))}, {}, false};
    if (dice.chance(30)) rule.or_event->types.insert(std::string(type_name(kSmoke)));
    if (dice.chance(30)) rule.or_event->min_level = 2;
  }
  if (dice.chance(25)) rule.rearm = dice.one_of<std::int64_t>({0, 1, 5'000, 20'000});
  rule.on_count = dice.chance(40);
  rule.on_distinct = dice.chance(40);
  rule.on_every = dice.chance(20);
  rule.min_interval = dice.one_of<std::int64_t>({0, 1, 1'000, 7'000});
  if (dice.chance(40)) rule.escalate_at = static_cast<std::size_t>(1 + dice.below(5));
}

void random_aggregate(Dice& dice, model::Rule& rule) {
  rule.within = dice.one_of<std::int64_t>({1, kWithin, kWithin, 3'000});
  rule.fn = dice.one_of({"avg", "min", "max", "sum", "rate", "p50", "p95", "count"});
  rule.value_divides = dice.chance(20);
  rule.min_samples = static_cast<std::size_t>(dice.one_of<std::int64_t>({1, 1, 2, 3}));
  rule.over = dice.chance(60);
  rule.threshold = rule.clear = static_cast<double>(dice.below(5)) / (rule.fn == "rate" ? 4 : 1);
  if (dice.chance(50)) rule.clear += rule.over ? -1 : 1;
  if (dice.chance(70)) rule.breaks_for = dice.one_of<std::int64_t>({0, 1, 5'000, 20'000});
}

model::Absent random_absent(Dice& dice, std::size_t steps) {
  model::Absent absent;
  absent.condition = random_condition(dice);
  if (dice.chance(60)) absent.condition.types = {std::string(type_name(kGate))};
  absent.within = dice.one_of<std::int64_t>({0, 1, 3'000, kWithin, kWithin});
  absent.look_back = dice.one_of<std::int64_t>({0, 0, 1, 3'000, kWithin});
  absent.if_source_down = dice.one_of({model::SourceDown::hold, model::SourceDown::hold,
                                       model::SourceDown::fire_degraded, model::SourceDown::fire});
  absent.source_step = steps - 1;
  if (dice.chance(20)) absent.gateway = "g1";
  if (dice.chance(20))
    absent.source_step = static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(steps)));
  absent.hold_max = dice.one_of<std::int64_t>({0, 3'000, 20'000, 600'000});
  return absent;
}

void random_sequence(Dice& dice, model::Rule& rule) {
  const bool absent = dice.chance(60);
  const std::int64_t steps = dice.one_of<std::int64_t>({absent ? 1 : 2, absent ? 1 : 3, 2, 3});
  rule.steps.clear();
  for (std::int64_t i = 0; i < steps; ++i) rule.steps.push_back(random_condition(dice));
  rule.within = dice.one_of<std::int64_t>({0, 1, kWithin, kWithin, kWithin, 3'000});
  if (steps == 1 || dice.chance(15)) rule.max_wait = dice.one_of<std::int64_t>({30'000, 500});
  rule.same_zone = steps > 1 && dice.chance(30);
  rule.keep_anchor = dice.chance(30);
  if (dice.chance(35)) {
    rule.until = random_condition(dice);
    if (dice.chance(60)) rule.until->types = {std::string(type_name(kPanel))};
  }
  if (!absent) return;
  rule.absent = random_absent(dice, rule.steps.size());
  if (dice.chance(40)) rule.quiet_for = 120'000;  // open as what takes it back arrives
}

void random_last(Dice& dice, model::Rule& rule) {
  using Missing = model::Cell::Missing;
  rule.last = model::Cell{
      .condition = random_condition(dice),
      .max_age = dice.one_of<std::int64_t>({0, 1, 3'000, kWithin, 60'000}),
      .if_missing = dice.one_of({Missing::unset, Missing::no, Missing::yes, Missing::error})};
  for (model::Condition& step : rule.steps) step.beats_last = dice.chance(50);
  if (rule.until) rule.until->beats_last = dice.chance(50);
  if (rule.absent) rule.absent->condition.beats_last = dice.chance(30);
}

model::Rule random_rule(Dice& dice, std::string name) {
  model::Rule rule;
  rule.name = std::move(name);
  rule.form =
      dice.one_of({model::Form::event, model::Form::count, model::Form::count, model::Form::all,
                   model::Form::all, model::Form::aggregate, model::Form::aggregate,
                   model::Form::sequence, model::Form::sequence, model::Form::sequence});
  rule.by_zone = dice.chance(25);
  rule.within = dice.one_of<std::int64_t>({0, 1, kWithin, kWithin, kWithin, 3'000});
  rule.at_least = static_cast<std::size_t>(1 + dice.below(4));
  rule.distinct =
      dice.one_of({model::Distinct::none, model::Distinct::device, model::Distinct::zone});
  if (rule.form != model::Form::count) rule.distinct = model::Distinct::none;
  rule.keep = static_cast<std::size_t>(dice.one_of<std::int64_t>({1, 2, 3, 8}));
  rule.same_event = dice.chance(20);
  rule.same_zone = dice.chance(40);
  rule.max_events = static_cast<std::size_t>(dice.one_of<std::int64_t>({2, 5, 10'000}));
  rule.max_evidence = static_cast<std::size_t>(dice.one_of<std::int64_t>({2, 64}));
  const std::int64_t steps = rule.form == model::Form::all ? 2 + dice.below(3) : 1;
  for (std::int64_t i = 0; i < steps; ++i) rule.steps.push_back(random_condition(dice));
  random_episode(dice, rule);
  if (rule.form == model::Form::aggregate) random_aggregate(dice, rule);
  if (rule.form == model::Form::sequence) random_sequence(dice, rule);
  if (dice.chance(35)) random_last(dice, rule);
  return rule;
}

// --- the same rule as the engine takes it

const std::vector<std::uint16_t> kIdentity{kBuilding};

const std::string kBeatsLast = "e.level >= last.level";

Pattern engine_pattern(const model::Condition& condition, const std::vector<std::uint16_t>& keys,
                       const std::vector<std::uint16_t>& distinct) {
  std::string where;
  if (condition.min_level)
    where = name(condition.divides ? "12 / e.level >= " : "e.level >= ", *condition.min_level);
  if (condition.beats_last) where += (where.empty() ? "" : " && ") + kBeatsLast;
  Pattern all;
  for (const Type type : {kSmoke, kFlame, kPanel, kGate}) {
    if (!condition.types.contains(std::string(type_name(type)))) continue;
    Pattern one = pattern({{type}, where}, keys, distinct);
    all.alternatives.push_back(std::move(one.alternatives[0]));
  }
  return all;
}

// In order of AggregateForm::Fn.
constexpr std::array<std::string_view, 8> kFunctions{"avg",  "min", "max", "sum",
                                                     "rate", "p50", "p95", "count"};

Absence engine_absence(const model::Absent& from, const std::vector<std::uint16_t>& keys) {
  Absence absence;
  absence.pattern = engine_pattern(from.condition, keys, {});
  absence.within = Duration(from.within);
  absence.look_back = Duration(from.look_back);
  absence.gateway = from.gateway;
  absence.source_step = static_cast<std::uint16_t>(from.source_step);
  absence.hold_max = Duration(from.hold_max);
  switch (from.if_source_down) {
    case model::SourceDown::hold: absence.if_source_down = Absence::SourceDown::hold; break;
    case model::SourceDown::fire: absence.if_source_down = Absence::SourceDown::fire; break;
    case model::SourceDown::fire_degraded:
      absence.if_source_down = Absence::SourceDown::fire_degraded;
      break;
  }
  return absence;
}

std::vector<Step> engine_steps(const model::Rule& from, const std::vector<std::uint16_t>& keys) {
  std::vector<Step> steps;
  for (const model::Condition& step : from.steps) {
    steps.push_back(
        {std::string(1, static_cast<char>('a' + steps.size())), engine_pattern(step, keys, {})});
  }
  return steps;
}

SequenceForm engine_sequence(const model::Rule& from, const std::vector<std::uint16_t>& keys) {
  SequenceForm form;
  form.steps = engine_steps(from, keys);
  if (from.max_wait) {
    form.max_wait = Duration(*from.max_wait);
  } else {
    form.within = Duration(from.within);
  }
  if (from.same_zone) form.join = compile("a.zone == b.zone");
  form.keep = static_cast<std::uint32_t>(from.keep);
  if (from.keep_anchor) form.after_match = SequenceForm::AfterMatch::keep_anchor;
  if (from.until) form.until = engine_pattern(*from.until, keys, {});
  if (from.absent) form.absent = engine_absence(*from.absent, keys);
  return form;
}

Form engine_form(const model::Rule& from, const std::vector<std::uint16_t>& keys) {
  std::vector<std::uint16_t> distinct;
  if (from.distinct == model::Distinct::device) distinct = {kDevice};
  if (from.distinct == model::Distinct::zone) distinct = {kZone};
  Pattern first = engine_pattern(from.steps[0], keys, distinct);
  if (from.form == model::Form::event) return EventForm{std::move(first)};
  if (from.form == model::Form::count) {
    CountForm form{
        std::move(first), {}, static_cast<std::uint32_t>(from.at_least), Duration(from.within)};
    if (!distinct.empty()) form.distinct = {"some"};
    return form;
  }
  if (from.form == model::Form::aggregate) {
    AggregateForm form{.pattern = std::move(first),
                       .fn = static_cast<AggregateForm::Fn>(std::ranges::find(kFunctions, from.fn) -
                                                            kFunctions.begin()),
                       .window = Duration(from.within),
                       .min_samples = static_cast<std::uint32_t>(from.min_samples),
                       .over = from.over,
                       .threshold = from.threshold,
                       .clear = from.clear};
    for (auto& alternative : form.pattern.alternatives) {
      if (from.fn == "count") continue;
      alternative.value = compile_number(from.value_divides ? "12 / e.level" : "e.level");
    }
    return form;
  }
  if (from.form == model::Form::sequence) return engine_sequence(from, keys);
  AllForm form;
  form.steps = engine_steps(from, keys);
  form.within = Duration(from.within);
  if (from.same_zone) form.join = compile("a.zone == b.zone");
  form.keep = static_cast<std::uint32_t>(from.keep);
  form.same_event = from.same_event;
  return form;
}

Rule engine_rule(const model::Rule& from) {
  const std::vector<std::uint16_t> keys = from.by_zone ? std::vector{kBuilding, kZone} : kIdentity;
  Rule rule = base_rule(from.name, keys);
  rule.alert.identity = {0};
  rule.form = engine_form(from, keys);
  if (from.last) {
    rule.latest.push_back({.name = "last",
                           .pattern = engine_pattern(from.last->condition, keys, {}),
                           .max_age = Duration(from.last->max_age),
                           .if_missing = static_cast<LatestCell::Missing>(from.last->if_missing),
                           .defaults = {}});
    rule.latest_reads = {{0, kOp}, {0, kLevel}};
  }
  rule.limits.max_events_per_window = static_cast<std::uint32_t>(from.max_events);
  rule.limits.max_evidence = static_cast<std::uint32_t>(from.max_evidence);
  rule.alert.resolve.quiet_for = optional_duration(from.quiet_for);
  rule.alert.resolve.after = optional_duration(from.after);
  rule.alert.resolve.breaks_for = optional_duration(from.breaks_for);
  if (from.or_event)
    rule.alert.resolve.or_event = OrEvent{engine_pattern(*from.or_event, kIdentity, {})};
  rule.alert.rearm_after = optional_duration(from.rearm);
  rule.alert.update_on_count = from.on_count;
  rule.alert.update_on_distinct = from.on_distinct;
  rule.alert.update_on_every = from.on_every;
  rule.alert.update_on_severity = true;
  rule.alert.update_min_interval = Duration(from.min_interval);
  if (from.escalate_at) {
    rule.alert.escalate.push_back(
        {compile(name("count >= ", static_cast<std::int64_t>(*from.escalate_at))),
         Severity::critical});
  }
  return rule;
}

// --- random streams

model::Settings random_settings(Dice& dice) {
  model::Settings settings;
  for (const Type type : {kSmoke, kFlame, kPanel, kGate}) {
    model::TypeSettings t;
    t.lateness = dice.one_of<std::int64_t>({0, 500, 2'000, 30'000});
    t.max_age = dice.one_of<std::int64_t>({24 * 3600 * kS, 60'000});
    if (dice.chance(20)) t.repeat_within = dice.one_of<std::int64_t>({0, 1'000, 8'000});
    settings.types[std::string(type_name(type))] = t;
  }
  settings.dedup_window = dice.one_of<std::int64_t>({600'000, 5'000});
  settings.dedup_entries = static_cast<std::size_t>(dice.one_of<std::int64_t>({64, 2}));
  return settings;
}

std::int64_t random_ts(Dice& dice, std::int64_t arr, const std::vector<model::Event>& before) {
  if (dice.chance(40)) return arr;
  if (dice.chance(50) && !before.empty()) {
    // Near the edges of a window that another event opens, or at its very moment.
    const model::Event& other =
        before[static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(before.size())))];
    const std::int64_t away =
        dice.one_of<std::int64_t>({0, 1, kWithin - 1, kWithin, kWithin + 1, 3'000, 3'001});
    return other.raw_ts.value_or(other.arr) + (dice.chance(50) ? away : -away);
  }
  if (dice.chance(10)) return arr + dice.one_of<std::int64_t>({4'999, 5'000, 5'001, 90'000});
  return arr - dice.one_of<std::int64_t>(
                   {dice.below(3'000), dice.below(40'000), 2'000, 2'001, 60'000, 60'001, 700'000});
}

std::int64_t random_gap(Dice& dice) {
  return dice.one_of<std::int64_t>({0, 0, 1, dice.below(300), dice.below(3'000), dice.below(12'000),
                                    1'000, 3'000, kWithin, 15'000});
}

// An event of a few moments ago was answered at its place; the answer arrives now.
void answer(Dice& dice, model::Event& event, const std::vector<model::Event>& before) {
  const auto back = 1 + dice.below(std::min<std::int64_t>(12, std::ssize(before)));
  const model::Event& other = before[before.size() - static_cast<std::size_t>(back)];
  event.type = type_name(kGate);
  event.building = other.building;
  event.zone = other.zone;
  event.level = 4;
  event.raw_ts = other.raw_ts.value_or(other.arr) +
                 dice.one_of<std::int64_t>({0, 1, -1, 3'000, 3'001, kWithin, kWithin + 1});
}

model::Event random_event(Dice& dice, std::int64_t arr, const std::vector<model::Event>& before) {
  const auto number = static_cast<std::int64_t>(before.size());
  model::Event event;
  if (number > 0 && dice.chance(8)) {
    event = before[static_cast<std::size_t>(dice.below(number))];
  } else {
    event.type = type_name(dice.one_of({kSmoke, kSmoke, kSmoke, kFlame, kFlame, kGate, kPanel}));
    event.device = name("D", dice.below(4));
    event.building = dice.chance(3) ? "" : name("B", dice.below(2));
    event.zone = dice.chance(3) ? "" : name("Z", dice.below(3));
    event.gateway = dice.one_of({"", "g1", "g1", "g2"});
    if (dice.chance(95)) event.level = dice.below(5);
    if (dice.chance(95)) event.raw_ts = random_ts(dice, arr, before);
    if (dice.chance(60)) event.id = name("m", dice.chance(90) ? number : dice.below(number + 1));
    if (dice.chance(50)) event.seq = static_cast<std::uint64_t>(dice.below(20));
    if (number > 0 && dice.chance(12)) answer(dice, event, before);
  }
  event.arr = arr;
  event.position = before.size() + 1;
  return event;
}

struct Record {
  enum class Kind { event, tick, gateway, outage } kind = Kind::event;
  std::int64_t at = 0;
  model::Event event = {};
  std::string gateway = {};
  bool up = false;
  std::int64_t until = 0;  ///< of an outage
};

std::vector<Record> random_stream(Dice& dice) {
  std::vector<Record> stream;
  std::vector<model::Event> events;
  std::int64_t now = 1'000'000'000;
  const std::int64_t length = 20 + dice.below(50);
  while (static_cast<std::int64_t>(events.size()) < length) {
    now += random_gap(dice);
    Record record{.at = now};
    if (dice.chance(10)) {
      record.kind = Record::Kind::tick;
    } else if (dice.chance(7)) {
      record.kind = Record::Kind::gateway;
      record.gateway = dice.one_of({"g1", "g1", "g2"});
      record.up = dice.chance(50);
    } else if (dice.chance(2)) {
      record.kind = Record::Kind::outage;
      now = record.until = now + random_gap(dice);
    } else {
      record.event = random_event(dice, now, events);
      events.push_back(record.event);
    }
    stream.push_back(record);
  }
  return stream;
}

TestEvent engine_event(const model::Event& from) {
  TestEvent event;
  for (const Type type : {kSmoke, kFlame, kPanel, kGate}) {
    if (type_name(type) == from.type) event.type = type;
  }
  event.arr = from.arr;
  event.ts = from.raw_ts;
  event.without_ts = !from.raw_ts;
  event.device = from.device;
  event.id = from.id;
  event.seq = from.seq;
  event.building = from.building;
  event.zone = from.zone;
  event.level = from.level;
  event.gateway = from.gateway;
  return event;
}

void apply(const Record& record, model::Model& model, Session& run) {
  switch (record.kind) {
    case Record::Kind::event:
      model.apply(record.event);
      run.apply(engine_event(record.event));
      break;
    case Record::Kind::tick: run.advance(record.at); break;
    case Record::Kind::gateway:
      model.gateway(record.gateway, record.up, record.at);
      run.gateway(record.gateway, record.up, record.at);
      break;
    case Record::Kind::outage:
      model.outage(record.at, record.until);
      run.outage(record.at, record.until);
      break;
  }
}

model::Revision as_the_model_says_it(const AlertRevision& from) {
  model::Revision r{.rule = from.rule,
                    .building = std::string(from.key.at(0).second.view().as_string()),
                    .rev = from.rev,
                    .firing = from.state == AlertState::firing,
                    .reason = std::string(to_string(from.reason)),
                    .severity = std::string(to_string(from.severity)),
                    .opened_at = unix_ms(from.opened_at),
                    .at = unix_ms(from.at),
                    .position = from.log_position,
                    .count = from.count,
                    .distinct = from.distinct,
                    .late = from.late,
                    .historical = from.historical,
                    .degraded = from.degraded,
                    .evidence = {},
                    .dropped = from.evidence_dropped};
  for (const Evidence& e : from.evidence) r.evidence.push_back(unix_ms(e.ts));
  return r;
}

// --- one case

struct Case {
  std::vector<model::Rule> rules;
  model::Settings settings;
  std::vector<Record> stream;
};

Case make_case(std::uint64_t seed) {
  Dice dice(seed);
  Case result;
  const std::int64_t rules = 1 + dice.below(3);
  for (std::int64_t i = 0; i < rules; ++i) {
    result.rules.push_back(random_rule(dice, std::string(1, static_cast<char>('p' + i))));
  }
  result.settings = random_settings(dice);
  result.stream = random_stream(dice);
  return result;
}

Session make_run(const Case& from) {
  std::vector<Rule> rules;
  for (const model::Rule& rule : from.rules) rules.push_back(engine_rule(rule));
  auto set = bundle(std::move(rules));
  for (const Type type : {kSmoke, kFlame, kPanel, kGate}) {
    const model::TypeSettings& t = from.settings.types.at(std::string(type_name(type)));
    set->type_settings[type].lateness = Duration(t.lateness);
    set->type_settings[type].max_age = Duration(t.max_age);
    if (t.repeat_within) {
      set->type_settings[type].repeat = TypeSettings::Repeat{{kDevice}, Duration(*t.repeat_within)};
    }
  }
  EngineOptions options;
  options.dedup_window = Duration(from.settings.dedup_window);
  options.dedup_entries_per_device = static_cast<std::uint32_t>(from.settings.dedup_entries);
  return Session(std::move(set), options);
}

std::string to_string(const Record& record) {
  switch (record.kind) {
    case Record::Kind::event: return to_string(record.event);
    case Record::Kind::tick: return name("", record.at) + " tick";
    case Record::Kind::gateway:
      return name("", record.at) + " " + record.gateway + (record.up ? " up" : " down");
    case Record::Kind::outage: return name("", record.at) + name(" outage to ", record.until);
  }
  return {};
}

std::string to_string(const Case& one) {
  std::string text;
  for (const model::Rule& rule : one.rules) text += to_string(rule) + "\n";
  for (const auto& [type, t] : one.settings.types) {
    text += type + name(": lateness=", t.lateness) + name(" max_age=", t.max_age) +
            (t.repeat_within ? name(" repeat=", *t.repeat_within) : "") + "\n";
  }
  for (const Record& record : one.stream) text += to_string(record) + "\n";
  return text;
}

// What a revision is an example of.
void note(const Case& one, const std::vector<model::Revision>& said, std::size_t i,
          std::map<std::string, std::size_t>& reached) {
  const model::Revision& r = said[i];
  ++reached[r.reason];
  if (r.degraded) ++reached["degraded"];
  if (r.late) ++reached["late"];
  if (r.historical) ++reached["historical"];
  const auto rule = std::ranges::find(one.rules, r.rule, &model::Rule::name);
  if (!rule->absent || r.rev != 1 || i == 0) return;
  const model::Revision& before = said[i - 1];
  if (before.rule == r.rule && before.building == r.building && before.reason == "quiet" &&
      before.at == r.at && before.opened_at < r.at) {
    ++reached["absence at the moment of quiet"];
  }
}

Story story_of_case(std::uint64_t seed, std::map<std::string, std::size_t>& reached) {
  const Case one = make_case(seed);
  model::Model model(one.rules, one.settings);
  Session run = make_run(one);
  for (const Record& record : one.stream) apply(record, model, run);
  model.run_out();
  run.run_out();

  Story story;
  story.given = [seed] { return to_string(make_case(seed)); };
  for (const model::Revision& r : model.said()) story.model.push_back(to_string(r));
  for (const AlertRevision& revision : run.said()) {
    if (revision.kind != AlertKind::rule) continue;
    story.engine.push_back(to_string(as_the_model_says_it(revision)));
  }
  for (std::size_t i = 0; i < one.rules.size(); ++i) {
    story.model.push_back(counts_line(model.matches(i), model.errors(i)));
    story.engine.push_back(counts_line(run.counters(i).matches, run.counters(i).eval_errors));
  }
  for (std::size_t i = 0; i < model.said().size(); ++i) note(one, model.said(), i, reached);
  return story;
}

TEST(Oracle, TheEngineSaysWhatTheReferenceModelSays) {
  std::map<std::string, std::size_t> reached;
  const std::uint64_t cases =
      run_oracle(20'000, [&](std::uint64_t seed) { return story_of_case(seed, reached); });
  std::cout << cases << " cases\n";
  for (const auto& [what, times] : reached) std::cout << "  " << what << ": " << times << "\n";
  if (cases < 20'000) return;
  for (const char* const what :
       {"matched", "updated", "quiet", "after", "breaks", "or_event", "retracted_late", "escalated",
        "degraded", "late", "historical", "absence at the moment of quiet"}) {
    EXPECT_GT(reached[what], 20u) << "the streams no longer reach " << what;
  }
}

}  // namespace
}  // namespace tocsin::rules::test
