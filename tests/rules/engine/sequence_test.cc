// The form `sequence` without `absent`: order, windows, late steps, until, join, what a match
// takes.
#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kKeepAnchor = SequenceForm::AfterMatch::keep_anchor;

Rule smoke_then_flame(std::int64_t within = 60 * kS) {
  return sequence_rule("smoke-then-flame", {{{kSmoke}}, {{kFlame}}}, within);
}

TestEvent at(Type type, std::int64_t ts, std::string id = {}) {
  return {.type = type, .arr = ts, .id = std::move(id)};
}
TestEvent late(Type type, std::int64_t ts, std::int64_t arr, std::string id = {}) {
  return {.type = type, .arr = arr, .ts = ts, .id = std::move(id)};
}

std::vector<std::string> evidence(const AlertRevision& revision) {
  std::vector<std::string> ids;
  for (const Evidence& e : revision.evidence) ids.push_back(e.id);
  return ids;
}

std::uint64_t matches(const Rule& rule, const std::vector<TestEvent>& events) {
  Session session(rule);
  session.apply_all(events);
  return session.counters().matches;
}

TEST(Sequence, MatchesItsStepsInOrderOnly) {
  Session session(smoke_then_flame());
  session.apply_all({at(kFlame, 0), at(kSmoke, 10 * kS), at(kFlame, 20 * kS)});
  EXPECT_THAT(session.lines(),
              ElementsAre("20000 smoke-then-flame[B1] #1 firing matched high count=2 distinct=1"));
  EXPECT_EQ(matches(smoke_then_flame(), {at(kFlame, 0), at(kSmoke, 10 * kS)}), 0U);
}

TEST(Sequence, SpansItsWindowAndNotAMillisecondMore) {
  EXPECT_EQ(matches(smoke_then_flame(), {at(kSmoke, 0), at(kFlame, 60 * kS)}), 1U);
  EXPECT_EQ(matches(smoke_then_flame(), {at(kSmoke, 0), at(kFlame, 60 * kS + 1)}), 0U);
}

TEST(Sequence, WithoutAWindowWaitsForTheNextStepAsLongAsEventsAreKept) {
  Rule rule = smoke_then_flame(-1);
  sequence_of(rule).max_wait = Duration(60 * kMin);
  EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kFlame, 60 * kMin + 2 * kS)}), 1U);
  EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kFlame, 60 * kMin + 2 * kS + 1)}), 0U);
}

TEST(Sequence, EqualTimestampsAreInOrderOfTheLog) {
  EXPECT_EQ(matches(smoke_then_flame(), {at(kSmoke, 0), at(kFlame, 0)}), 1U);
  EXPECT_EQ(matches(smoke_then_flame(), {at(kFlame, 0), at(kSmoke, 0)}), 0U);
}

TEST(Sequence, OneEventStandsForOneStep) {
  const Rule rule = sequence_rule("twice", {{{kSmoke}}, {{kSmoke}}}, 60 * kS);
  EXPECT_EQ(matches(rule, {at(kSmoke, 0)}), 0U);
  EXPECT_EQ(matches(rule, {at(kSmoke, 0, "first"), at(kSmoke, 0, "second")}), 1U);
}

TEST(Sequence, ALateStepCompletesAMatchAtAnyPlace) {
  const Rule rule = sequence_rule("abc", {{{kSmoke}}, {{kGate}}, {{kFlame}}}, 60 * kS);
  const std::int64_t a = 0, b = 10 * kS, c = 20 * kS, now = 30 * kS;
  EXPECT_EQ(matches(rule, {at(kGate, b), at(kFlame, c), late(kSmoke, a, now)}), 1U);
  EXPECT_EQ(matches(rule, {at(kSmoke, a), at(kFlame, c), late(kGate, b, now)}), 1U);
  EXPECT_EQ(matches(rule, {at(kSmoke, a), at(kGate, b), late(kFlame, c, now)}), 1U);
  EXPECT_EQ(matches(rule, {at(kSmoke, a), at(kFlame, c), late(kGate, c + 1, now)}), 0U);
}

