// What an edit of a rule does to what the engine knows, from the text of the edit to the alerts: in
// tests of rules, where a restart after the edit must change nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "app/loaded_bundle.h"
#include "app/rule_test/rule_test.h"

namespace tocsin::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kCount = R"(format: tocsin/1
rule: smoke
title: Smoke
owner: fire-ops
severity: high
for_each: [loc.building]
params: {least: {value: 2.0, min: 0.5, max: 10.0}}
match: {count: {event: smoke.alarm, where: "e.level >= params.least", at_least: 2, within: 60s}}
alert: {resolve: {quiet_for: 10m}, update_on: [count]}
)";

// The text with one place of it edited.
std::string edited(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

class Edits {
 public:
  explicit Edits(std::string rule) : rule_(std::move(rule)) {}
  Edits& file(const std::string& path, const std::string& text) {
    files_[path] = text;
    return *this;
  }

  /// Of a test with these `given` and `expect` lines.
  std::vector<std::string> problems(const std::string& given, const std::string& expect) {
    const LoadedBundle bundle =
        load_bundle({{"smoke.yaml", rule_ + "tests:\n  - name: edit\n    given:\n" + given +
                                        "    expect:" + expect}});
    EXPECT_THAT(bundle.loaded.diagnostics, IsEmpty());
    if (!bundle.loaded.rules) return {"not loaded"};
    const ReplayInputs inputs{{bundle.catalogue, bundle.loaded.rules},
                              nullptr,
                              {},
                              [this](std::size_t, const std::string& path, const Catalogue&,
                                     std::string& why) { return read(path, why); }};
    return run_rule_test(bundle.loaded.tests.at(0), inputs).problems;
  }

 private:
  ReplayRules read(const std::string& path, std::string& why) const {
    const LoadedBundle bundle = load_bundle({{path, files_.at(path)}});
    if (!bundle.loaded.rules) why = path + " has errors";
    return {bundle.catalogue, bundle.loaded.rules};
  }

  std::string rule_;
  std::map<std::string, std::string> files_;
};

// Two alarms that fire in B1; in B2 one that waits for its second; the edit; and the second.
constexpr const char* kAround = R"(
      - {t: 0s, event: smoke.alarm, device_id: D1, loc.building: B1, level: 3.0}
      - {t: 1s, event: smoke.alarm, device_id: D2, loc.building: B1, level: 3.0}
      - {t: 2s, event: smoke.alarm, device_id: D3, loc.building: B2, level: 3.0}
      - {t: 10s, engine: reload, rules: edited.yaml}
      - {t: 10s, engine: restart}
      - {t: 20s, event: smoke.alarm, device_id: D4, loc.building: B2, level: 6.0}
)";

TEST(ReloadInTests, metadata_keeps_all_state_and_shows_in_the_next_revision) {
  const std::string after = edited(edited(kCount, "title: Smoke", "title: Fumes"), "fire-ops", "x");
  EXPECT_THAT(Edits(kCount).file("edited.yaml", after).problems(kAround, R"(
      - {t: 1s, state: firing, loc.building: B1, title: Smoke, owner: fire-ops}
      - {t: 20s, state: firing, loc.building: B2, title: Fumes, owner: x, count: 2}
      - {t: 10m1s, reason: quiet, loc.building: B1, title: Fumes, owner: x}
      - {t: 10m20s, reason: quiet, loc.building: B2}
)"),
              IsEmpty());
}

TEST(ReloadInTests, a_rule_moved_to_shadow_goes_on_and_an_open_alert_ends_where_it_was_opened) {
  const std::string after = edited(kCount, "severity: high", "severity: high\nmode: shadow");
  EXPECT_THAT(Edits(kCount).file("edited.yaml", after).problems(kAround, R"(
      - {t: 1s, loc.building: B1, shadow: false}
      - {t: 20s, state: firing, loc.building: B2, shadow: true}
      - {t: 10m1s, reason: quiet, loc.building: B1, shadow: false}
      - {t: 10m20s, reason: quiet, loc.building: B2, shadow: true}
)"),
              IsEmpty());
}

