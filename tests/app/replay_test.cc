#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "alerts/alert_json.h"
#include "app/loaded_bundle.h"
#include "app/replay/replay_session.h"
#include "rules/load/loader.h"
#include "tests/app/support.h"

namespace tocsin::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kRules = R"(
format: tocsin/1
rule: smoke
severity: high
for_each: [loc.building]
match:
  count: {event: smoke.alarm, where: "e.level >= 2.0", distinct: [device_id], at_least: 2, within: 60s}
alert:
  update_on: [distinct]
  resolve: {quiet_for: 10m}
---
format: tocsin/1
rule: single
severity: low
for_each: [device_id]
match: {event: {event: smoke.alarm}}
alert: {resolve: {after: 1m}}
)";

std::string alarm(int device, std::int64_t ts, const char* building = "B7") {
  return R"({"type":"smoke.alarm","device_id":"D)" + std::to_string(device) +
         R"(","loc.building":")" + building + R"(","level":3,"ts":)" + std::to_string(ts) + "}\n";
}

class Replay {
 public:
  explicit Replay(const char* rules = kRules) {
    bundle_ = load_bundle({{"rules.yaml", rules}});
    EXPECT_THAT(bundle_.loaded.diagnostics, IsEmpty());
    session_ = std::make_unique<ReplaySession>(
        ReplayInputs{{bundle_.catalogue, bundle_.loaded.rules},
                     nullptr,
                     {},
                     [this](std::size_t, const std::string& path, const Catalogue& in_force,
                            std::string& why) { return reload(path, in_force, why); }});
  }

  Replay& play(const std::string& text) {
    std::string_view whole = text;
    for_each_line(whole, [&](std::string_view line) {
      const auto at = static_cast<std::size_t>(line.data() - whole.data());
      const LineResult result = session_->apply(whole.substr(0, at), line, out_);
      if (result.bad) problems_.emplace_back(result.problem);
    });
    return *this;
  }
  Replay& finish(std::optional<Duration> until = std::nullopt) {
    session_->finish(until, out_);
    return *this;
  }

  std::string text() const {
    std::string all;
    for (const AlertRevision& revision : out_) all += alerts::alert_to_json(revision) + "\n";
    return all;
  }
  const std::vector<AlertRevision>& revisions() const { return out_; }
  const std::vector<std::string>& problems() const { return problems_; }
  const ReplaySession& session() const { return *session_; }
  /// Rules by path, for reload records. Each may be read once.
  std::map<std::string, std::string> files;

 private:
  ReplayRules reload(const std::string& path, const Catalogue& in_force, std::string& why) {
    const auto file = files.find(path);
    if (file == files.end()) {
      why = path + ": gone";
      return {};
    }
    const LoadedBundle bundle = load_bundle({{path, file->second}}, {}, &in_force);
    files.erase(file);
    return {bundle.catalogue, bundle.loaded.rules};
  }

  LoadedBundle bundle_;
  std::unique_ptr<ReplaySession> session_;
  std::vector<AlertRevision> out_;
  std::vector<std::string> problems_;
};