TEST(Sequence, ALateStepBindsTheNewestThatStaysInTheWindow) {
  Session session(sequence_rule("abc", {{{kSmoke}}, {{kGate}}, {{kFlame}}}, 60 * kS));
  session.apply_all({at(kSmoke, 0, "a1"), at(kSmoke, 5 * kS, "a2"), at(kFlame, 20 * kS, "c1"),
                     at(kFlame, 65 * kS, "c2"), at(kFlame, 66 * kS, "c3"),
                     late(kGate, 10 * kS, 67 * kS, "b")});
  ASSERT_THAT(session.said(), SizeIs(1));
  EXPECT_THAT(evidence(session.said()[0]), ElementsAre("a2", "b", "c2"));
}

TEST(Sequence, ExistenceIsExactWhateverKeepSays) {
  Rule rule = smoke_then_flame();
  sequence_of(rule).keep = 1;
  std::vector<TestEvent> events;
  for (int i = 0; i < 20; ++i) events.push_back(at(kSmoke, 30 * kS + i));
  events.insert(events.begin(), at(kSmoke, 0));
  events.push_back(late(kFlame, 10 * kS, 31 * kS));
  EXPECT_EQ(matches(rule, events), 1U);
}

TEST(Sequence, TheKeptEventsOfAStepAreBoundedAndTheOldestGoesFirst) {
  Rule rule = smoke_then_flame();
  rule.limits.max_events_per_window = 2;
  Session session(rule);
  session.apply_all({at(kSmoke, 0), at(kSmoke, 10 * kS), at(kSmoke, 20 * kS)});
  session.apply(late(kFlame, 5 * kS, 21 * kS));
  EXPECT_EQ(session.counters().matches, 0U);
  EXPECT_EQ(session.counters().evicted_events, 1U);
}

TEST(Sequence, AnExpiredEventTakesNoPlaceOfALivingOne) {
  Rule rule = smoke_then_flame();
  rule.limits.max_events_per_window = 2;
  EXPECT_EQ(matches(rule, {at(kSmoke, 40 * kS), late(kSmoke, 30 * kS, 100 * kS),
                           late(kSmoke, 45 * kS, 103 * kS), late(kFlame, 35 * kS, 104 * kS)}),
            1U);
}

TEST(Sequence, UntilForbidsWhatItLiesBetween) {
  Rule rule = smoke_then_flame();
  sequence_of(rule).until = pattern({{kPanel}}, {kBuilding});
  EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kPanel, 10 * kS), at(kFlame, 20 * kS)}), 0U);
  EXPECT_EQ(matches(rule, {at(kPanel, 0), at(kSmoke, 10 * kS), at(kFlame, 20 * kS)}), 1U);
  EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kFlame, 20 * kS), at(kPanel, 20 * kS)}), 1U);
  EXPECT_EQ(
      matches(rule, {at(kSmoke, 0), at(kPanel, 10 * kS), at(kSmoke, 15 * kS), at(kFlame, 20 * kS)}),
      1U);
}

TEST(Sequence, UntilAtTheSameMillisecondIsPlacedByTheLog) {
  Rule rule = smoke_then_flame();
  sequence_of(rule).until = pattern({{kPanel}}, {kBuilding});
  EXPECT_EQ(matches(rule, {at(kPanel, 0), at(kSmoke, 0), at(kFlame, 0)}), 1U);
  EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kPanel, 0), at(kFlame, 0)}), 0U);
}

