#include "app/runtime/pipeline.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/app/runtime/records.h"
#include "tocsin/v1/event.pb.h"
#include "tocsin/v1/log.pb.h"

namespace tocsin::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PipelineTest : public ::testing::Test {
 protected:
  /// Applies one record `after` ms past the start; returns what it made.
  std::vector<AlertRevision> apply(std::int64_t after, RecordKind kind,
                                   std::string_view body = {}) {
    std::vector<AlertRevision> out;
    pipeline_->apply({++position_, from_unix_ms(kStart + after), kind, body}, out);
    return out;
  }
  std::vector<AlertRevision> frame(std::int64_t after, std::string_view payload) {
    return apply(after, RecordKind::frame, frame_body(payload));
  }
  void start_over() {
    pipeline_.emplace();
    position_ = 0;
  }
  std::uint64_t rejected(RejectReason reason) const {
    return pipeline_->books().rejected_by[static_cast<std::size_t>(reason)];
  }

  std::optional<Pipeline> pipeline_{std::in_place};
  LogPosition position_ = 0;
};

TEST_F(PipelineTest, TheBooksBalanceOverEveryKindOfEvent) {
  apply(0, RecordKind::bundle, rules_body({kSmokeRule}));
  const std::string alarm = smoke("D1", kStart);
  frame(10, alarm);
  frame(20, alarm);                    // the same again
  frame(60'000, smoke("D2", kStart));  // a minute old
  frame(60'000, fmt::format(R"([{},{{"type":"smoke.alarm"}},{{"device_id":"D4"}}])",
                            smoke("D3", kStart + 60'000)));
  frame(60'000, "{not json");
  frame(60'000, "");
  const Books& books = pipeline_->books();
  EXPECT_EQ(books.received, 8u);
  EXPECT_EQ(books.accepted, 2u);
  EXPECT_EQ(books.duplicate, 1u);
  EXPECT_EQ(books.late, 1u);
  EXPECT_EQ(rejected(RejectReason::missing_field), 2u);
  EXPECT_EQ(rejected(RejectReason::malformed), 1u);
  EXPECT_EQ(rejected(RejectReason::empty_frame), 1u);
  EXPECT_TRUE(books.balance());
  EXPECT_EQ(books.unregistered, 4u);
}

TEST_F(PipelineTest, ABatchThatNeverCameIsAnEventForRulesAndInNobodysBooks) {
  apply(0, RecordKind::bundle, rules_body({kGapRule}));
  const auto batch = [&](std::int64_t after, int seq) {
    return frame(after, fmt::format(R"({{"gateway_seq":{},"events":[]}})", seq));
  };
  batch(10, 1);
  batch(20, 4);
  EXPECT_EQ(pipeline_->next_deadline(), from_unix_ms(kStart + 5020));
  EXPECT_TRUE(apply(5019, RecordKind::tick).empty());
  const auto said = apply(9000, RecordKind::tick);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].rule, "lost");
  EXPECT_EQ(said[0].at, from_unix_ms(kStart + 5020));
  EXPECT_EQ(said[0].summary.en, "g1 lost 2: 2 to 3");
  EXPECT_EQ(pipeline_->books().received, 0U);
  EXPECT_EQ(pipeline_->gaps().missing(), 2U);
}

TEST_F(PipelineTest, AnAbsenceBehindADownGatewayWaitsForItsReturn) {
  apply(0, RecordKind::bundle, rules_body({kUnclearedRule}));
  frame(0, smoke("D1", kStart));  // through g1
  apply(1000, RecordKind::gateway, gateway_body("g1", false));
  EXPECT_TRUE(apply(100'000, RecordKind::beat).empty());
  apply(200'000, RecordKind::gateway, gateway_body("g1", true));
  const auto out = apply(300'000, RecordKind::tick);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].at, from_unix_ms(kStart + 202'000));
  EXPECT_FALSE(out[0].degraded);
  EXPECT_EQ(out[0].log_position, 1u);
  apply(300'000, RecordKind::gateway, "\xff");
  EXPECT_EQ(pipeline_->refused_records(), 1u);
}

TEST_F(PipelineTest, AProcessThatStoodStillOwesABeatAndHearsTheBacklogFirst) {
  const auto silence_of = [&](std::int64_t beat_ms) {
    start_over();
    v1::LogStart start;
    start.set_beat_ms(beat_ms);
    apply(0, RecordKind::start, start.SerializeAsString());
    apply(0, RecordKind::bundle, rules_body({kUnclearedRule}));
    frame(0, smoke("D1", kStart));
    apply(10'000, RecordKind::beat);
    return frame(100'000, fmt::format(
                              R"({{"type":"smoke.clear","device_id":"D1","ts":{}}})",
                              kStart + 30'000));
  };
  EXPECT_TRUE(silence_of(10'000).empty()) << "it slept";
  const auto out = silence_of(0);
  ASSERT_EQ(out.size(), 2U) << "no beat was promised: the rule spoke in time, then took it back";
  EXPECT_EQ(out[0].at, from_unix_ms(kStart + 62'000));
}

TEST_F(PipelineTest, AnAbsenceDueWhileNobodyWasThereIsDecidedALittleAfterTheStart) {
  apply(0, RecordKind::start);
  apply(0, RecordKind::bundle, rules_body({kUnclearedRule}));
  frame(0, smoke("D1", kStart));
  frame(0, smoke("D2", kStart));
  apply(10'000, RecordKind::beat);
  EXPECT_TRUE(apply(600'000, RecordKind::start).empty());
  frame(605'000,
        fmt::format(R"({{"type":"smoke.clear","device_id":"D1","ts":{}}})", kStart + 30'000));
  const auto out = apply(700'000, RecordKind::tick);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].at, from_unix_ms(kStart + 610'000));
  EXPECT_EQ(out[0].evidence[0].device_id, "D2");
}

TEST_F(PipelineTest, ARefusedFrameKeepsASampleAndItsNeighboursAreProcessed) {
  apply(0, RecordKind::bundle, rules_body({kSmokeRule}));
  frame(5, "{broken");
  ASSERT_EQ(frame(6, smoke("D1", kStart)).size(), 1u);
  ASSERT_EQ(pipeline_->samples().size(), 1u);
  const RejectedSample& sample = pipeline_->samples().front();
  EXPECT_EQ(sample.reason, RejectReason::malformed);
  EXPECT_EQ(sample.sample, "{broken");
  EXPECT_EQ(sample.arr, from_unix_ms(kStart + 5));
  EXPECT_EQ(sample.log_position, 1u);
}

TEST_F(PipelineTest, SamplesAreBoundedAndTheOldestGoesFirst) {
  for (int i = 0; i < 250; ++i) frame(i, "{broken " + std::to_string(i));
  EXPECT_EQ(pipeline_->samples().size(), kKeptSamples);
  EXPECT_EQ(pipeline_->samples().back().sample, "{broken 249");
  EXPECT_EQ(rejected(RejectReason::malformed), 250u);
}

TEST_F(PipelineTest, ARetainedFrameIsStateAndNoEvent) {
  apply(0, RecordKind::bundle, rules_body({kSmokeRule}));
  const auto out =
      apply(1, RecordKind::frame, frame_body(smoke("D1", kStart), "tocsin/v1/g1/json", true));
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(pipeline_->books().received, 0u);
}

TEST_F(PipelineTest, LogPositionCountsRefusedEventsAndNothingElse) {
  apply(0, RecordKind::bundle, rules_body({kSmokeRule}));
  apply(1, RecordKind::beat);
  frame(2, "{broken");
  apply(3, RecordKind::tick);
  const auto out = frame(4, smoke("D1", kStart));
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].log_position, 2u);
}

TEST_F(PipelineTest, ATimersRevisionIsTheSameWhicheverRecordLetsItFire) {
  const auto resolved_by = [&](RecordKind kind, std::int64_t after, const std::string& body) {
    start_over();
    apply(0, RecordKind::bundle, rules_body({kSmokeRule}));
    frame(2, smoke("D1", kStart));
    frame(3, "{broken");
    return apply(after, kind, body);
  };
  const auto by_tick = resolved_by(RecordKind::tick, 600'002, {});
  const auto by_beat = resolved_by(RecordKind::beat, 607'000, {});
  const auto by_event =
      resolved_by(RecordKind::frame, 900'000, frame_body(smoke("D9", kStart + 900'000, 0.1)));
  ASSERT_EQ(by_tick.size(), 1u);
  EXPECT_EQ(by_tick[0].state, AlertState::resolved);
  EXPECT_EQ(by_tick[0].reason, Reason::quiet);
  EXPECT_EQ(by_tick[0].at, from_unix_ms(kStart + 600'002));
  EXPECT_EQ(by_tick[0].log_position, 2u);
  EXPECT_EQ(by_beat, by_tick);
  EXPECT_EQ(by_event, by_tick);
}

TEST_F(PipelineTest, ABundleTakesEffectAtItsRecord) {
  EXPECT_TRUE(frame(1, smoke("D1", kStart)).empty());
  apply(2, RecordKind::bundle, rules_body({kSmokeRule}));
  EXPECT_EQ(frame(3, smoke("D1", kStart + 3)).size(), 1u);
  const std::string version = pipeline_->bundle_version();
  EXPECT_THAT(version, HasSubstr("sha256:"));
  const auto swapped = apply(4, RecordKind::bundle, rules_body({kRepeatedRule}));
  ASSERT_EQ(swapped.size(), 1u);
  EXPECT_EQ(swapped[0].reason, Reason::rule_removed);
  EXPECT_EQ(swapped[0].log_position, 2u);
  EXPECT_NE(pipeline_->bundle_version(), version);
}

TEST_F(PipelineTest, ABundleThatDoesNotLoadKeepsTheOldOneAndIsCounted) {
  apply(0, RecordKind::bundle, rules_body({kSmokeRule}));
  const std::string version = pipeline_->bundle_version();
  apply(1, RecordKind::bundle, rules_body({"rule: [broken"}));
  apply(2, RecordKind::bundle, "\xff\xff");
  EXPECT_EQ(pipeline_->bundle_version(), version);
  EXPECT_EQ(pipeline_->refused_records(), 2u);
  EXPECT_THAT(pipeline_->last_refusal(), HasSubstr("record 3"));
  EXPECT_EQ(frame(3, smoke("D1", kStart)).size(), 1u);
}

/// A bundle with an event type of its own, pump.status, and `rule` on it.
std::string pump_bundle(const std::vector<std::string>& fields, const std::string& rule) {
  google::protobuf::FileDescriptorSet set;
  google::protobuf::FileDescriptorProto& file = *set.add_file();
  file.set_name("pump.proto");
  file.set_syntax("proto3");
  file.add_dependency("tocsin/v1/event.proto");
  google::protobuf::DescriptorProto& message = *file.add_message_type();
  message.set_name("Pump");
  message.mutable_options()->SetExtension(v1::event_type, "pump.status");
  for (const std::string& name : fields) {
    google::protobuf::FieldDescriptorProto& field = *message.add_field();
    field.set_name(name);
    field.set_number(message.field_size());
    field.set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
    field.set_type(google::protobuf::FieldDescriptorProto::TYPE_DOUBLE);
  }
  Bundle bundle;
  bundle.files.push_back({"pump.desc", set.SerializeAsString()});
  bundle.files.push_back({"rules.yaml", rule + "---\n" + kRepeatedRule});
  bundle.version = content_version(bundle.files);
  return bundle_body(bundle);
}

constexpr const char* kPumpRule = R"(format: tocsin/1
rule: pump
severity: high
for_each: [device_id]
match:
  event: {event: pump.status, where: "e.pressure > 5.0"}
alert: {identity: [device_id], resolve: {quiet_for: 1h}}
)";

std::string pump(double pressure) {
  return fmt::format(R"({{"type":"pump.status","device_id":"P1","pressure":{}}})", pressure);
}

TEST_F(PipelineTest, ABundleBringsItsEventTypesAndNewDefinitionsEndOnlyTheRulesThatUseThem) {
  const auto play = [&] {
    std::vector<AlertRevision> all;
    const auto add = [&](std::vector<AlertRevision> more) {
      std::ranges::move(more, std::back_inserter(all));
    };
    add(frame(0, pump(7)));  // no such type yet
    add(apply(1, RecordKind::bundle, pump_bundle({"pressure"}, kPumpRule)));
    add(frame(2, pump(7)));
    add(frame(3, smoke("D1", kStart + 3)));
    add(frame(4, smoke("D1", kStart + 4)));
    add(apply(5, RecordKind::bundle, pump_bundle({"flow", "pressure"}, kPumpRule)));
    add(frame(6, smoke("D1", kStart + 6)));
    add(frame(7, pump(8)));
    add(apply(8, RecordKind::bundle, rules_body({kRepeatedRule})));
    add(frame(9, pump(9)));
    return all;
  };
  const std::vector<AlertRevision> said = play();
  std::vector<std::string> lines;
  for (const AlertRevision& r : said)
    lines.push_back(fmt::format("{} {} {}", r.rule, to_string(r.state), to_string(r.reason)));
  EXPECT_THAT(lines, ElementsAre("pump firing matched", "pump resolved rule_changed",
                                 "thrice firing matched", "pump firing matched",
                                 "pump resolved rule_removed"));
  EXPECT_EQ(rejected(RejectReason::unknown_type), 2u);
  EXPECT_EQ(pipeline_->refused_records(), 0u);
  EXPECT_TRUE(pipeline_->books().balance());
  start_over();
  EXPECT_EQ(play(), said);
}

TEST_F(PipelineTest, ABundleWithABadDescriptorSetKeepsTheOldOne) {
  apply(0, RecordKind::bundle, pump_bundle({"pressure"}, kPumpRule));
  apply(1, RecordKind::bundle, pump_bundle({"pressure", "plate"}, kPumpRule));
  EXPECT_EQ(pipeline_->refused_records(), 1u);
  EXPECT_THAT(pipeline_->last_refusal(), HasSubstr("Pump.plate"));
  EXPECT_EQ(frame(2, pump(7)).size(), 1u);
}

TEST_F(PipelineTest, AnEventGetsThePlaceOfTheRegistryInForceWhenItArrives) {
  std::string by_building = kSmokeRule;
  by_building.replace(by_building.find("device_id"), 9, "loc.building");
  apply(0, RecordKind::bundle, rules_body({by_building}));
  EXPECT_TRUE(frame(1, smoke("D1", kStart)).empty()) << "no registry, no building";
  const auto registry = [](std::string_view building) {
    Bundle files;
    files.files.push_back(
        {"places.csv", fmt::format("place_id,parent_id,kind,name_zh,name_en,lat,lon,adjacent,tags\n"
                                   "{},,building,楼,Building,,,,\n",
                                   building)});
    files.files.push_back(
        {"devices.csv",
         fmt::format("device_id,kind,place_id,gateway_id,heartbeat_interval_s,state,tags\n"
                     "D1,smoke,{},g1,,commissioned,\n",
                     building)});
    files.version = content_version(files.files);
    return registry_body(files);
  };
  apply(2, RecordKind::registry, registry("B7"));
  const auto first = frame(3, smoke("D1", kStart + 3));
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].place.building, "B7");
  apply(4, RecordKind::registry, registry("B8"));
  const auto second = frame(5, smoke("D1", kStart + 5));
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].place.building, "B8");
  EXPECT_NE(second[0].alert_id, first[0].alert_id);
  EXPECT_EQ(pipeline_->registry()->devices().size(), 1u);
}

TEST_F(PipelineTest, BodiesThatAreNotWhatTheirKindSaysAreRefusedAndCounted) {
  apply(0, RecordKind::frame, "\xff\xff\xff");
  apply(1, RecordKind::registry, "\xff\xff\xff");
  apply(2, RecordKind::alert, "");
  EXPECT_EQ(pipeline_->refused_records(), 3u);
  EXPECT_EQ(pipeline_->applied(), 3u);
  EXPECT_TRUE(pipeline_->books().balance());
}

}  // namespace
}  // namespace tocsin::app
