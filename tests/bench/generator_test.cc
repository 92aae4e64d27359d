#include "bench/sim/generator.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "bench/sim/batcher.h"
#include "bench/sim/encoder.h"
#include "bench/sim/stream.h"
#include "core/digest.h"

namespace tocsin::sim {
namespace {

GeneratorOptions minute(std::string_view scenario) {
  GeneratorOptions options;
  options.scenario = *parse_scenario(scenario);
  options.end = 60'000;
  options.rate = 200;
  return options;
}

std::vector<SimEvent> all_events(const City& city, const GeneratorOptions& options) {
  Generator generator(city, options);
  std::vector<SimEvent> events;
  while (auto event = generator.next()) events.push_back(std::move(*event));
  return events;
}

std::string whole_stream(const City& city, std::string_view scenario) {
  SimOptions options;
  options.scenario = *parse_scenario(scenario);
  options.run_for = Duration{60'000};
  options.rate = 100;
  Stream stream(city, options, 0);
  std::string text;
  while (const auto frame = stream.next()) {
    for (const SimEvent& e : frame->events) append_replay_line(city, e, frame->due, 0, true, text);
  }
  for (const ExpectedAlert& e : stream.take_expected(INT64_MAX)) text += to_json_line(e);
  return hash128_hex(text);
}

TEST(Generator, SameSeedSameBytes) {
  const City city(1000, 5);
  for (const char* scenario :
       {"steady", "duplicates", "storm", "reorder", "skew", "outage", "storm,duplicates,skew"}) {
    EXPECT_EQ(whole_stream(city, scenario), whole_stream(city, scenario)) << scenario;
  }
}

TEST(Generator, IsTheSameOnEveryMachine) {
  EXPECT_EQ(whole_stream(City(1000, 5), "duplicates,storm,reorder,skew,outage"),
            "1a6b43c29eaa9997987a3c0726d18566");
}

TEST(Generator, EventsComeInOrderOfSending) {
  const City city(1000, 5);
  for (const char* scenario : {"steady", "duplicates,storm,reorder,skew,outage"}) {
    SimTime last = 0;
    GeneratorOptions options = minute(scenario);
    options.end = 125'000;  // the last window of planning is a short one
    for (const SimEvent& event : all_events(city, options)) {
      EXPECT_GE(event.due, last);
      last = event.due;
    }
  }
}

TEST(Generator, KeepsToTheRateItWasAskedFor) {
  const City city(1000, 5);
  for (const char* scenario : {"steady", "storm"}) {
    EXPECT_NEAR(static_cast<double>(all_events(city, minute(scenario)).size()), 12'000, 600)
        << scenario;
  }
}

TEST(Generator, AHeartbeatKeepsItsInterval) {
  const City city(1000, 5);
  GeneratorOptions options;
  options.end = 300'000;
  std::map<std::uint32_t, int> panels;
  for (const SimEvent& event : all_events(city, options)) {
    if (city.device(event.device).kind == DeviceKind::panel) ++panels[event.device];
  }
  ASSERT_FALSE(panels.empty());
  for (const auto& [device, beats] : panels) EXPECT_NEAR(beats, 10, 1) << device;
}

TEST(Generator, TheFirstIncidentsComeWithinTwoSecondsAndAllEndInTime) {
  const City city(1000, 5);
  GeneratorOptions options = minute("steady");
  options.epoch_ms = 1000;
  Generator generator(city, options);
  ASSERT_TRUE(generator.next().has_value());
  const auto truth = generator.take_expected(INT64_MAX);
  ASSERT_GT(truth.size(), 10U);
  EXPECT_LT(truth.front().sent, 1000 + 2000);
  EXPECT_LT(truth.back().sent, 1000 + 60'000);
}

TEST(Generator, AStormAlarmsInManyBuildings) {
  const City city(20'000, 5);
  Generator generator(city, minute("storm"));
  ASSERT_TRUE(generator.next().has_value());
  std::set<std::string> detectors;
  for (const ExpectedAlert& e : generator.take_expected(INT64_MAX)) {
    if (e.rule == "smoke-alarm") detectors.insert(e.key.front().second);
  }
  EXPECT_GE(detectors.size(), 20'000 / kDevicesPerStormAlarm);
}

TEST(Generator, IdleModeSaysOneThingEveryThreeSeconds) {
  const City city(1000, 5);
  GeneratorOptions options;
  options.end = 30'000;
  options.alarm_every = 3000;
  const auto events = all_events(city, options);
  ASSERT_EQ(events.size(), 10U);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].due, static_cast<SimTime>(i) * 3000);
  }
}

TEST(Generator, RunsWithoutAnEndUntilNobodyAsks) {
  const City city(100, 5);
  Generator generator(city, {});
  SimTime last = 0;
  for (int i = 0; i < 20'000; ++i) last = generator.next()->due;
  EXPECT_GT(last, 10 * kPlanWindow);
}

TEST(Batcher, AGatewaysNumbersHaveNoGaps) {
  const City city(1000, 5);
  Generator generator(city, minute("steady"));
  Batcher batcher(city, generator, 50);
  std::map<std::uint32_t, std::uint64_t> last;
  SimTime due = 0;
  while (const auto frame = batcher.next()) {
    EXPECT_EQ(frame->gateway_seq, ++last[frame->gateway]);
    EXPECT_GE(frame->due, due);
    due = frame->due;
    EXPECT_FALSE(frame->events.empty());
  }
}

TEST(Batcher, AnAlarmDoesNotWait) {
  const City city(1000, 5);
  Generator generator(city, minute("steady"));
  Batcher batcher(city, generator, 1000);
  std::size_t alarms = 0;
  while (const auto frame = batcher.next()) {
    for (const SimEvent& event : frame->events) {
      EXPECT_LE(frame->due - event.due, 1000);
      if (!event.urgent) continue;
      EXPECT_EQ(frame->due, event.due);
      ++alarms;
    }
  }
  EXPECT_GT(alarms, 0U);
}

TEST(Batcher, NothingIsLostBetweenGeneratorAndFrames) {
  const City city(1000, 5);
  const GeneratorOptions options = minute("storm");
  Generator generator(city, options);
  Batcher batcher(city, generator, 50);
  std::size_t events = 0;
  while (const auto frame = batcher.next()) events += frame->events.size();
  EXPECT_EQ(events, all_events(city, options).size());
}

TEST(Resender, CopiesHaveTheNumberAndTheEventsOfTheirOriginal) {
  const City city(1000, 5);
  const GeneratorOptions options = minute("duplicates");
  Generator generator(city, options);
  Batcher batcher(city, generator, 50);
  Resender resender(city, batcher, options);
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> first_seq;
  std::set<std::pair<std::uint32_t, std::uint32_t>> said;  // device, seq
  std::size_t copies = 0;
  SimTime due = 0;
  while (const auto frame = resender.next()) {
    for (const SimEvent& e : frame->events) copies += said.emplace(e.device, e.seq).second ? 0 : 1;
    EXPECT_GE(frame->due, due);
    due = frame->due;
    const auto it =
        first_seq.emplace(std::pair(frame->gateway, frame->gateway_seq), frame->events.front().seq)
            .first;
    EXPECT_EQ(it->second, frame->events.front().seq);
  }
  EXPECT_EQ(copies, resender.copies());
  EXPECT_GT(copies, 50U);
}

TEST(Scenario, NamesTheWordItDoesNotKnow) {
  std::string_view bad;
  EXPECT_FALSE(parse_scenario("storm,dupes", &bad).has_value());
  EXPECT_EQ(bad, "dupes");
  EXPECT_TRUE(parse_scenario("steady")->storm == false);
}

}  // namespace
}  // namespace tocsin::sim