TEST(Sequence, UntilForbidsLateStepsTooAndMayItselfBeAStep) {
  Rule rule = smoke_then_flame();
  sequence_of(rule).until = pattern({{kPanel}}, {kBuilding});
  EXPECT_EQ(
      matches(rule, {at(kPanel, 10 * kS), at(kFlame, 20 * kS), late(kSmoke, 5 * kS, 21 * kS)}), 0U);
  EXPECT_EQ(
      matches(rule, {at(kPanel, 10 * kS), at(kFlame, 20 * kS), late(kSmoke, 11 * kS, 21 * kS)}),
      1U);
  sequence_of(rule).until = pattern({{kFlame}}, {kBuilding});
  EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kFlame, 20 * kS)}), 1U);
}

TEST(Sequence, UntilForbidsAMiddleStepThatIsOneItselfLateOrNot) {
  Rule rule = sequence_rule("abc", {{{kSmoke}}, {{kPanel}}, {{kFlame}}}, 60 * kS);
  EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kFlame, 20 * kS), late(kPanel, 10 * kS, 21 * kS)}),
            1U);
  for (const char* const join : {"", "a.level == b.level"}) {
    rule = sequence_rule("abc", {{{kSmoke}}, {{kPanel}}, {{kFlame}}}, 60 * kS, join);
    sequence_of(rule).until = pattern({{kPanel}}, {kBuilding});
    EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kPanel, 10 * kS), at(kFlame, 20 * kS)}), 0U);
    EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kFlame, 20 * kS), late(kPanel, 10 * kS, 21 * kS)}),
              0U);
  }
}

TEST(Sequence, UntilIsNoCandidateAndForbidsHoweverFewOfThoseAreKept) {
  Rule rule = sequence_rule("joined", {{{kSmoke}}, {{kFlame}}}, 60 * kS, "a.level == b.level");
  sequence_of(rule).keep = 1;
  sequence_of(rule).until = pattern({{kPanel}}, {kBuilding});
  EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kPanel, 10 * kS), at(kPanel, 30 * kS),
                           late(kFlame, 20 * kS, 31 * kS)}),
            0U);
}

TEST(Sequence, UntilAloneIsNoContribution) {
  Rule rule = smoke_then_flame();
  sequence_of(rule).until = pattern({{kPanel}}, {kBuilding});
  Session session(rule);
  session.apply_all({at(kSmoke, 0), at(kFlame, 1 * kS), at(kPanel, 5 * kMin)});
  session.run_out();
  ASSERT_THAT(session.said(), SizeIs(2));
  EXPECT_EQ(unix_ms(session.said()[1].at), 10 * kMin + 1 * kS);
  EXPECT_EQ(session.said()[1].count, 2U);
}

TEST(Sequence, TheJoinPicksAmongTheKeptCandidates) {
  const Rule rule =
      sequence_rule("joined", {{{kSmoke}}, {{kFlame}}}, 60 * kS, "a.level == b.level");
  Session session(rule);
  session.apply({.type = kSmoke, .arr = 0, .id = "five", .level = 5});
  session.apply({.type = kSmoke, .arr = 1 * kS, .id = "six", .level = 6});
  session.apply({.type = kFlame, .arr = 2 * kS, .id = "flame", .level = 5});
  ASSERT_THAT(session.said(), SizeIs(1));
  EXPECT_THAT(evidence(session.said()[0]), ElementsAre("five", "flame"));
}

TEST(Sequence, UnderAJoinOrderWindowAndUntilHoldToo) {
  Rule rule = sequence_rule("joined", {{{kSmoke}}, {{kFlame}}}, 60 * kS, "a.level == b.level");
  EXPECT_EQ(matches(rule, {at(kFlame, 0), at(kSmoke, 1 * kS)}), 0U);
  EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kFlame, 60 * kS)}), 1U);
  EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kFlame, 60 * kS + 1)}), 0U);
  EXPECT_EQ(matches(rule, {at(kFlame, 20 * kS), late(kSmoke, 10 * kS, 21 * kS)}), 1U);
  sequence_of(rule).until = pattern({{kPanel}}, {kBuilding});
  EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kPanel, 1), at(kFlame, 2)}), 0U);
}