TEST(ReloadInTests, a_disabled_rule_matches_nothing_and_its_open_alerts_end) {
  const std::string after = edited(kCount, "severity: high", "severity: high\nmode: disabled");
  EXPECT_THAT(Edits(kCount).file("edited.yaml", after).problems(kAround, R"(
      - {t: 1s, state: firing, loc.building: B1}
      - {t: 10m1s, reason: quiet, loc.building: B1}
)"),
              IsEmpty());
}

TEST(ReloadInTests, a_param_swap_tests_kept_events_again_and_leaves_alerts_open) {
  const std::string stricter = edited(kCount, "value: 2.0", "value: 5.0");
  EXPECT_THAT(Edits(kCount).file("edited.yaml", stricter).problems(kAround, R"(
      - {t: 1s, state: firing, loc.building: B1}
      - {t: 10m1s, reason: quiet, loc.building: B1}
)"),
              IsEmpty())
      << "the kept alarm of B2 is below the new threshold";
  const std::string easier = edited(kCount, "value: 2.0", "value: 1.0");
  EXPECT_THAT(Edits(kCount).file("edited.yaml", easier).problems(kAround, R"(
      - {t: 1s, state: firing, loc.building: B1}
      - {t: 20s, state: firing, loc.building: B2, count: 2}
      - {t: 10m1s, reason: quiet, loc.building: B1}
      - {t: 10m20s, reason: quiet, loc.building: B2}
)"),
              IsEmpty());
}

TEST(ReloadInTests, what_a_param_swap_refused_does_not_return_with_the_old_value) {
  EXPECT_THAT(Edits(kCount)
                  .file("strict.yaml", edited(kCount, "value: 2.0", "value: 5.0"))
                  .file("old.yaml", kCount)
                  .problems(R"(
      - {t: 0s, event: smoke.alarm, device_id: D1, loc.building: B1, level: 3.0}
      - {t: 1s, engine: reload, rules: strict.yaml}
      - {t: 2s, engine: reload, rules: old.yaml}
      - {t: 3s, event: smoke.alarm, device_id: D2, loc.building: B1, level: 3.0}
      - {t: 4s, event: smoke.alarm, device_id: D3, loc.building: B1, level: 3.0}
)",
                            R"(
      - {t: 4s, state: firing, count: 2}
      - {t: 10m4s, reason: quiet}
)"),
              IsEmpty());
}

TEST(ReloadInTests, a_changed_duration_moves_deadlines_from_their_anchors_and_past_ones_fire) {
  const std::string longer = edited(kCount, "quiet_for: 10m", "quiet_for: 20m");
  EXPECT_THAT(Edits(kCount).file("edited.yaml", longer).problems(kAround, R"(
      - {t: 1s, state: firing, loc.building: B1}
      - {t: 20s, state: firing, loc.building: B2}
      - {t: 20m1s, reason: quiet, loc.building: B1}
      - {t: 20m20s, reason: quiet, loc.building: B2}
)"),
              IsEmpty());
  const std::string past = edited(kCount, "quiet_for: 10m", "quiet_for: 5s");
  EXPECT_THAT(Edits(kCount).file("edited.yaml", past).problems(kAround, R"(
      - {t: 1s, state: firing, loc.building: B1}
      - {t: 10s, reason: quiet, loc.building: B1}
      - {t: 20s, state: firing, loc.building: B2}
      - {t: 25s, reason: quiet, loc.building: B2}
)"),
              IsEmpty());
}

TEST(ReloadInTests, a_shorter_window_forgets_and_a_longer_one_does_not_remember) {
  const std::string shorter = edited(kCount, "within: 60s", "within: 15s");
  EXPECT_THAT(Edits(kCount).file("edited.yaml", shorter).problems(kAround, R"(
      - {t: 1s, state: firing, loc.building: B1}
      - {t: 10m1s, reason: quiet, loc.building: B1}
)"),
              IsEmpty());
}

TEST(ReloadInTests, another_count_is_judged_at_the_next_event_not_at_the_swap) {
  const std::string one = edited(kCount, "at_least: 2", "at_least: 1");
  EXPECT_THAT(Edits(kCount).file("edited.yaml", one).problems(kAround, R"(
      - {t: 1s, state: firing, loc.building: B1}
      - {t: 20s, state: firing, loc.building: B2}
      - {t: 10m1s, reason: quiet, loc.building: B1}
      - {t: 10m20s, reason: quiet, loc.building: B2}
)"),
              IsEmpty());
}

