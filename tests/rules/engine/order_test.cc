// The order of what is said, and what it must not depend on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using testing::ElementsAre;

TEST(Order, TimersOfOneMomentGoByRuleThenKey) {
  Session run(bundle({event_rule("a", {{kSmoke}}), event_rule("b", {{kSmoke}})}));
  for (const char* b : {"B2", "B10", "B1"}) run.apply({.arr = 0, .device = b, .building = b});
  run.lines();
  run.advance(kMin * 60);
  EXPECT_THAT(run.lines(), ElementsAre("600000 a[B1] #2 resolved quiet high count=1 distinct=1",
                                       "600000 a[B10] #2 resolved quiet high count=1 distinct=1",
                                       "600000 a[B2] #2 resolved quiet high count=1 distinct=1",
                                       "600000 b[B1] #2 resolved quiet high count=1 distinct=1",
                                       "600000 b[B10] #2 resolved quiet high count=1 distinct=1",
                                       "600000 b[B2] #2 resolved quiet high count=1 distinct=1"));
}

TEST(Order, AResolveComesBeforeAnUpdateOfTheSameMoment) {
  Rule rule = event_rule("smoke", {{kSmoke}});
  rule.alert.update_on_count = true;
  rule.alert.resolve.after = Duration(1000);
  Session run(rule);
  run.apply_all({{.arr = 0}, {.arr = 10}});
  run.run_out();
  EXPECT_THAT(run.lines(), ElementsAre("0 smoke[B1] #1 firing matched high count=1 distinct=1",
                                       "1000 smoke[B1] #2 resolved after high count=2 distinct=1"));
}

TEST(Order, ALowerLevelDecidesFirstWhateverTheNames) {
  Rule above = event_rule("a-above", {{kSmoke}});
  above.level = 1;
  Session run(bundle({above, event_rule("b-below", {{kSmoke}})}));
  run.apply({.arr = 0});
  run.run_out();
  EXPECT_THAT(run.lines(),
              ElementsAre("0 b-below[B1] #1 firing matched high count=1 distinct=1",
                          "0 a-above[B1] #1 firing matched high count=1 distinct=1",
                          "600000 b-below[B1] #2 resolved quiet high count=1 distinct=1",
                          "600000 a-above[B1] #2 resolved quiet high count=1 distinct=1"));
}

TEST(Order, ZeroDurationsResolveAtOnceButAfterTheOpening) {
  Rule rule = event_rule("smoke", {{kSmoke}});
  rule.alert.resolve.quiet_for = Duration{0};
  Session run(rule);
  run.apply_all({{.arr = 5}, {.arr = 5, .device = "D2"}});
  run.run_out();
  EXPECT_THAT(run.lines(), ElementsAre("5 smoke[B1] #1 firing matched high count=1 distinct=1",
                                       "5 smoke[B1] #2 resolved quiet high count=1 distinct=1",
                                       "5 smoke[B1] #1 firing matched high count=1 distinct=1",
                                       "5 smoke[B1] #2 resolved quiet high count=1 distinct=1"));
}

std::shared_ptr<RuleSet> busy_bundle() {
  Rule counted = count_rule("counted", {{kSmoke}}, 2, 20 * kS, true);
  counted.alert.update_on_count = counted.alert.update_on_distinct = true;
  counted.alert.resolve.quiet_for = std::chrono::seconds(15);
  Rule both = all_rule("both", {{{kSmoke}}, {{kFlame}}}, 15 * kS);
  both.alert.resolve.after = std::chrono::seconds(40);
  both.alert.rearm_after = std::chrono::seconds(20);
  Rule single = event_rule("single", {{kFlame}});
  single.alert.update_on_every = true;
  resolve_on(single, {{kPanel}});
  return bundle({both, counted, single});
}