TEST(Sequence, UnderAJoinKeepCandidatesPerStepAreKept) {
  Rule rule = sequence_rule("joined", {{{kSmoke}}, {{kFlame}}}, 60 * kS, "a.level == b.level");
  sequence_of(rule).keep = 2;
  Session session(rule);
  for (const std::int64_t level : {5, 6, 7}) {
    session.apply({.type = kSmoke, .arr = level * kS, .level = level});
  }
  session.apply({.type = kFlame, .arr = 10 * kS, .level = 5});
  EXPECT_EQ(session.counters().matches, 0U);
  EXPECT_EQ(session.counters().evicted_candidates, 1U);
}

TEST(Sequence, AMatchTakesTheCandidatesWithIt) {
  EXPECT_EQ(matches(smoke_then_flame(),
                    {at(kSmoke, 0), at(kSmoke, 1 * kS), at(kFlame, 2 * kS), at(kFlame, 3 * kS)}),
            1U);
  EXPECT_EQ(matches(smoke_then_flame(),
                    {at(kSmoke, 0), at(kFlame, 1 * kS), at(kSmoke, 2 * kS), at(kFlame, 3 * kS)}),
            2U);
}

TEST(Sequence, ALateFirstStepAfterAMatchFindsNothingToCompleteAgain) {
  EXPECT_EQ(matches(smoke_then_flame(),
                    {at(kSmoke, 5 * kS), at(kFlame, 10 * kS), late(kSmoke, 1 * kS, 11 * kS)}),
            1U);
}

TEST(Sequence, AnAnchorStaysForTheNextMatch) {
  Rule rule = smoke_then_flame();
  sequence_of(rule).after_match = kKeepAnchor;
  EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kFlame, 2 * kS), at(kFlame, 60 * kS)}), 2U);
  EXPECT_EQ(matches(rule, {at(kSmoke, 0), at(kFlame, 2 * kS), at(kFlame, 60 * kS + 1)}), 1U);
  EXPECT_EQ(matches(rule, {at(kSmoke, 1 * kS), at(kFlame, 2 * kS), late(kSmoke, 0, 3 * kS)}), 1U);
}

TEST(Sequence, AResolveForgetsTheSteps) {
  Rule rule = smoke_then_flame();
  sequence_of(rule).after_match = kKeepAnchor;
  resolve_on(rule, {{kPanel}});
  EXPECT_EQ(
      matches(rule, {at(kSmoke, 0), at(kFlame, 1 * kS), at(kPanel, 2 * kS), at(kFlame, 3 * kS)}),
      1U);
}

TEST(Sequence, ABacklogThatArrivesTogetherMatches) {
  EXPECT_EQ(
      matches(smoke_then_flame(), {late(kFlame, 40 * kS, 60 * kMin), late(kSmoke, 0, 60 * kMin)}),
      1U);
}

TEST(Sequence, KeysDoNotMeet) {
  Session session(smoke_then_flame());
  session.apply({.type = kSmoke, .arr = 0, .building = "B1"});
  session.apply({.type = kFlame, .arr = 1 * kS, .building = "B2"});
  EXPECT_THAT(session.said(), IsEmpty());
  EXPECT_EQ(session.counters().keys, 2U);
}

TEST(Sequence, AnEditTestsTheKeptStepsAgain) {
  Session session(smoke_then_flame());
  session.apply({.type = kSmoke, .arr = 0, .level = 3});
  session.apply({.type = kSmoke, .arr = 5 * kS, .level = 9});
  Rule edited = smoke_then_flame(2 * kS);
  edited.version = "edited";
  sequence_of(edited).steps[0].pattern = pattern({{kSmoke}, "e.level > 5"}, {kBuilding});
  session.reload(bundle({edited}), 6 * kS);
  session.apply(late(kFlame, 6 * kS, 6 * kS));
  EXPECT_EQ(session.counters().matches, 1U);
  session.reload(bundle({smoke_then_flame()}), 7 * kS);
  session.apply(at(kFlame, 8 * kS));
  EXPECT_EQ(session.counters().matches, 1U) << "refused ones never return";
}

