// The form `sustained`: how its time counts, and what becomes of a run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.h"

namespace tocsin::rules::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using OnGap = SustainedForm::OnGap;

constexpr std::int64_t kFor = 150 * kS;

// Level over 5 for 2m30s; below 3 it breaks. Samples at most a minute apart.
Rule over(OnGap on_gap = OnGap::pause) {
  SustainedForm form;
  form.lasts = Duration(kFor);
  form.max_gap = Duration(kMin);
  form.on_gap = on_gap;
  Rule rule = sustained_rule("s", {{kSmoke}}, form, "e.level > 5", "e.level < 3");
  rule.alert.resolve.quiet_for = Duration(60 * kMin);
  return rule;
}

SustainedForm& form_of(Rule& rule) { return std::get<SustainedForm>(rule.form); }

// A level each 30 s from 0 on.
std::vector<TestEvent> levels(const std::vector<std::int64_t>& all, std::int64_t from = 0) {
  std::vector<TestEvent> events;
  for (const std::int64_t level : all) {
    events.push_back({.arr = from, .level = level});
    from += 30 * kS;
  }
  return events;
}

std::vector<std::string> lines(const Rule& rule, const std::vector<TestEvent>& events,
                               std::int64_t until) {
  Session run(rule);
  run.apply_all(events);
  run.advance(until);
  return run.lines();
}

constexpr auto kAt150 = "150000 s[B1] #1 firing matched high count=2 distinct=1";

TEST(Sustained, MatchesWhenTheCountedTimeReachesItsLength) {
  EXPECT_THAT(lines(over(), levels({9, 9, 9, 9, 9}), kFor - 1), IsEmpty());
  EXPECT_THAT(lines(over(), levels({9, 9, 9, 9, 9}), kFor), ElementsAre(kAt150))
      << "by timer: half a minute after the newest sample";
}

TEST(Sustained, ASampleThatBreaksEndsIt) {
  EXPECT_THAT(lines(over(), levels({9, 9, 9, 9, 2, 9, 9, 9}), 7 * kMin), IsEmpty());
  EXPECT_THAT(lines(over(), levels({9, 2, 9, 9, 9, 9, 9}), 7 * kMin),
              ElementsAre("210000 s[B1] #1 firing matched high count=2 distinct=1"));
}

TEST(Sustained, BetweenTheConditionsNothingChangesAndTheSampleCounts) {
  EXPECT_THAT(lines(over(), levels({9, 4, 4, 4, 4}), kFor),
              ElementsAre("150000 s[B1] #1 firing matched high count=1 distinct=1"));
  EXPECT_THAT(lines(over(), levels({4, 4, 9}), 4 * kMin - 31 * kS), IsEmpty())
      << "it begins with the first that holds";
}

TEST(Sustained, IfBothAreTrueItBreaks) {
  Rule rule = over();
  form_of(rule).pattern.alternatives[0].breaks = compile("e.level > 8");
  EXPECT_THAT(lines(rule, levels({9, 9, 9, 9, 9, 9}), 10 * kMin), IsEmpty());
}

TEST(Sustained, WithoutBreaksWhateverDoesNotHoldEndsIt) {
  Rule rule = over();
  form_of(rule).pattern.alternatives[0].breaks = {};
  EXPECT_THAT(lines(rule, levels({9, 9, 4, 9, 9}), 4 * kMin), IsEmpty());
}

// The trap: for 2m30s, max_gap 1m, samples at 0:00, 1:00 and 5:00.
std::vector<std::string> after_a_gap(OnGap on_gap) {
  return lines(over(on_gap),
               {{.arr = 0, .level = 9}, {.arr = kMin, .level = 9}, {.arr = 5 * kMin, .level = 9}},
               20 * kMin);
}