std::vector<TestEvent> busy_stream(unsigned seed, int events) {
  std::mt19937 random(seed);
  const auto pick = [&](unsigned n) { return static_cast<std::int64_t>(random() % n); };
  std::vector<TestEvent> stream;
  std::int64_t arr = 1'000'000;
  for (int i = 0; i < events; ++i) {
    arr += pick(3) == 0 ? pick(8000) : pick(3);
    stream.push_back({.type = static_cast<Type>(pick(3)),
                      .arr = arr,
                      .ts = arr - (pick(4) == 0 ? pick(30'000) : 0),
                      .device = name("D", pick(5)),
                      .id = std::to_string(pick(400)),
                      .building = name("B", pick(4))});
  }
  return stream;
}

TEST(Determinism, TwoRunsSayTheSame) {
  Session one(busy_bundle());
  Session two(busy_bundle());
  one.apply_all(busy_stream(1, 3000));
  two.apply_all(busy_stream(1, 3000));
  EXPECT_GT(one.said().size(), 500u);
  EXPECT_TRUE(one.said() == two.said());
}

TEST(Determinism, TicksDoNotChangeWhatIsSaid) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    Session plain(busy_bundle());
    Session ticked(busy_bundle());
    std::mt19937 random(seed);
    std::int64_t last = 0;
    for (const TestEvent& event : busy_stream(seed, 500)) {
      plain.apply(event);
      if (last != 0 && event.arr > last) {
        for (int i = static_cast<int>(random() % 4); i > 0; --i) {
          ticked.advance(last + static_cast<std::int64_t>(random()) % (event.arr - last + 1));
        }
        const auto due = ticked.engine().next_deadline();
        if (due && unix_ms(*due) <= event.arr) ticked.advance(unix_ms(*due));
      }
      ticked.apply(event);
      last = event.arr;
    }
    plain.run_out();
    ticked.run_out();
    ASSERT_TRUE(plain.said() == ticked.said()) << "seed " << seed;
  }
}

TEST(Determinism, AnEngineBuiltFromTheLogAgainGoesOnAsIfNothingHappened) {
  const std::vector<TestEvent> stream = busy_stream(3, 1000);
  Session whole(busy_bundle());
  whole.apply_all(stream);
  for (const std::size_t cut : {std::size_t{1}, std::size_t{333}, std::size_t{999}}) {
    Session before(busy_bundle());
    before.apply_all({stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(cut)});
    Session after(busy_bundle());
    after.apply_all(stream);
    const std::size_t said = before.said().size();
    ASSERT_LE(said, after.said().size());
    EXPECT_TRUE(std::equal(before.said().begin(), before.said().end(), after.said().begin()));
    EXPECT_TRUE(after.said() == whole.said());
  }
}

TEST(Time, NextDeadlineIsTheEarliestAndMovesWithContributions) {
  Session run(event_rule("smoke", {{kSmoke}}));
  EXPECT_EQ(run.engine().next_deadline(), std::nullopt);
  run.apply({.arr = 0});
  run.apply({.arr = kMin});
  EXPECT_EQ(run.engine().next_deadline(), from_unix_ms(11 * kMin));
  run.run_out();
  EXPECT_EQ(run.engine().next_deadline(), std::nullopt);
  EXPECT_EQ(run.engine().now(), from_unix_ms(11 * kMin));
}

TEST(Time, ClampedEventsAreCountedOncePerMessage) {
  Session run(event_rule("smoke", {{kSmoke}}));
  run.apply({.arr = 0, .ts = 9000, .id = "1"});
  run.apply({.arr = 1, .ts = 9000, .id = "1"});
  EXPECT_EQ(run.engine().clamped(), 1u);
}

TEST(Time, ALateEventIsSaidToBeLate) {
  Session run(event_rule("smoke", {{kSmoke}}));
  EXPECT_EQ(run.apply({.arr = 10'000, .ts = 7'999}), Verdict::late);
  EXPECT_TRUE(run.said().at(0).late);
}

}  // namespace
}  // namespace tocsin::rules::test