// Whether some kept events and the arriving one stand for the steps a, b, c: by trying them all.
class Naive {
 public:
  Naive(bool joined, bool anchor) : joined_(joined), anchor_(anchor) {}

  bool arrive(const TestEvent& event, std::uint64_t position) {
    const Kept now{event, {*event.ts, position}};
    kept_.push_back(now);
    bool matched = false;
    for (const Kept& a : kept_) {
      for (const Kept& b : kept_) {
        for (const Kept& c : kept_) matched = matched || stand(a, b, c, now);
      }
    }
    if (matched) {
      std::erase_if(kept_, [this](const Kept& k) {
        return k.event.type != kPanel && !(anchor_ && k.event.type == kSmoke);
      });
    }
    return matched;
  }

 private:
  struct Kept {
    TestEvent event;
    std::pair<std::int64_t, std::uint64_t> place;
    bool live(std::int64_t now) const {
      return now <= std::max(place.first, event.arr) + 20 * kS + 2 * kS;
    }
  };
  bool stand(const Kept& a, const Kept& b, const Kept& c, const Kept& now) const {
    if (a.event.type != kSmoke || b.event.type != kGate || c.event.type != kFlame) return false;
    if (a.place >= b.place || b.place >= c.place) return false;
    if (c.place.first - a.place.first > 20 * kS) return false;
    if (joined_ && (a.event.level != b.event.level || b.event.level != c.event.level)) return false;
    bool own = false;
    for (const Kept* k : {&a, &b, &c}) {
      if (!k->live(now.event.arr)) return false;
      own = own || k->place == now.place;
    }
    return own && std::ranges::none_of(kept_, [&](const Kept& u) {
             return u.event.type == kPanel && u.live(now.event.arr) && a.place < u.place &&
                    u.place < c.place;
           });
  }

  bool joined_;
  bool anchor_;
  std::vector<Kept> kept_;
};

TEST(Sequence, RandomStreamsMatchWhereTryingEverythingDoes) {
  constexpr Type kStream[] = {kSmoke, kGate, kFlame, kSmoke, kGate, kFlame, kPanel};
  std::uint64_t matches_seen = 0;
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t n) { return static_cast<std::int64_t>(random() % n); };
    const bool joined = seed % 2 == 0;
    Rule rule = sequence_rule("abc", {{{kSmoke}}, {{kGate}}, {{kFlame}}}, 20 * kS,
                              joined ? "a.level == b.level && b.level == c.level" : "");
    sequence_of(rule).keep = 256;
    sequence_of(rule).until = pattern({{kPanel}}, {kBuilding});
    if (seed % 4 > 1) sequence_of(rule).after_match = kKeepAnchor;
    rule.alert.resolve = {};
    Session session(rule);
    Naive naive(joined, seed % 4 > 1);
    std::int64_t now = 100 * kS;
    for (std::uint64_t position = 1; position <= 60; ++position) {
      now += below(4) * kS;
      const std::int64_t lag = below(3) == 0 ? below(15) * kS : 0;
      const TestEvent event{.type = kStream[below(7)],
                            .arr = now,
                            .ts = now - lag,
                            .id = name("m", static_cast<std::int64_t>(position)),
                            .level = below(2)};
      const std::uint64_t before = session.counters().matches;
      session.apply(event);
      const bool expected = naive.arrive(event, position);
      ASSERT_EQ(session.counters().matches - before, expected ? 1U : 0U)
          << "seed " << seed << ", event " << position;
      matches_seen += expected ? 1 : 0;
    }
  }
  EXPECT_GT(matches_seen, 500U);
}

}  // namespace
}  // namespace tocsin::rules::test
