/// The shipped rules over the simulated city, in one process and in virtual time: every planted
/// incident gives exactly its alerts, whatever the scenario, and noise gives none.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "bench/check/truth_check.h"
#include "bench/sim/city_registry.h"
#include "bench/sim/encoder.h"
#include "bench/sim/scenes.h"
#include "bench/sim/stream.h"
#include "ingest/catalogue_builder.h"
#include "ingest/decoder.h"
#include "rules/engine.h"
#include "rules/load/loader.h"

namespace tocsin {
namespace {

constexpr std::int64_t kEpochMs = 1'767'225'600'000;

std::vector<rules::SourceFile> shipped_files() {
  std::vector<rules::SourceFile> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(TOCSIN_SOURCE_DIR "/deploy/rules.d")) {
    if (entry.path().extension() != ".yaml") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    files.push_back({entry.path().filename(), text.str()});
  }
  std::ranges::sort(files, {}, &rules::SourceFile::name);
  return files;
}

/// Frames in, alerts into a TruthCheck.
class Bench final : public ingest::EventSink {
 public:
  Bench(const sim::City& city, const Catalogue& catalogue,
        std::shared_ptr<const rules::RuleSet> rules, const rules::EngineOptions& engine)
      : city_(city),
        registry_(sim::make_registry(city)),
        decoder_(catalogue, registry_),
        engine_(rules, registry_, engine),
        check_(options(*rules)) {}

  bench::CheckReport run(const sim::SimOptions& options) {
    sim::Stream stream(city_, options, kEpochMs);
    std::string bytes;
    while (const auto frame = stream.next()) {
      const bool json = options.encoding == sim::Encoding::json;
      json ? encode_json(city_, *frame, kEpochMs, bytes)
           : encode_protobuf(city_, *frame, kEpochMs, bytes);
      const std::string topic =
          fmt::format("tocsin/v1/{}/{}", city_.gateways()[frame->gateway], json ? "json" : "pb");
      decoder_.decode_frame(topic, bytes, from_unix_ms(kEpochMs + frame->due), *this);
    }
    engine_.run_out(revisions_);
    hand_over();
    for (const sim::ExpectedAlert& e : stream.take_expected(INT64_MAX)) check_.expect(e);
    return check_.report();
  }

  void on_event(Event& event) override {
    event.log_position = ++position_;
    duplicates_ += engine_.apply(event, revisions_) == rules::Verdict::duplicate ? 1 : 0;
    hand_over();
  }
  void on_rejected(const ingest::Rejection& rejection) override {
    ++position_;
    ADD_FAILURE() << "rejected: " << rejection.detail << " " << rejection.sample;
  }
  std::uint64_t events() const { return position_; }
  std::uint64_t duplicates() const { return duplicates_; }

 private:
  /// In virtual time an alert opens at the very moment its last event arrives.
  static bench::CheckOptions options(const rules::RuleSet& rules) {
    bench::CheckOptions made;
    for (const rules::Rule& rule : rules.rules) {
      if (rule.mode == rules::Mode::live) made.rules.insert(rule.name);
    }
    made.watched = made.rules;
    made.early = made.late = Duration{0};
    return made;
  }
  void hand_over() {
    for (const AlertRevision& revision : revisions_) check_.see(bench::seen(revision));
    revisions_.clear();
  }

  const sim::City& city_;
  std::shared_ptr<const Registry> registry_;
  ingest::Decoder decoder_;
  rules::Engine engine_;
  bench::TruthCheck check_;
  std::vector<AlertRevision> revisions_;
  std::uint64_t position_ = 0;
  std::uint64_t duplicates_ = 0;
};

class SimTruth : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    catalogue_ = new Catalogue(ingest::builtin_catalogue());
    rules::Loaded loaded = rules::load(shipped_files(), *catalogue_);
    for (const Diagnostic& d : loaded.diagnostics)
      ADD_FAILURE() << d.file << ":" << d.line << " " << d.message_en;
    rules_ = new std::shared_ptr<const rules::RuleSet>(loaded.rules);
  }
  static void TearDownTestSuite() {
    delete rules_;
    delete catalogue_;
  }

  struct Outcome {
    bench::CheckReport check;
    std::uint64_t events = 0;
    std::uint64_t duplicates = 0;
  };
  static Outcome play(std::uint32_t devices, std::string_view scenario, const sim::SimOptions& base,
                      const rules::EngineOptions& engine = {}) {
    sim::SimOptions options = base;
    options.devices = devices;
    options.scenario = *sim::parse_scenario(scenario);
    const sim::City city(devices, options.seed);
    Bench bench(city, *catalogue_, *rules_, engine);
    Outcome outcome;
    outcome.check = bench.run(options);
    outcome.events = bench.events();
    outcome.duplicates = bench.duplicates();
    return outcome;
  }
  static sim::SimOptions for_minutes(int minutes, double rate) {
    sim::SimOptions options;
    options.run_for = Duration{minutes * 60'000};
    options.rate = rate;
    return options;
  }
  static void expect_perfect(const bench::CheckReport& check) {
    RecordProperty("expected", static_cast<int>(check.expected));
    EXPECT_EQ(check.missed, 0U);
    EXPECT_EQ(check.duplicated, 0U);
    EXPECT_EQ(check.wrong, 0U);
    for (const bench::Finding& f : check.findings) {
      ADD_FAILURE() << bench::to_string(f.fault) << " " << f.rule << " " << f.key << " "
                    << f.detail;
    }
    EXPECT_GT(check.expected, 25U);
  }

  static const Catalogue* catalogue_;
  static const std::shared_ptr<const rules::RuleSet>* rules_;
};
const Catalogue* SimTruth::catalogue_ = nullptr;
const std::shared_ptr<const rules::RuleSet>* SimTruth::rules_ = nullptr;