TEST(SustainedGap, PauseCountsNothingAndTakesBackWhatWasCountedWhileWaiting) {
  EXPECT_THAT(after_a_gap(OnGap::pause), IsEmpty());
  EXPECT_THAT(lines(over(),
                    {{.arr = 0, .level = 9},
                     {.arr = kMin, .level = 9},
                     {.arr = 5 * kMin, .level = 9},
                     {.arr = 6 * kMin, .level = 9}},
                    20 * kMin),
              ElementsAre("390000 s[B1] #1 firing matched high count=2 distinct=1"))
      << "one minute before the gap, one after it, half a minute of waiting";
}

TEST(SustainedGap, BreakEndsTheConditionAndItBeginsAnew) {
  EXPECT_THAT(after_a_gap(OnGap::ends), IsEmpty());
  EXPECT_THAT(lines(over(OnGap::ends),
                    {{.arr = 0, .level = 9},
                     {.arr = kMin, .level = 9},
                     {.arr = 5 * kMin, .level = 9},
                     {.arr = 6 * kMin, .level = 9},
                     {.arr = 7 * kMin, .level = 9}},
                    20 * kMin),
              ElementsAre("450000 s[B1] #1 firing matched high count=2 distinct=1"));
}

TEST(SustainedGap, HoldCountsItInFullOnceTheNextSampleIsThere) {
  EXPECT_THAT(after_a_gap(OnGap::hold),
              ElementsAre("300000 s[B1] #1 firing matched high count=2 distinct=1"));
}

TEST(SustainedGap, ExactlyMaxGapCounts) {
  EXPECT_THAT(
      lines(over(),
            {{.arr = 0, .level = 9}, {.arr = kMin, .level = 9}, {.arr = 2 * kMin, .level = 9}},
            kFor),
      ElementsAre(kAt150));
  EXPECT_THAT(lines(over(),
                    {{.arr = 0, .level = 9},
                     {.arr = kMin + 1, .level = 9},
                     {.arr = 2 * kMin + 1, .level = 9}},
                    20 * kMin),
              IsEmpty());
}

TEST(Sustained, ABacklogThatArrivesTogetherMatchesAtItsArrival) {
  std::vector<TestEvent> backlog = levels({9, 9, 9, 9, 9, 9});
  for (TestEvent& event : backlog) {
    event.ts = event.arr;
    event.arr = 60 * kMin;
  }
  EXPECT_THAT(lines(over(), backlog, 60 * kMin),
              ElementsAre("3600000 s[B1] #1 firing matched high count=2 distinct=1"));
}

TEST(Sustained, ASampleOlderThanTheNewestMovesNoTime) {
  std::vector<TestEvent> events = levels({9, 9, 9, 9, 9});
  events.push_back({.arr = 125 * kS, .ts = 10 * kS, .level = 1});
  EXPECT_THAT(lines(over(), events, kFor), ElementsAre(kAt150)) << "not even one that breaks";
}

TEST(Sustained, ASampleOlderThanTheOneThatBrokeBeginsNothing) {
  Rule rule = over();
  form_of(rule).lasts = Duration(10 * kS);
  Session run(rule);
  run.apply({.arr = 0, .level = 9});
  run.apply({.arr = 5 * kS, .level = 1});
  run.apply({.arr = 6 * kS, .ts = 4 * kS, .level = 9});
  run.advance(10 * kMin);
  EXPECT_THAT(run.lines(), IsEmpty());
}

TEST(Sustained, WaitsForItsFewestSamples) {
  Rule rule = over();
  form_of(rule).min_samples = 7;
  EXPECT_THAT(lines(rule, levels({9, 9, 9, 9, 9, 9, 4}), 20 * kMin),
              ElementsAre("180000 s[B1] #1 firing matched high count=2 distinct=1"))
      << "the seventh sample, though it neither holds nor breaks";
}

TEST(Sustained, EnoughCountedTimeMatchesAtOnceThoughTheClockIsFast) {
  Rule rule = over();
  form_of(rule).lasts = Duration(10 * kS);
  EXPECT_THAT(
      lines(rule,
            {{.arr = 0, .ts = 5 * kS, .level = 9}, {.arr = 10 * kS, .ts = 15 * kS, .level = 9}},
            kMin),
      ElementsAre("10000 s[B1] #1 firing matched high count=2 distinct=1"));
}

