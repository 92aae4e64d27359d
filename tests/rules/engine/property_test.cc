// What holds for every stream, tried on random ones: restarts, batches, ticks, the order of
// arrival, absences under every disturbance, sites on engines of their own. Seeds are in the
// failures.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "oracle.h"
#include "support.h"

namespace tocsin::rules::test::property {
namespace {

// --- a record of the log, and engines that are fed with it

struct Record {
  enum class Kind { event, gateway, outage } kind = Kind::event;
  std::int64_t at = 0;
  TestEvent event = {};
  std::uint64_t position = 0;
  bool up = false;
  std::int64_t until = 0;  ///< of an outage
};

void feed(Engine& engine, const Record& record, std::vector<AlertRevision>& out) {
  const Timestamp at = from_unix_ms(record.at);
  if (record.kind == Record::Kind::gateway) {
    engine.gateway("g1", record.up, at, out);
  } else if (record.kind == Record::Kind::outage) {
    engine.outage(at, from_unix_ms(record.until), out);
  } else {
    Event event = make_event(record.event, record.position);
    engine.apply(event, out);
  }
}

std::vector<AlertRevision> feed(Engine& engine, const std::vector<Record>& log) {
  std::vector<AlertRevision> out;
  for (const Record& record : log) feed(engine, record, out);
  return out;
}

// --- a bundle of every form; what its rules say depends on nothing above a building

Rule unanswered(std::string name, bool by_zone) {
  Rule rule = sequence_rule(std::move(name), {{{kSmoke}}}, -1);
  then_absent(rule, {{kGate}}, 10 * kS, 3 * kS).hold_max = Duration(30 * kS);
  rule.alert.resolve.quiet_for = Duration(30 * kS);
  if (!by_zone) return rule;
  const std::vector<std::uint16_t> keys{kBuilding, kZone};
  rule.for_each = base_rule("", keys).for_each;  // identity stays the building
  sequence_of(rule).steps[0].pattern = pattern({{kSmoke}}, keys);
  sequence_of(rule).absent->pattern = pattern({{kGate}, "e.level > 1"}, keys);
  return rule;
}

Rule averaged() {
  AggregateForm form;
  form.fn = AggregateForm::Fn::avg;
  form.window = Duration(20 * kS);
  form.min_samples = 2;
  form.threshold = 2;
  form.clear = 1;
  Rule rule = aggregate_rule("averaged", {{kSmoke, kGate}}, form);
  rule.alert.resolve.breaks_for = Duration(5 * kS);
  return rule;
}

Rule lasting() {
  SustainedForm form;
  form.lasts = Duration(8 * kS);
  form.max_gap = Duration(10 * kS);
  return sustained_rule("lasting", {{kSmoke}}, form, "e.level > 1", "e.level < 1");
}

std::shared_ptr<RuleSet> every_form() {
  Rule both = all_rule("both", {{{kSmoke}}, {{kFlame}}}, 15 * kS, "a.zone == b.zone");
  both.alert.resolve.after = std::chrono::seconds(40);
  both.alert.rearm_after = std::chrono::seconds(20);
  Rule counted = count_rule("counted", {{kSmoke}}, 2, 20 * kS, true);
  counted.alert.update_on_count = counted.alert.update_on_distinct = true;
  counted.alert.resolve.quiet_for = std::chrono::seconds(15);
  Rule ordered = sequence_rule("ordered", {{{kSmoke}}, {{kFlame}}}, 20 * kS);
  sequence_of(ordered).until = pattern({{kPanel}}, {kBuilding});
  ordered.alert.resolve.quiet_for = std::chrono::seconds(5);
  Rule single = event_rule("single", {{kFlame}});
  single.alert.update_on_every = true;
  resolve_on(single, {{kPanel}});
  return bundle({averaged(), both, counted, lasting(), ordered, single,
                 unanswered("unanswered", false), unanswered("unanswered-zone", true)});
}

std::vector<Record> random_log(std::uint64_t seed, int records) {
  Dice dice(seed);
  std::vector<Record> log;
  std::int64_t now = 1'000'000'000;
  for (int i = 0; i < records; ++i) {
    now += dice.one_of<std::int64_t>({0, 1, dice.below(300), dice.below(8'000), 10'000});
    Record record{.at = now};
    if (dice.below(15) == 0) {
      record.kind = Record::Kind::gateway;
      record.up = dice.below(2) == 0;
    } else if (dice.below(60) == 0) {
      record.kind = Record::Kind::outage;
      now = record.until = now + dice.below(40'000);
    } else {
      const std::int64_t building = dice.below(3);
      record.position = static_cast<std::uint64_t>(i + 1);
      record.event = {.type = static_cast<Type>(dice.below(4)),
                      .arr = now,
                      .ts = now - (dice.below(3) == 0 ? dice.below(30'000) : 0),
                      .device = name(name("B", building) + "-D", dice.below(4)),
                      .id = std::to_string(dice.below(400)),
                      .building = name("B", building),
                      .zone = name("Z", dice.below(2)),
                      .level = dice.below(4),
                      .gateway = dice.one_of({"", "g1"})};
    }
    log.push_back(record);
  }
  return log;
}

TEST(Property, AnEngineRebuiltFromTheLogGoesOnAsIfNothingHappened) {
  std::size_t said = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto log = random_log(seed, 300);
    Engine whole(every_form(), nullptr);
    std::vector<AlertRevision> out;
    for (std::size_t i = 0; i < log.size(); ++i) {
      feed(whole, log[i], out);
      if (i % 37 != seed % 37) continue;
      Engine rebuilt(every_form(), nullptr);
      const auto again = feed(rebuilt, {log.begin(), log.begin() + static_cast<int>(i) + 1});
      ASSERT_TRUE(again == out) << "seed " << seed << ", record " << i;
      ASSERT_EQ(rebuilt.next_deadline(), whole.next_deadline());
      whole = std::move(rebuilt);
    }
    said += out.size();
    Engine undisturbed(every_form(), nullptr);
    ASSERT_TRUE(feed(undisturbed, log) == out) << "seed " << seed;
  }
  EXPECT_GT(said, 1'500u);
}

TEST(Property, BatchesOfAnySizeSayTheSame) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto log = random_log(seed, 300);
    Engine whole(every_form(), nullptr);
    Engine batched(every_form(), nullptr);
    const auto expected = feed(whole, log);
    Dice dice(seed);
    std::vector<AlertRevision> out;
    for (auto from = log.begin(); from != log.end();) {
      const auto to = from + std::min<std::int64_t>(1 + dice.below(40), log.end() - from);
      for (AlertRevision& r : feed(batched, {from, to})) out.push_back(std::move(r));
      from = to;
    }
    ASSERT_TRUE(out == expected) << "seed " << seed;
  }
}

TEST(Property, TicksAtAnyMomentsChangeNothing) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Engine plain(every_form(), nullptr);
    Engine ticked(every_form(), nullptr);
    std::vector<AlertRevision> expected;
    std::vector<AlertRevision> out;
    Dice dice(seed);
    for (const Record& record : random_log(seed, 300)) {
      for (std::int64_t i = dice.below(3); i > 0; --i) {
        const std::int64_t from = unix_ms(ticked.now());
        if (from > 0) ticked.advance(from_unix_ms(from + dice.below(record.at - from + 1)), out);
      }
      const auto due = ticked.next_deadline();
      if (due && unix_ms(*due) <= record.at && dice.below(2) == 0) ticked.advance(*due, out);
      feed(plain, record, expected);
      feed(ticked, record, out);
    }
    plain.run_out(expected);
    ticked.run_out(out);
    ASSERT_TRUE(out == expected) << "seed " << seed;
  }
}

// --- the order of arrival

using Opened = std::set<std::string>;

// A minute of events of two buildings, at most 14 each: no step has more than `keep` candidates.
std::vector<TestEvent> happened(Dice& dice) {
  std::vector<TestEvent> events;
  for (std::int64_t i = 0; i < 28; ++i) {
    events.push_back({.type = dice.one_of({kSmoke, kSmoke, kFlame, kGate}),
                      .ts = 1'000'000'000 +
                            dice.one_of<std::int64_t>({dice.below(60'000), 1'000 * dice.below(60)}),
                      .device = name("D", dice.below(4)),
                      .id = std::to_string(i),
                      .building = name("B", i % 2),
                      .zone = name("Z", dice.below(2)),
                      .level = dice.below(4)});
  }
  return events;
}

std::shared_ptr<RuleSet> without_resolve(Dice& dice) {
  const auto within = [&] { return dice.one_of<std::int64_t>({8'000, 12'000, 20'000}); };
  std::vector<Rule> rules{
      all_rule("a", {{{kSmoke}}, {{kFlame}}}, within()),
      all_rule("b", {{{kSmoke}}, {{kFlame}, "e.level > 1"}, {{kGate}}}, within()),
      all_rule("c", {{{kSmoke}}, {{kSmoke}, "e.level > 2"}}, within(), "a.zone == b.zone"),
      count_rule("d", {{kSmoke}}, static_cast<std::uint32_t>(2 + dice.below(4)), within()),
      count_rule("e", {{kSmoke, kGate}}, static_cast<std::uint32_t>(2 + dice.below(3)), within(),
                 true),
      event_rule("f", {{kFlame}, "e.level > 2"})};
  for (Rule& rule : rules) {
    rule.alert.resolve = {};
    if (auto* const all = std::get_if<AllForm>(&rule.form)) all->keep = 14;
  }
  return bundle(rules);
}

Opened opened(const std::shared_ptr<RuleSet>& rules, const std::vector<TestEvent>& events) {
  Session session(rules);
  session.apply_all(events);
  Opened result;
  for (const AlertRevision& r : session.said()) {
    EXPECT_EQ(r.kind, AlertKind::rule);
    result.insert(r.rule + " " + std::string(r.key.at(0).second.view().as_string()));
  }
  return result;
}

TEST(Property, AnyOrderOfArrivalWithinRetentionOpensTheSame) {
  std::map<std::size_t, int> sizes;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Dice dice(seed);
    const auto rules = without_resolve(dice);
    std::vector<TestEvent> events = happened(dice);
    std::ranges::stable_sort(events, {}, [](const TestEvent& e) { return *e.ts; });
    for (TestEvent& event : events) event.arr = *event.ts;
    const Opened in_time = opened(rules, events);
    ++sizes[in_time.size()];
    for (int order = 0; order < 3; ++order) {
      std::ranges::shuffle(events, dice.engine());
      std::int64_t arr = 1'000'060'000;  // the shortest window is over before the last is here
      for (TestEvent& event : events) event.arr = arr += dice.below(350);
      ASSERT_EQ(opened(rules, events), in_time) << "seed " << seed << ", order " << order;
    }
  }
  EXPECT_GT(sizes.size(), 5u) << "the same is nearly always everything or nothing";
}

// --- absences

constexpr std::int64_t kStart = 1'000'000'000;
constexpr std::int64_t kWithin = 60 * kS;
constexpr std::int64_t kLookBack = 15 * kS;
constexpr std::int64_t kLateness = 2 * kS;
constexpr std::int64_t kDown = kStart + 120 * kS;
constexpr std::int64_t kUp = kDown + 40 * kS;

// One building: an alarm, and perhaps an answer.
struct Story {
  TestEvent alarm;
  std::optional<TestEvent> answer;

  bool answered() const {
    return answer && *answer->ts >= *alarm.ts - kLookBack && *answer->ts <= *alarm.ts + kWithin;
  }
  std::int64_t deadline() const { return std::max(*alarm.ts + kWithin, alarm.arr) + kLateness; }
};

std::vector<Story> random_stories(Dice& dice) {
  std::vector<Story> stories;
  for (std::int64_t i = 0; i < 60; ++i) {
    const std::int64_t t = kStart + 20 * kS + dice.below(180'000);
    Story story{.alarm = {.type = kSmoke, .arr = t, .ts = t, .gateway = "g1"}, .answer = {}};
    story.alarm.building = name("B", i);
    if (dice.below(3) > 0) {
      const std::int64_t ts =
          t + dice.one_of<std::int64_t>({-kLookBack - 1, -kLookBack, -1, 0, 1, dice.below(kWithin),
                                         kWithin, kWithin + 1});
      story.answer = story.alarm;
      story.answer->type = kPanel;
      story.answer->ts = story.answer->arr = ts;
    }
    stories.push_back(story);
  }
  return stories;
}

// What was on its way from `from` to `to` arrives within `spread` after that.
void hold_back(std::vector<Story>& stories, std::int64_t from, std::int64_t to, std::int64_t spread,
               Dice& dice) {
  const auto hold = [&](TestEvent& event) {
    if (event.arr > from && event.arr <= to) event.arr = to + 1 + dice.below(spread - 1);
  };
  for (Story& story : stories) {
    hold(story.alarm);
    if (story.answer) hold(*story.answer);
  }
}

using Told = std::map<std::string, std::vector<AlertRevision>>;

// By building; with everything that happens on the way.
Told tell(const std::vector<Story>& stories, std::vector<Record> log = {}) {
  for (const Story& story : stories) {
    log.push_back({.at = story.alarm.arr, .event = story.alarm});
    if (story.answer) log.push_back({.at = story.answer->arr, .event = *story.answer});
  }
  std::ranges::stable_sort(log, {}, &Record::at);  // what was given first is first at its moment
  for (std::size_t i = 0; i < log.size(); ++i) log[i].position = i + 1;
  Rule rule = sequence_rule("unanswered", {{{kSmoke}}}, -1);
  then_absent(rule, {{kPanel}}, kWithin, kLookBack);
  rule.alert.resolve = {};
  Engine engine(bundle({rule}), nullptr);
  std::vector<AlertRevision> out = feed(engine, log);
  engine.run_out(out);
  Told told;
  for (AlertRevision& r : out) {
    told[std::string(r.key.at(0).second.view().as_string())].push_back(std::move(r));
  }
  return told;
}

bool stands(const std::vector<AlertRevision>& said) {
  return !said.empty() && said.back().state == AlertState::firing;
}

TEST(AbsenceProperty, OnAQuietStreamItIsSaidAtItsDeadlineIfNothingCame) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Dice dice(seed);
    std::vector<Story> stories = random_stories(dice);
    for (Story& story : stories) {
      if (story.answer) story.answer->arr += dice.below(kLateness);
    }
    Told told = tell(stories);
    for (const Story& story : stories) {
      const auto& said = told[story.alarm.building];
      ASSERT_EQ(said.size(), story.answered() ? 0u : 1u) << seed << " " << story.alarm.building;
      if (!said.empty()) {
        ASSERT_EQ(unix_ms(said[0].at), story.deadline());
      }
    }
  }
}

TEST(AbsenceProperty, WhatBecameDueWhileTheEngineWasAwayIsDecidedAfterItsBacklog) {
  std::size_t due_meanwhile = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Dice dice(seed);
    std::vector<Story> stories = random_stories(dice);
    hold_back(stories, kDown, kUp, 10 * kS, dice);
    Told told = tell(stories, {{.kind = Record::Kind::outage, .at = kDown, .until = kUp}});
    for (const Story& story : stories) {
      const auto& said = told[story.alarm.building];
      ASSERT_EQ(stands(said), !story.answered()) << seed << " " << story.alarm.building;
      if (story.deadline() <= kDown || story.deadline() > kUp) continue;
      ++due_meanwhile;
      ASSERT_LE(said.size(), 1u) << "said too early: " << seed << " " << story.alarm.building;
      if (!said.empty()) {
        ASSERT_EQ(unix_ms(said[0].at), kUp + 10 * kS);
      }
    }
  }
  EXPECT_GT(due_meanwhile, 100u);
}

TEST(AbsenceProperty, WhatBecameDueWhileItsSourceWasDownIsDecidedAfterWhatItHadStored) {
  std::size_t due_meanwhile = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Dice dice(seed);
    std::vector<Story> stories = random_stories(dice);
    hold_back(stories, kDown, kUp, kLateness, dice);
    Told told = tell(stories, {{.kind = Record::Kind::gateway, .at = kDown, .up = false},
                               {.kind = Record::Kind::gateway, .at = kUp, .up = true}});
    for (const Story& story : stories) {
      const auto& said = told[story.alarm.building];
      ASSERT_EQ(stands(said), !story.answered()) << seed << " " << story.alarm.building;
      if (story.deadline() <= kDown || story.deadline() > kUp) continue;
      ++due_meanwhile;
      ASSERT_LE(said.size(), 1u) << "said too early: " << seed << " " << story.alarm.building;
      if (said.empty()) continue;
      ASSERT_EQ(unix_ms(said[0].at), kUp + kLateness);
      ASSERT_FALSE(said[0].degraded);
    }
  }
  EXPECT_GT(due_meanwhile, 100u);
}

TEST(AbsenceProperty, ACancelThatComesLateTakesBackWhatItWouldHavePrevented) {
  std::size_t taken_back = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Dice dice(seed);
    std::vector<Story> stories = random_stories(dice);
    for (Story& story : stories) {
      if (story.answer && dice.below(2) == 0)
        story.answer->arr = std::max(*story.answer->ts, story.deadline() - 1) +
                            dice.one_of<std::int64_t>({0, 1, dice.below(20 * kMin)});
    }
    Told told = tell(stories);
    for (const Story& story : stories) {
      const auto& said = told[story.alarm.building];
      ASSERT_EQ(stands(said), !story.answered()) << seed << " " << story.alarm.building;
      if (!said.empty()) {
        ASSERT_EQ(unix_ms(said[0].at), story.deadline());
      }
      if (!story.answered()) continue;
      const bool late = story.answer->arr >= story.deadline();
      ASSERT_EQ(said.size(), late ? 2u : 0u) << seed << " " << story.alarm.building;
      if (!late) continue;
      ++taken_back;
      ASSERT_EQ(said[1].reason, Reason::retracted_late);
      ASSERT_EQ(unix_ms(said[1].at), story.answer->arr);
    }
  }
  EXPECT_GT(taken_back, 100u);
}

// --- shards, by site

// In the order of the output: at, log position, rule, key, decision.
std::vector<AlertRevision> in_order(std::vector<AlertRevision> said) {
  std::ranges::stable_sort(said, {}, [](const AlertRevision& r) {
    return std::tuple(r.at, r.log_position, r.rule,
                      std::string(r.key[0].second.view().as_string()));
  });
  return said;
}

// The records of one shard of `shards`: buildings B0, B1 and B2 are its sites.
std::vector<AlertRevision> shard_of(const std::vector<Record>& log, int shard, int shards) {
  Engine engine(every_form(), nullptr);
  std::vector<AlertRevision> out;
  for (const Record& record : log) {
    const bool elsewhere =
        record.kind == Record::Kind::event && (record.event.building[1] - '0') % shards != shard;
    if (elsewhere) {
      engine.pass(record.position, from_unix_ms(record.at), out);
    } else {
      feed(engine, record, out);
    }
  }
  engine.run_out(out);
  return out;
}

TEST(Property, AnyNumberOfShardsSaysTogetherWhatOneEngineSays) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    const auto log = random_log(seed, 400);
    const auto expected = in_order(shard_of(log, 0, 1));
    for (const int shards : {2, 3}) {
      std::vector<AlertRevision> out;
      for (int shard = 0; shard < shards; ++shard)
        std::ranges::move(shard_of(log, shard, shards), std::back_inserter(out));
      ASSERT_EQ(in_order(std::move(out)), expected) << "seed " << seed << ", shards " << shards;
    }
    compared += expected.size();
  }
  EXPECT_GT(compared, 4'000u);
}

}  // namespace
}  // namespace tocsin::rules::test::property