TEST(ReloadInTests, another_form_or_key_ends_the_alerts_and_forgets_the_rest) {
  const std::string form = edited(
      kCount,
      "count: {event: smoke.alarm, where: \"e.level >= params.least\", at_least: 2, within: 60s}",
      "all: {steps: {a: {event: smoke.alarm, where: \"e.level >= params.least\"}, b: {event: "
      "smoke.alarm}}, within: 60s}");
  const std::string key =
      edited(kCount, "for_each: [loc.building]", "for_each: [loc.building, device.kind]");
  for (const std::string& after : {form, key}) {
    EXPECT_THAT(Edits(kCount).file("edited.yaml", after).problems(kAround, R"(
      - {t: 1s, state: firing, loc.building: B1}
      - {t: 10s, state: resolved, rev: 2, reason: rule_changed, loc.building: B1}
)"),
                IsEmpty());
  }
}

TEST(ReloadInTests, carry_takes_open_alerts_over_a_structural_edit) {
  const std::string after =
      edited(kCount,
             "count: {event: smoke.alarm, where: \"e.level >= params.least\", at_least: 2, within: "
             "60s}",
             "event: {event: smoke.alarm, where: \"e.level >= params.least\"}") +
      "carry: firing\n";
  EXPECT_THAT(Edits(kCount).file("edited.yaml", after).problems(kAround, R"(
      - {t: 1s, state: firing, loc.building: B1}
      - {t: 20s, state: firing, rev: 1, count: 1, loc.building: B2}
      - {t: 10m1s, rev: 2, reason: quiet, loc.building: B1}
      - {t: 10m20s, reason: quiet, loc.building: B2}
)"),
              IsEmpty());
}

TEST(ReloadInTests, a_removed_rule_ends_its_alerts_and_may_come_back_with_nothing) {
  const std::string other = edited(kCount, "rule: smoke", "rule: other");
  EXPECT_THAT(Edits(kCount).file("edited.yaml", other).problems(kAround, R"(
      - {t: 1s, state: firing, loc.building: B1}
      - {t: 10s, state: resolved, reason: rule_removed, loc.building: B1}
)"),
              IsEmpty());
}

TEST(ReloadInTests, a_pending_absence_gets_its_deadline_from_its_anchor) {
  constexpr const char* kAbsence = R"(format: tocsin/1
rule: smoke
severity: high
for_each: [loc.building]
match:
  sequence:
    steps: [alarm: {event: smoke.alarm}]
    absent: {event: panel.operation, within: 1m}
alert: {resolve: {after: 1h}}
)";
  const char* const given = R"(
      - {t: 0s, event: smoke.alarm, device_id: D1, loc.building: B1}
      - {t: 30s, engine: reload, rules: edited.yaml}
      - {t: 31s, engine: restart}
)";
  const auto with = [](const char* within) {
    return edited(kAbsence, "within: 1m", std::string("within: ") + within);
  };
  EXPECT_THAT(Edits(kAbsence)
                  .file("edited.yaml", with("5m"))
                  .problems(given, " [{t: 5m2s, state: firing}, {reason: after}]\n"),
              IsEmpty());
  EXPECT_THAT(Edits(kAbsence)
                  .file("edited.yaml", with("10s"))
                  .problems(given, " [{t: 30s, state: firing}, {reason: after}]\n"),
              IsEmpty())
      << "past at the swap";
}

TEST(ReloadInTests, rules_with_errors_leave_those_in_force_and_fail_the_test_where_they_are_named) {
  EXPECT_THAT(Edits(kCount).file("edited.yaml", "rule: x\n").problems(kAround, R"(
      - {t: 1s, state: firing, loc.building: B1}
      - {t: 20s, state: firing, loc.building: B2}
      - {t: 10m1s, reason: quiet, loc.building: B1}
      - {t: 10m20s, reason: quiet, loc.building: B2}
)"),
              ElementsAre(HasSubstr("smoke.yaml:17: edited.yaml has errors")));
}

}  // namespace
}  // namespace tocsin::app