TEST(Sustained, ASampleOlderThanAnyThatBrokeBeginsNothing) {
  Rule rule = over();
  form_of(rule).lasts = Duration(10 * kS);
  Session run(rule);
  run.apply({.arr = 0, .level = 9});
  run.apply({.arr = 5 * kS, .level = 1});
  run.apply({.arr = 9 * kS, .level = 1});
  run.apply({.arr = 10 * kS, .ts = 7 * kS, .level = 9});
  run.advance(10 * kMin);
  EXPECT_THAT(run.lines(), IsEmpty()) << "5 s ended the run, 9 s broke the condition again";
}

TEST(Sustained, WhatIsForgottenOfAKeyDoesNotDependOnOtherKeys) {
  const TestEvent other{.arr = 0, .ts = 5 * kS, .building = "B0", .level = 9};
  const std::vector<TestEvent> own{
      {.arr = kS, .level = 9},
      {.arr = kMin + 3 * kS + 1, .ts = kMin + kS, .level = 9},  // the first is forgotten since 1 ms
      {.arr = kMin + 31 * kS, .level = 9}};
  Rule rule = over(OnGap::ends);
  form_of(rule).lasts = Duration(90 * kS);
  std::vector<TestEvent> both = own;
  both.insert(both.begin(), other);
  const auto alone = lines(rule, own, 20 * kMin);
  EXPECT_THAT(alone, ElementsAre("151000 s[B1] #1 firing matched high count=2 distinct=1"))
      << "its run began at 1m1s";
  EXPECT_EQ(lines(rule, both, 20 * kMin), alone);
}

TEST(Sustained, ARepeatKeepsTheAlertOpenOnlyIfItHolds) {
  const auto resolved_at = [](std::int64_t level) {
    Rule rule = over();
    rule.alert.resolve.quiet_for = Duration(kMin);
    auto set = bundle({rule});
    set->type_settings[kSmoke].repeat = TypeSettings::Repeat{{kDevice, kLevel}, Duration(40 * kS)};
    Session run(std::move(set));
    // Another device each time, so that only the last report is a repeat.
    std::int64_t arr = 0;
    for (int i = 0; i < 6; ++i, arr += 30 * kS) {
      run.apply({.arr = arr, .device = name("D", i), .level = 9});
    }
    run.apply({.arr = 160 * kS, .device = "D9", .level = level});
    run.apply({.arr = 190 * kS, .device = "D9", .level = level});
    run.advance(20 * kMin);
    return run.said().empty() ? 0 : unix_ms(run.said().back().at) / kS;
  };
  EXPECT_EQ(resolved_at(9), 250) << "a minute after the repeat";
  EXPECT_EQ(resolved_at(4), 210) << "a minute after the newest report that held";
  EXPECT_EQ(resolved_at(1), 210);
}

TEST(SustainedGap, TimeCountedWhileWaitingStandsOnceItMatched) {
  EXPECT_THAT(lines(over(), levels({9, 9, 9, 9, 9}), 3 * kMin), SizeIs(1));
  std::vector<TestEvent> events = levels({9, 9, 9, 9, 9});
  events.push_back({.arr = 20 * kMin, .level = 9});
  EXPECT_THAT(lines(over(), events, 20 * kMin),
              ElementsAre("150000 s[B1] #1 firing matched high count=2 distinct=1"));
}

TEST(SustainedGap, WaitingCountsUpToMaxGapAndNotAMillisecondMore) {
  Rule rule = over();
  form_of(rule).lasts = Duration(kMin);
  EXPECT_THAT(lines(rule, {{.arr = 0, .level = 9}}, 20 * kMin),
              ElementsAre("60000 s[B1] #1 firing matched high count=1 distinct=1"));
  form_of(rule).lasts = Duration(kMin + 1);
  EXPECT_THAT(lines(rule, {{.arr = 0, .level = 9}}, 20 * kMin), IsEmpty());
}

