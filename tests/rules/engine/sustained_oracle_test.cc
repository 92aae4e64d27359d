// Random rules of the form `sustained` over random streams: the engine says what the reference
// model says.
#include <iostream>

#include "oracle.h"
#include "support.h"
#include "sustained_model.h"

namespace tocsin::rules::test {
namespace {

using model::Reading;
using model::SustainedRule;

constexpr std::int64_t kGap = 5'000;
constexpr std::int64_t kDay = 24 * 60 * kMin;

// --- random rules

void random_end(Dice& dice, SustainedRule& rule) {
  if (dice.chance(60)) rule.quiet_for = dice.one_of<std::int64_t>({0, 1, 3'000, kGap, 40'000});
  if (dice.chance(25)) rule.after = dice.one_of<std::int64_t>({0, 3'000, 15'000});
  if (dice.chance(60)) rule.breaks_for = dice.one_of<std::int64_t>({0, 1, 3'000, kGap, 20'000});
  if (dice.chance(50)) rule.or_event = {std::string(type_name(kPanel))};
  if (dice.chance(15)) rule.or_event.insert(std::string(type_name(kSmoke)));
  rule.or_event_from = dice.below(4);
  if (dice.chance(25)) rule.rearm = dice.one_of<std::int64_t>({0, 1, kGap, 20'000});
}

SustainedRule random_rule(Dice& dice) {
  SustainedRule rule;
  rule.by_zone = dice.chance(30);
  rule.samples = {std::string(type_name(kSmoke))};
  if (dice.chance(30)) rule.samples.insert(std::string(type_name(kFlame)));
  if (dice.chance(30)) rule.also_on = {std::string(type_name(kGate))};
  if (dice.chance(20)) rule.where_not = dice.below(5);
  rule.divides = dice.chance(20);
  rule.holds_over = dice.below(4);
  if (dice.chance(70)) rule.breaks_under = dice.below(4);
  rule.lasts = dice.one_of<std::int64_t>({0, 1, 3'000, kGap, kGap + 1, 12'000, 12'000, 20'000});
  rule.max_gap = dice.one_of<std::int64_t>({0, 1, kGap, kGap, kGap, 30'000});
  rule.on_gap = static_cast<SustainedRule::OnGap>(dice.below(3));
  rule.min_samples = static_cast<std::size_t>(dice.one_of<std::int64_t>({1, 1, 2, 5}));
  rule.lateness = dice.one_of<std::int64_t>({0, 2'000, 30'000});
  random_end(dice, rule);
  return rule;
}

// --- the same rule as the engine takes it

Pattern pattern_of_types(const std::set<std::string>& types, const std::string& where,
                         const std::vector<std::uint16_t>& keys) {
  Pattern all;
  for (const Type type : {kSmoke, kFlame, kPanel, kGate}) {
    if (!types.contains(std::string(type_name(type)))) continue;
    all.alternatives.push_back(pattern({{type}, where}, keys).alternatives[0]);
  }
  return all;
}

SustainedForm engine_form_of(const SustainedRule& from, const std::vector<std::uint16_t>& keys) {
  const std::string where = from.where_not ? name("e.level != ", *from.where_not) : "";
  SustainedForm form;
  form.pattern = pattern_of_types(from.samples, where, keys);
  for (Pattern::Alternative& one : form.pattern.alternatives) {
    one.holds = compile(name(from.divides ? "12 / e.level > " : "e.level > ", from.holds_over));
    if (from.breaks_under) one.breaks = compile(name("e.level < ", *from.breaks_under));
  }
  if (!from.also_on.empty()) form.also_on = pattern_of_types(from.also_on, "", keys);
  form.lasts = Duration(from.lasts);
  form.max_gap = Duration(from.max_gap);
  form.on_gap = static_cast<SustainedForm::OnGap>(from.on_gap);
  form.min_samples = static_cast<std::uint32_t>(from.min_samples);
  return form;
}

Rule engine_rule_of(const SustainedRule& from) {
  const auto keys = from.by_zone ? std::vector{kBuilding, kZone} : std::vector{kBuilding};
  Rule rule = base_rule("s", keys);
  rule.alert.identity = {0};
  rule.form = engine_form_of(from, keys);
  rule.alert.resolve.quiet_for = optional_duration(from.quiet_for);
  rule.alert.resolve.after = optional_duration(from.after);
  rule.alert.resolve.breaks_for = optional_duration(from.breaks_for);
  if (!from.or_event.empty()) {
    rule.alert.resolve.or_event = OrEvent{
        pattern_of_types(from.or_event, name("e.level >= ", from.or_event_from), {kBuilding})};
  }
  rule.alert.rearm_after = optional_duration(from.rearm);
  return rule;
}

// --- random streams

// At, or a millisecond beside, the edges of what another event began.
std::int64_t random_ts(Dice& dice, std::int64_t arr, const std::vector<Reading>& before) {
  if (dice.chance(50) || before.empty()) return arr;
  if (dice.chance(60)) {
    const std::size_t back = static_cast<std::size_t>(dice.below(3)) + 1;
    const Reading& other = before[before.size() - std::min(back, before.size())];
    const std::int64_t away =
        dice.one_of<std::int64_t>({0, 1, kGap - 1, kGap, kGap + 1, 3'000, 12'000, 30'001});
    return other.raw_ts.value_or(other.arr) + (dice.chance(75) ? away : -away);
  }
  if (dice.chance(15)) return arr + dice.one_of<std::int64_t>({1, 4'999, 5'000, 5'001});
  return arr - dice.one_of<std::int64_t>({1, dice.below(8'000), 2'000, 2'001, 700'000, kDay + 1});
}

std::int64_t random_pause(Dice& dice) {
  if (dice.chance(1)) return dice.one_of<std::int64_t>({kDay, kDay + 2'000, kDay + 40'000});
  return dice.one_of<std::int64_t>({0, 0, 1, dice.below(300), dice.below(3'000), 1'000, 3'000,
                                    kGap - 1, kGap, kGap, kGap + 1, 12'000, 31'000});
}

std::vector<Reading> random_readings(Dice& dice) {
  std::vector<Reading> stream;
  std::int64_t arr = 1'000'000'000;
  const std::int64_t length = 15 + dice.below(50);
  const std::int64_t buildings = 1 + dice.below(2);
  const bool high = dice.chance(50);
  for (std::int64_t i = 0; i < length; ++i) {
    arr += random_pause(dice);
    Reading one;
    one.type = type_name(dice.one_of({kSmoke, kSmoke, kSmoke, kSmoke, kFlame, kGate, kPanel}));
    one.device = name("D", dice.below(3));
    one.building = dice.chance(2) ? "" : name("B", dice.below(buildings));
    one.zone = dice.chance(2) ? "" : name("Z", dice.below(2));
    one.level = high && dice.chance(60) ? 4 : dice.below(6);
    if (dice.chance(95)) one.raw_ts = random_ts(dice, arr, stream);
    one.arr = arr;
    one.position = static_cast<std::uint64_t>(i + 1);
    stream.push_back(one);
  }
  return stream;
}

TestEvent engine_event_of(const Reading& from) {
  TestEvent event;
  for (const Type type : {kSmoke, kFlame, kPanel, kGate}) {
    if (type_name(type) == from.type) event.type = type;
  }
  event.arr = from.arr;
  event.ts = from.raw_ts;
  event.without_ts = !from.raw_ts;
  event.device = from.device;
  event.id = name("m", static_cast<std::int64_t>(from.position));
  event.building = from.building;
  event.zone = from.zone;
  event.level = from.level;
  return event;
}

// --- one case

std::string line_as_the_model_says_it(const AlertRevision& r) {
  std::string line = line_of(r);
  line += " opened=" + std::to_string(unix_ms(r.opened_at));
  line += " position=" + std::to_string(r.log_position);
  line += std::string(r.late ? " late" : "") + (r.historical ? " historical" : "");
  for (const Evidence& e : r.evidence) line += " " + std::to_string(unix_ms(e.ts));
  return line;
}

std::string number_or_none(const std::optional<std::int64_t>& n) {
  return n ? std::to_string(*n) : "none";
}

std::string to_text(const SustainedRule& rule) {
  std::string text = rule.by_zone ? "by zone" : "by building";
  text += rule.divides ? " holds 12 / level > " : " holds level > ";
  text += std::to_string(rule.holds_over) + " breaks level < " + number_or_none(rule.breaks_under);
  text += " where level != " + number_or_none(rule.where_not);
  text += " for " + std::to_string(rule.lasts) + " max_gap " + std::to_string(rule.max_gap);
  text += " on_gap " + std::to_string(static_cast<int>(rule.on_gap));
  text += " min_samples " + std::to_string(rule.min_samples) + " also_on";
  for (const std::string& type : rule.also_on) text += " " + type;
  text += " quiet_for " + number_or_none(rule.quiet_for) + " after " + number_or_none(rule.after);
  text += " breaks_for " + number_or_none(rule.breaks_for);
  text += " rearm " + number_or_none(rule.rearm) + " or_event";
  for (const std::string& type : rule.or_event) text += " " + type;
  return text + " from " + std::to_string(rule.or_event_from) + " lateness " +
         std::to_string(rule.lateness);
}

std::string to_text(const Reading& r) {
  std::string text = std::to_string(r.arr) + " " + r.type + " ts=" + number_or_none(r.raw_ts);
  return text + " " + r.building + "/" + r.zone + " " + r.device + " " + std::to_string(r.level);
}

Session session_of(const SustainedRule& rule) {
  auto set = bundle({engine_rule_of(rule)});
  for (TypeSettings& type : set->type_settings) type.lateness = Duration(rule.lateness);
  return Session(std::move(set));
}

Story story_of(std::uint64_t seed) {
  Dice dice(seed);
  const SustainedRule rule = random_rule(dice);
  const std::vector<Reading> stream = random_readings(dice);
  model::SustainedModel model(rule);
  Session run = session_of(rule);
  for (const Reading& reading : stream) {
    model.apply(reading);
    // Ticks and outages between the readings are nothing to the model.
    if (dice.chance(10)) run.advance(reading.arr);
    if (dice.chance(3)) run.outage(reading.arr, reading.arr);
    run.apply(engine_event_of(reading));
  }
  model.run_out();
  run.run_out();

  Story story;
  story.given = [rule, stream] {
    std::string text = to_text(rule) + "\n";
    for (const Reading& reading : stream) text += to_text(reading) + "\n";
    return text;
  };
  story.model = model.said();
  for (const AlertRevision& revision : run.said()) {
    if (revision.kind == AlertKind::rule)
      story.engine.push_back(line_as_the_model_says_it(revision));
  }
  story.model.push_back(counts_line(model.matches(), model.errors()));
  story.engine.push_back(counts_line(run.counters().matches, run.counters().eval_errors));
  return story;
}

TEST(SustainedOracle, TheEngineSaysWhatTheReferenceModelSays) {
  std::size_t revisions = 0;
  const std::uint64_t cases = run_oracle(10'000, [&](std::uint64_t seed) {
    Story story = story_of(seed);
    revisions += story.engine.size() - 1;
    return story;
  });
  std::cout << cases << " cases, " << revisions << " revisions\n";
  EXPECT_GE(revisions, cases * 2) << "the streams no longer reach anything";
}

}  // namespace
}  // namespace tocsin::rules::test