// A few hundred events of a few devices, with everything that may happen to a line.
std::string random_lines(std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::string text;
  std::int64_t now = 1'767'225'600'000;
  for (int i = 0; i < 300; ++i) {
    now += below(20'000);
    switch (below(12)) {
      case 0: text += "not json\n"; break;
      case 1: text += R"({"engine":"tick","arr":)" + std::to_string(now) + "}\n"; break;
      case 2:
        text += R"({"type":"no.such","device_id":"D","ts":1})"
                "\n";
        break;
      default: text += alarm(below(5), now - below(3) * 30'000, below(2) == 0 ? "B7" : "B8");
    }
  }
  return text;
}

std::string with_restarts(const std::string& text, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string out;
  for (const std::string& line : testing::lines_of(text)) {
    while (random() % 4 == 0) out += "{\"engine\":\"restart\"}\n";
    out += line + "\n";
  }
  return out;
}

TEST(Replay, restarts_anywhere_change_no_byte) {
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    const std::string text = random_lines(seed);
    Replay plain;
    Replay restarted;
    plain.play(text).finish();
    restarted.play(with_restarts(text, seed)).finish();
    EXPECT_EQ(plain.text(), restarted.text()) << "seed " << seed;
    EXPECT_FALSE(plain.text().empty());
    EXPECT_GT(restarted.session().restarts(), 10u);
    EXPECT_EQ(plain.session().engine().books().received,
              restarted.session().engine().books().received);
    EXPECT_EQ(plain.problems(), restarted.problems());
  }
}

TEST(Replay, restarts_in_a_row_count_as_one_and_the_first_line_needs_none) {
  Replay replay;
  replay.play("{\"engine\":\"restart\"}\n" + alarm(1, 0) +
              "{\"engine\":\"restart\"}\n\n{\"engine\":\"restart\"}\n" + alarm(2, 1));
  EXPECT_EQ(replay.session().restarts(), 1u);
}

TEST(Replay, without_an_end_every_timer_fires) {
  Replay replay;
  replay.play(alarm(1, 0)).finish();
  ASSERT_EQ(replay.revisions().size(), 2u);
  EXPECT_EQ(unix_ms(replay.revisions()[1].at), 60'000);
}

TEST(Replay, until_is_counted_from_the_last_arrival_and_includes_its_moment) {
  const auto revisions = [](std::int64_t ms) {
    Replay replay;
    replay
        .play(alarm(1, 0) + R"({"engine":"tick","arr":10000})"
                            "\n")
        .finish(Duration{ms});
    return replay.revisions().size();
  };
  EXPECT_EQ(revisions(0), 1u);
  EXPECT_EQ(revisions(49'999), 1u);
  EXPECT_EQ(revisions(50'000), 2u);
}

TEST(Replay, nothing_played_says_nothing) {
  EXPECT_THAT(Replay().play("").finish().text(), IsEmpty());
  EXPECT_THAT(Replay().play("\n  \r\n").finish(Duration{0}).text(), IsEmpty());
}

TEST(Replay, output_does_not_depend_on_ticks_or_outages) {
  const std::string end = alarm(3, 700'000);
  Replay plain;
  Replay ticked;
  Replay away;
  plain.play(alarm(1, 0) + alarm(2, 5) + end).finish();
  ticked
      .play(alarm(1, 0) + alarm(2, 5) +
            R"({"engine":"tick","arr":61000})"
            "\n" +
            end)
      .finish();
  away.play(alarm(1, 0) + alarm(2, 5) +
            R"({"engine":"down","arr":10})"
            "\n"
            R"({"engine":"up","arr":650000})"
            "\n" +
            end)
      .finish();
  EXPECT_EQ(plain.text(), ticked.text());
  EXPECT_EQ(plain.text(), away.text());
}

TEST(Replay, an_older_arrival_is_raised_to_the_line_before) {
  Replay replay;
  replay.play(R"({"engine":"tick","arr":100000})"
              "\n" +
              alarm(1, 5000));
  ASSERT_EQ(replay.revisions().size(), 1u);
  EXPECT_EQ(unix_ms(replay.revisions()[0].at), 100'000);
}

TEST(Replay, positions_count_received_events_rejected_ones_included) {
  Replay replay;
  replay
      .play(
          "junk\n"
          R"({"engine":"tick","arr":1})"
          "\n" +
          alarm(1, 10) + "junk\n")
      .finish();
  ASSERT_EQ(replay.revisions().size(), 2u);
  EXPECT_EQ(replay.revisions()[0].log_position, 2u);
  EXPECT_EQ(replay.revisions()[1].log_position, 3u);
}

TEST(Replay, books_balance_and_bad_lines_stop_nobody) {
  Replay replay;
  replay.play(alarm(1, 0) + alarm(1, 0) +
              "junk\n"
              R"({"type":"smoke.alarm","device_id":"D","level":"x","ts":1})"
              "\n"
              R"({"type":"smoke.alarm","ts":1})"
              "\n"
              R"({"engine":"explode"})"
              "\n"
              R"({"command":{},"arr":9})"
              "\n"
              R"({"type":"smoke.alarm","device_id":"D9"})"
              "\n" +
              alarm(2, 2));
  const Books books = replay.session().engine().books();
  EXPECT_TRUE(books.balance());
  EXPECT_EQ(books.received, 7u);
  EXPECT_EQ(books.accepted, 2u);
  EXPECT_EQ(books.duplicate, 1u);
  EXPECT_EQ(books.rejected(), 4u);
  EXPECT_EQ(books.rejected_by[static_cast<std::size_t>(RejectReason::missing_ts)], 1u);
  EXPECT_THAT(replay.problems(), ElementsAre(HasSubstr("malformed"), HasSubstr("wrong_type"),
                                             HasSubstr("missing_field"), HasSubstr("explode"),
                                             HasSubstr("command"), HasSubstr("missing_ts")));
}

TEST(Replay, a_reload_takes_effect_at_its_line_and_survives_a_restart_by_content) {
  Replay replay;
  replay.files["other.yaml"] =
      "format: tocsin/1\nrule: other\nseverity: low\nfor_each: [device_id]\nmatch: {event: {event: "
      "smoke.alarm}}\n";
  replay.play(alarm(1, 0) +
              R"({"engine":"reload","rules":"other.yaml","arr":1000})"
              "\n" +
              alarm(2, 2000) + "{\"engine\":\"restart\"}\n" + alarm(3, 3000));
  std::vector<std::string> said;
  for (const AlertRevision& r : replay.revisions())
    said.push_back(r.rule + " " + std::string(to_string(r.reason)));
  EXPECT_THAT(
      said, ElementsAre("single matched", "single rule_removed", "other matched", "other matched"));
  EXPECT_THAT(replay.problems(), IsEmpty());
}

TEST(Replay, matches_are_those_of_every_rule_there_was_also_of_ones_made_by_the_swap) {
  const auto unanswered = [](const std::string& within) {
    return "format: tocsin/1\nrule: unanswered\nseverity: low\nfor_each: [device_id]\nmatch: "
           "{sequence: {steps: [a: {event: smoke.alarm}], absent: {event: smoke.clear, within: " +
           within + "}}}\n";
  };
  Replay replay;
  replay.files["long.yaml"] = unanswered("1h");
  replay.files["short.yaml"] = unanswered("10s");
  replay.play(alarm(1, 0) +
              R"({"engine":"reload","rules":"long.yaml","arr":1000})"
              "\n" +
              alarm(2, 2000) +
              R"({"engine":"reload","rules":"short.yaml","arr":60000})"
              "\n");
  ASSERT_EQ(replay.revisions().size(), 3U);  // single, its end by the reload, unanswered
  EXPECT_EQ(replay.session().engine().engine().totals().matches, 2U);
}

TEST(Replay, a_closed_alert_resolves_as_manual_and_the_next_match_opens_another) {
  const auto close = [](int arr) {
    return R"({"command":{"verb":"close","rule":"single","key":{"device_id":"D1"}},"arr":)" +
           std::to_string(arr) + "}\n";
  };
  Replay replay;
  replay.play(alarm(1, 1000) + close(2000) + close(2500) + R"({"engine":"restart"})" + "\n" +
              alarm(1, 3000));
  ASSERT_EQ(replay.revisions().size(), 3U);
  EXPECT_EQ(replay.revisions()[1].reason, Reason::manual);
  EXPECT_EQ(replay.revisions()[1].at, from_unix_ms(2000));
  EXPECT_EQ(replay.revisions()[1].log_position, 1U);
  EXPECT_NE(replay.revisions()[2].alert_id, replay.revisions()[0].alert_id);
  EXPECT_THAT(replay.problems(), ElementsAre("close: no such alert is open"));
}

TEST(Replay, a_reload_that_fails_keeps_the_rules_in_force) {
  Replay replay;
  replay.play(R"({"engine":"reload","rules":"missing.yaml","arr":0})"
              "\n" +
              alarm(1, 1000));
  EXPECT_THAT(replay.problems(), ElementsAre("missing.yaml: gone"));
  EXPECT_EQ(replay.revisions().size(), 1u);
}

}  // namespace
}  // namespace tocsin::app
