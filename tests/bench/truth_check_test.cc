#include "bench/check/truth_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::bench {
namespace {

sim::ExpectedAlert expected(std::string building, std::int64_t sent = 1000) {
  sim::ExpectedAlert e;
  e.incident = 1;
  e.scene = "two-detectors";
  e.rule = "smoke-confirmed";
  e.severity = "critical";
  e.key = {{"loc.building", std::move(building)}};
  e.ts = e.sent = e.opens = sent;
  e.events = {"SD-1-1", "SD-2-2"};
  return e;
}

SeenAlert opening(std::string building, std::string id, std::int64_t at = 1000) {
  SeenAlert a;
  a.alert_id = std::move(id);
  a.rule = "smoke-confirmed";
  a.rev = 1;
  a.severity = "critical";
  a.key = {{"loc.building", std::move(building)}};
  a.opened_at = at;
  a.evidence = {"SD-1-1"};
  return a;
}

TEST(TruthCheck, AllIsWellWhenEachIncidentHasItsAlert) {
  TruthCheck check;
  check.expect(expected("B1"));
  EXPECT_FALSE(check.all_came());
  check.see(opening("B1", "a"));
  EXPECT_TRUE(check.all_came());
  EXPECT_TRUE(check.report().ok());
  EXPECT_EQ(check.report().answered.size(), 1U);
}

TEST(TruthCheck, CountsWhatDidNotCome) {
  TruthCheck check;
  check.expect(expected("B1"));
  check.expect(expected("B2"));
  check.see(opening("B2", "a"));
  EXPECT_EQ(check.report().missed, 1U);
  EXPECT_EQ(check.report().findings.front().key, "loc.building=B1");
}

TEST(TruthCheck, ASecondOpeningIsADuplicate) {
  TruthCheck check;
  check.expect(expected("B1"));
  check.see(opening("B1", "a"));
  check.see(opening("B1", "b", 2000));
  EXPECT_EQ(check.report().duplicated, 1U);
  EXPECT_EQ(check.report().wrong, 0U);
}

TEST(TruthCheck, ARevisionDeliveredTwiceIsADuplicate) {
  TruthCheck check;
  check.expect(expected("B1"));
  check.see(opening("B1", "a"));
  SeenAlert resolve = opening("B1", "a");
  resolve.rev = 2;
  check.see(resolve);
  EXPECT_TRUE(check.report().ok());
  check.see(resolve);
  EXPECT_EQ(check.report().duplicated, 1U);
}

TEST(TruthCheck, AnAlertNobodyPlantedIsWrong) {
  TruthCheck check;
  check.expect(expected("B1"));
  check.see(opening("B1", "a"));
  check.see(opening("B9", "b"));
  EXPECT_EQ(check.report().wrong, 1U);
}

TEST(TruthCheck, AnAlertOfARuleThatWasNotPlantedIsNobodysBusinessUnlessWatched) {
  SeenAlert other = opening("B1", "a");
  other.rule = "village-surge";
  TruthCheck check;
  check.see(other);
  EXPECT_TRUE(check.report().ok());
  CheckOptions watching;
  watching.watched = {"village-surge"};
  TruthCheck watchful(watching);
  watchful.see(other);
  EXPECT_EQ(watchful.report().wrong, 1U);
}

TEST(TruthCheck, SeverityTimeAndEvidenceMustFit) {
  TruthCheck check;
  check.expect(expected("B1"));
  SeenAlert bad = opening("B1", "a", 100'000);
  bad.severity = "low";
  bad.evidence = {"SD-9-9"};
  check.see(bad);
  std::vector<Fault> faults;
  for (const Finding& f : check.report().findings) faults.push_back(f.fault);
  EXPECT_THAT(faults, testing::ElementsAre(Fault::wrong_severity, Fault::wrong_time,
                                           Fault::wrong_evidence));
  EXPECT_EQ(check.report().wrong, 3U);
}

TEST(TruthCheck, ARuleThatIsNotInForceIsNotDemanded) {
  CheckOptions options;
  options.rules = {"smoke-alarm"};
  TruthCheck check(options);
  check.expect(expected("B1"));
  EXPECT_TRUE(check.report().ok());
  EXPECT_EQ(check.report().skipped, 1U);
}

TEST(TruthCheck, ShadowAlertsAndAlertsAboutRulesDoNotCount) {
  TruthCheck check;
  check.expect(expected("B1"));
  SeenAlert shadow = opening("B1", "a");
  shadow.shadow = true;
  check.see(shadow);
  SeenAlert about = opening("B1", "b");
  about.kind = "rule.error";
  check.see(about);
  EXPECT_EQ(check.report().missed, 1U);
  EXPECT_EQ(check.report().wrong, 0U);
}

TEST(TruthLine, ReadsBackAsItWasWritten) {
  const sim::ExpectedAlert e = expected("B1", 5);
  const auto back = sim::parse_truth_line(sim::to_json_line(e));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(sim::to_json_line(*back), sim::to_json_line(e));
  EXPECT_FALSE(sim::parse_truth_line("{}").has_value());
  EXPECT_FALSE(sim::parse_truth_line("not json").has_value());
}

TEST(SeenAlert, IsReadFromTheContractsJson) {
  const auto alert =
      parse_seen(R"({"alert_id":"ab","rule":"r","rev":1,"state":"firing","severity":"high",)"
                 R"("key":{"loc.building":"B7","n":3},"opened_at":17,"evidence":[{"id":"g1-1"}]})");
  ASSERT_TRUE(alert.has_value());
  EXPECT_EQ(alert->key.at("loc.building"), "B7");
  EXPECT_EQ(alert->key.at("n"), "3");
  EXPECT_EQ(alert->opened_at, 17);
  EXPECT_THAT(alert->evidence, testing::ElementsAre("g1-1"));
  EXPECT_FALSE(parse_seen(R"({"summary":true})").has_value());
}

}  // namespace
}  // namespace tocsin::bench