TEST(Sustained, ATimerDueDuringAnOutageMatchesAtItsOwnDeadline) {
  Session run(over());
  run.apply_all(levels({9, 9, 9, 9, 9}));
  run.outage(130 * kS, 30 * kMin);
  run.apply({.arr = 30 * kMin, .ts = 140 * kS, .level = 1});
  EXPECT_THAT(run.lines(), ElementsAre(kAt150))
      << "a sample of that time that arrives afterwards takes nothing back";
}

TEST(Sustained, SamplesThatHoldContributeAndOthersDoNot) {
  Rule rule = over();
  rule.alert.resolve.quiet_for = Duration(2 * kMin);
  EXPECT_THAT(lines(rule, levels({9, 9, 9, 9, 9, 9, 4, 4, 4, 4, 4}), 20 * kMin),
              ElementsAre(kAt150, "270000 s[B1] #2 resolved quiet high count=3 distinct=1"));
}

TEST(Sustained, AResolveDiscardsTheCountedTimeAndANewSampleBeginsAnew) {
  Rule rule = over();
  resolve_on(rule, {{kPanel}});
  std::vector<TestEvent> events = levels({9, 9, 9, 9, 9, 9});
  events.push_back({.type = kPanel, .arr = 160 * kS});
  EXPECT_THAT(lines(rule, events, 30 * kMin), SizeIs(2));
  const auto more = levels({9, 9, 9, 9, 9, 9}, 180 * kS);
  events.insert(events.end(), more.begin(), more.end());
  EXPECT_THAT(lines(rule, events, 330 * kS),
              ElementsAre(kAt150, "160000 s[B1] #2 resolved or_event high count=3 distinct=1",
                          "330000 s[B1] #1 firing matched high count=2 distinct=1"));
}

TEST(Sustained, ARunWhoseAlertWasNotArmedMatchesAgainWithItsNextSample) {
  Rule rule = over();
  resolve_on(rule, {{kPanel}});
  rule.alert.rearm_after = Duration(200 * kS);
  std::vector<TestEvent> events = levels({9, 9, 9, 9, 9, 9});
  events.push_back({.type = kPanel, .arr = 160 * kS});
  const auto more = levels({9, 9, 9, 9, 9, 9, 9}, 180 * kS);
  events.insert(events.end(), more.begin(), more.end());
  EXPECT_THAT(lines(rule, events, 400 * kS),
              testing::Contains("360000 s[B1] #1 firing matched high count=2 distinct=1"));
}

TEST(Sustained, BreaksForRunsFromTheSampleThatBroke) {
  Rule rule = over();
  rule.alert.resolve = {};
  rule.alert.resolve.breaks_for = Duration(kMin);
  EXPECT_THAT(lines(rule, levels({9, 9, 9, 9, 9, 9, 2, 2}), 20 * kMin),
              ElementsAre(kAt150, "240000 s[B1] #2 resolved breaks high count=3 distinct=1"));
  EXPECT_THAT(lines(rule, levels({9, 9, 9, 9, 9, 9, 2, 9}), 20 * kMin), ElementsAre(kAt150));
}

TEST(Sustained, AnErrorChangesNothing) {
  Rule rule = over();
  form_of(rule).pattern.alternatives[0].holds = compile("12 / e.level > 1");
  form_of(rule).pattern.alternatives[0].breaks = {};
  Session run(rule);
  run.apply_all(levels({2, 2, 0, 2, 2}));
  run.advance(kFor);
  EXPECT_THAT(run.lines(), ElementsAre(kAt150));
  EXPECT_EQ(run.counters().eval_errors, 1u);
}