TEST_F(SimTruth, SteadyCitiesGiveExactlyTheirAlerts) {
  expect_perfect(play(1000, "steady", for_minutes(2, 200)).check);
  expect_perfect(play(20'000, "steady", for_minutes(2, 1000)).check);
}

TEST_F(SimTruth, DuplicatesChangeNothing) {
  const Outcome small = play(1000, "duplicates", for_minutes(2, 200));
  expect_perfect(small.check);
  EXPECT_GT(small.duplicates, 100U);
  expect_perfect(play(20'000, "duplicates", for_minutes(2, 1000)).check);
}

TEST_F(SimTruth, StormsGiveExactlyTheirAlerts) {
  expect_perfect(play(1000, "storm", for_minutes(2, 0)).check);
  const Outcome large = play(20'000, "storm", for_minutes(2, 0));
  expect_perfect(large.check);
  EXPECT_GT(large.events, 20'000U);
}

TEST_F(SimTruth, StormsWithDuplicatesGiveExactlyTheirAlerts) {
  expect_perfect(play(1000, "storm,duplicates", for_minutes(2, 500)).check);
  expect_perfect(play(20'000, "storm,duplicates", for_minutes(2, 2000)).check);
}

TEST_F(SimTruth, DisorderWrongClocksAndOutagesChangeNothing) {
  for (const char* scenario :
       {"reorder", "skew", "outage", "reorder,skew,outage,duplicates,storm"}) {
    SCOPED_TRACE(scenario);
    expect_perfect(play(20'000, scenario, for_minutes(2, 500)).check);
  }
}

TEST_F(SimTruth, AnySeedWillDo) {
  for (std::uint64_t seed = 2; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    sim::SimOptions options = for_minutes(2, 100);
    options.seed = seed;
    expect_perfect(play(1000, "storm,duplicates", options).check);
  }
}

TEST_F(SimTruth, JsonGivesWhatProtobufGives) {
  sim::SimOptions options = for_minutes(1, 200);
  options.encoding = sim::Encoding::json;
  expect_perfect(play(1000, "duplicates", options).check);
}

TEST_F(SimTruth, NoiseAloneGivesNoAlert) {
  sim::SimOptions options = for_minutes(30, 200);
  options.incidents_per_minute = 1e-9;
  const Outcome outcome = play(2000, "duplicates", options);
  EXPECT_EQ(outcome.check.expected, 0U);
  EXPECT_EQ(outcome.check.openings, 0U);
  EXPECT_GT(outcome.events, 300'000U);
}

/// The canary: what these tests would say if copies were not recognised.
TEST_F(SimTruth, AnEngineThatForgetsTooSoonIsCaught) {
  rules::EngineOptions forgetful;
  forgetful.dedup_window = Duration{5000};
  const Outcome outcome = play(20'000, "duplicates", for_minutes(2, 500), forgetful);
  EXPECT_GT(outcome.check.wrong + outcome.check.duplicated, 0U);
}

/// A rule without a scene would go unnoticed by every test above. What waits for hours of silence
/// cannot be planted in minutes: silence_truth_test.cc is about it; that it does not speak in them,
/// these tests prove. Nothing is lost on the way from the simulated city: gateway-gap is tested with
/// the pipeline.
TEST_F(SimTruth, EveryShippedRuleIsPlanted) {
  const sim::City city(20'000, 1);
  sim::SimOptions options = for_minutes(5, 1);
  sim::Stream stream(city, options, kEpochMs);
  while (stream.next()) continue;
  std::set<std::string> planted;
  for (const sim::ExpectedAlert& e : stream.take_expected(INT64_MAX)) planted.insert(e.rule);
  const auto waits_for_hours = [&](const rules::Rule& rule) {
    const auto* const above = std::get_if<rules::RollUpForm>(&rule.form);
    const auto& below =
        above == nullptr ? rule
                         : *std::ranges::find((*rules_)->rules, above->child, &rules::Rule::name);
    return std::holds_alternative<rules::SilenceForm>(below.form);
  };
  for (const rules::Rule& rule : (*rules_)->rules) {
    if (rule.name == "gateway-gap") continue;
    EXPECT_TRUE(waits_for_hours(rule) || planted.contains(rule.name)) << rule.name;
  }
}

}  // namespace
}  // namespace tocsin