TEST(Sustained, ATestOfOtherTypesJudgesTheNewestSampleAgain) {
  SustainedForm form;
  form.lasts = Duration(20 * kS);
  form.max_gap = Duration(kMin);
  form.also_on = pattern({{kGate}}, {kBuilding});
  Rule rule = sustained_rule("s", {{kSmoke}}, form, "e.level > 5 && last.op == 'off'", "");
  add_latest(rule, {{kGate}}, 60 * kMin);
  const TestEvent off{.type = kGate, .arr = 10 * kS, .op = "off"};
  const TestEvent on{.type = kGate, .arr = 25 * kS, .op = "on"};
  EXPECT_THAT(lines(rule, {{.arr = 0, .level = 9}, off}, kMin),
              ElementsAre("30000 s[B1] #1 firing matched high count=1 distinct=1"));
  EXPECT_THAT(lines(rule, {{.arr = 0, .level = 9}, off, on}, kMin), IsEmpty());
  EXPECT_THAT(lines(rule, {{.arr = 0, .level = 2}, off}, kMin), IsEmpty());
}

TEST(Sustained, ASampleThatDoesNotHoldLeavesNothingBehind) {
  Session run(over());
  run.apply_all(levels({1, 4}));
  EXPECT_EQ(run.counters().keys, 0u);
}

TEST(Sustained, AShorterTimeFiresAtTheSwapAndARefusedSampleEndsTheRun) {
  Rule shorter = over();
  shorter.version = "edited";
  form_of(shorter).lasts = Duration(40 * kS);
  Session run(over());
  run.apply_all(levels({9, 9}));
  run.reload(bundle({shorter}), 50 * kS);
  EXPECT_THAT(run.lines(), ElementsAre("50000 s[B1] #1 firing matched high count=2 distinct=1"));

  Rule stricter = over();
  stricter.version = "edited";
  form_of(stricter).pattern.alternatives[0].holds = compile("e.level > 20");
  Session other(over());
  other.apply_all(levels({9, 9}));
  other.reload(bundle({stricter}), 50 * kS);
  other.advance(20 * kMin);
  EXPECT_THAT(other.lines(), IsEmpty());
}

TEST(Sustained, ALongerGapAfterAnEditIsWaitedForWhateverOtherKeysDo) {
  Rule brief = over(OnGap::ends);
  form_of(brief).lasts = Duration(5 * kMin);
  Rule patient = brief;
  patient.version = "edited";
  form_of(patient).max_gap = Duration(10 * kMin);
  Session run(brief);
  run.apply({.arr = 0, .level = 9});
  run.reload(bundle({patient}), 10 * kS);
  run.apply({.arr = 2 * kMin, .building = "B2", .level = 9});  // lets forget what has expired
  run.advance(6 * kMin);
  EXPECT_THAT(run.lines(), ElementsAre("300000 s[B1] #1 firing matched high count=1 distinct=1"));
}

TEST(Sustained, CountedTimeThatWasWithdrawnIsNotGivenBackByAnEdit) {
  Rule shorter = over();
  shorter.version = "edited";
  form_of(shorter).lasts = Duration(40 * kS);
  Session run(over());
  run.apply({.arr = 0, .level = 9});
  run.reload(bundle({shorter}), kMin + 1);
  run.advance(20 * kMin);
  EXPECT_THAT(run.lines(), IsEmpty());
}

TEST(Sustained, OpensWithItsStartSampleAndShowsTheNewest) {
  Rule rule = over();
  rule.alert.summary.en = text("level {{e.level}}");
  Session run(rule);
  run.apply_all(levels({7, 8, 9, 4}));
  run.advance(kFor);
  ASSERT_THAT(run.said(), SizeIs(1));
  EXPECT_EQ(run.said()[0].summary.en, "level 9");
  ASSERT_THAT(run.said()[0].evidence, SizeIs(2));
  EXPECT_EQ(unix_ms(run.said()[0].evidence[0].ts), 0);
}

}  // namespace
}  // namespace tocsin::rules::test
