// Rules about the alerts of other rules: types, levels, circles, inhibits, roll_up.
#include <gmock/gmock.h>

#include <algorithm>

#include "support.h"

namespace tocsin::rules {
namespace {

using test::brief;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Keyed by device and building unless it says otherwise.
std::string rule_text(const std::string& name, const std::string& match,
                      const std::string& more = "",
                      const std::string& keys = "[loc.building, device_id]") {
  return "format: tocsin/1\nrule: " + name + "\nseverity: high\nfor_each: " + keys +
         "\nmatch: " + match + "\n" + more;
}
std::string alarm(const std::string& name, const std::string& more = "") {
  return rule_text(name, "{event: {event: smoke.alarm}}", more);
}
std::string above(const std::string& name, const std::string& of, const std::string& more = "") {
  return rule_text(name, "{event: {event: alert." + of + "}}", more, "[loc.building]");
}
Loaded load_all(const std::vector<std::string>& rules, const LoadOptions& options = {}) {
  std::string all;
  for (const std::string& one : rules) all += (all.empty() ? "" : "---\n") + one;
  return test::load_text(all, "r.yaml", options);
}
const Rule& rule_named(const Loaded& loaded, std::string_view name) {
  return *std::ranges::find(loaded.rules->rules, name, &Rule::name);
}
std::vector<std::uint32_t> levels_of(const Loaded& loaded) {
  std::vector<std::uint32_t> levels;
  for (const Rule& rule : loaded.rules->rules) levels.push_back(rule.level);
  return levels;
}

TEST(LoadLevels, ALevelIsTheLongestPathBelow) {
  const Loaded loaded =
      load_all({above("d-top", "b-mid", "alert: {resolve: {or_event: {event: alert.a-low}}}\n"),
                above("b-mid", "a-low"), alarm("a-low", "alert: {inhibits: [c-other]}\n"),
                alarm("c-other")});
  EXPECT_THAT(brief(loaded.diagnostics), ElementsAre("W2912 22:7"));  // two alike
  EXPECT_THAT(levels_of(loaded), ElementsAre(0, 1, 1, 2));
}

TEST(LoadLevels, AnAlertEventHasIdentityPlacesSeverityStateAndCount) {
  const Loaded loaded = load_all(
      {alarm("a-low", "alert: {identity: [device_id]}\n"),
       rule_text("b-mid",
                 "{count: {event: alert.a-low, where: \"e.state == 'firing' && e.count >= 1 && "
                 "e.severity == 'high' && e.device_id != '' && loc.village != ''\", at_least: 2, "
                 "within: 1h, distinct: [device_id]}}",
                 "", "[loc.village]")});
  ASSERT_THAT(brief(loaded.diagnostics), IsEmpty());
  const Rule& low = rule_named(loaded, "a-low");
  const Pattern& heard = std::get<CountForm>(rule_named(loaded, "b-mid").form).pattern;
  ASSERT_TRUE(low.alert_events);
  EXPECT_EQ(low.alert_events->name, "alert.a-low");
  EXPECT_EQ(heard.alternatives[0].type, low.alert_events->type);
  EXPECT_EQ(static_cast<std::size_t>(low.alert_events->type), test::catalogue().types().size());
  EXPECT_EQ(loaded.rules->type_settings.size(), test::catalogue().types().size() + 1);
  EXPECT_EQ(loaded.rules->type_settings.back().lateness, Duration{});
  EXPECT_FALSE(rule_named(loaded, "b-mid").alert_events);
}

TEST(LoadLevels, AnIdentityFieldOfATypeKeepsItsKind) {
  const Loaded loaded =
      load_all({rule_text("a-low", "{event: {event: gate.count}}", "", "[loc.building, state]")});
  ASSERT_THAT(brief(loaded.diagnostics), IsEmpty());
  const Loaded both = load_all(
      {rule_text("a-low", "{event: {event: meter}}", "", "[loc.building, value, unit]"),
       rule_text("b-mid", "{event: {event: alert.a-low, where: \"e.value > 3 && e.unit == 'C'\"}}",
                 "", "[value]")});
  EXPECT_THAT(brief(both.diagnostics), IsEmpty());
}

TEST(LoadLevels, AnIdentityFieldMustNotHideWhatAnAlertSays) {
  EXPECT_THAT(brief(load_all({rule_text("a-low", "{event: {event: gate.state}}", "", "[state]"),
                              above("b-mid", "a-low")})
                        .diagnostics),
              ElementsAre("E2264 11:24"));
}

TEST(LoadLevels, WhatIsNotInTheIdentityIsNotInTheEvent) {
  const std::string low = alarm("a-low", "alert: {identity: [loc.building]}\n");
  EXPECT_THAT(
      brief(load_all({low, rule_text("b-mid", "{event: {event: alert.a-low}}", "", "[device_id]")})
                .diagnostics),
      ElementsAre("E2205 11:12"));
  EXPECT_THAT(
      brief(load_all(
                {low, rule_text("b-mid", "{event: {event: alert.a-low, where: \"e.level > 1.0\"}}",
                                "", "[loc.building]")})
                .diagnostics),
      SizeIs(1));
}

TEST(LoadLevels, AMistypedAlertIsSuggested) {
  EXPECT_THAT(brief(load_all({alarm("smoke-single"), above("b-mid", "smoke-singel")}).diagnostics),
              ElementsAre("E2204 11:24 alert.smoke-single"));
}

TEST(LoadLevels, AFaultBelowIsNotRepeatedAbove) {
  EXPECT_THAT(
      brief(load_all({rule_text("a-low", "{event: {event: smoke.alarn}}"), above("b-mid", "a-low")})
                .diagnostics),
      ElementsAre("E2204 5:24 smoke.alarm"));
}

TEST(LoadLevels, ACircleIsRefusedAndNamed) {
  const Loaded loaded = load_all(
      {above("a", "c"), above("b", "a"), above("c", "b"), above("d", "c"), above("e", "e")});
  EXPECT_EQ(loaded.rules, nullptr);
  ASSERT_THAT(brief(loaded.diagnostics), SizeIs(2));
  EXPECT_EQ(loaded.diagnostics[0].code, "E2262");
  EXPECT_THAT(loaded.diagnostics[0].message_en, HasSubstr("a -> b -> c -> a"));
  EXPECT_THAT(loaded.diagnostics[0].message_zh, HasSubstr("a -> b -> c -> a"));
  EXPECT_THAT(loaded.diagnostics[1].message_en, HasSubstr("e -> e"));
}

TEST(LoadLevels, InhibitsAndRollUpsCloseCirclesToo) {
  const Loaded mixed = load_all({above("a", "b", "alert: {inhibits: [b]}\n"), alarm("b")});
  ASSERT_THAT(mixed.diagnostics, SizeIs(1));
  EXPECT_THAT(mixed.diagnostics[0].message_en, HasSubstr("a -> b -> a"));
  const Loaded rolled = load_all(
      {above("a", "many",
             "alert: {roll_up: {by: loc.site, when: {at_least: 2, within: 1h}, as: many}}\n")});
  ASSERT_THAT(rolled.diagnostics, SizeIs(1));
  EXPECT_THAT(rolled.diagnostics[0].message_en, HasSubstr("a -> many -> a"));
}

TEST(LoadLevels, ThereIsALimitToLevels) {
  const auto name = [](int i) {
    std::string text = "r";
    return text += std::to_string(i);
  };
  std::vector<std::string> rules{alarm("r0")};
  for (int i = 1; i < 16; ++i) rules.push_back(above(name(i), name(i - 1)));
  EXPECT_THAT(brief(load_all(rules).diagnostics), IsEmpty());
  rules.push_back(above("r16", "r15"));
  const Loaded loaded = load_all(rules);
  ASSERT_THAT(loaded.diagnostics, SizeIs(1));
  EXPECT_EQ(loaded.diagnostics[0].code, "E2263");
}

TEST(LoadLevels, AnInhibitedRuleKnowsItsInhibitors) {
  const Loaded loaded = load_all({rule_text("a-power", "{event: {event: gate.state}}",
                                            "alert: {inhibits: [b-smoke]}\n", "[loc.village]"),
                                  alarm("b-smoke")});
  ASSERT_THAT(brief(loaded.diagnostics), IsEmpty());
  const Rule& smoke = rule_named(loaded, "b-smoke");
  ASSERT_THAT(smoke.inhibited_by, SizeIs(1));
  EXPECT_EQ(smoke.inhibited_by[0].rule, 0U);
  ASSERT_THAT(smoke.inhibited_by[0].alternatives, SizeIs(1));
  EXPECT_THAT(smoke.inhibited_by[0].alternatives[0].slots,
              ElementsAre(static_cast<std::uint16_t>(CommonSlot::village)));
}

TEST(LoadLevels, AnInhibitorMustShareItsPlace) {
  EXPECT_THAT(brief(load_all({rule_text("a-low", "{event: {event: meter}}",
                                        "alert: {inhibits: [b-smoke]}\n", "[unit]"),
                              alarm("b-smoke")})
                        .diagnostics),
              ElementsAre("E2205 6:20"));
}

TEST(LoadLevels, AFirstFireAlarmIsNeverSuppressed) {
  const std::string fire = "category: fire\n";
  const std::string single = alarm("b-single", fire);
  const auto inhibitor = [&](const std::string& keys, const std::string& category) {
    return rule_text("a-first", "{event: {event: smoke.alarm}}",
                     category + "alert: {inhibits: [b-single]}\n", keys);
  };
  EXPECT_THAT(brief(load_all({inhibitor("[loc.building]", ""), single}).diagnostics),
              ElementsAre("E2265 6:20"));
  EXPECT_THAT(brief(load_all({inhibitor("[loc.village]", fire), single}).diagnostics),
              ElementsAre("E2265 7:20"));
  EXPECT_THAT(brief(load_all({inhibitor("[loc.building]", fire), single}).diagnostics), IsEmpty());
  const auto rolled = [&](const std::string& by) {
    return alarm("a", fire + "alert: {roll_up: {by: " + by +
                          ", when: {at_least: 3, within: 5m}, as: many}}\n");
  };
  EXPECT_THAT(brief(load_all({rolled("loc.village")}).diagnostics), ElementsAre("E2265 7:23"));
  EXPECT_THAT(brief(load_all({rolled("loc.building")}).diagnostics), IsEmpty());
}

TEST(LoadLevels, ARollUpIsARuleAboveItsChildren) {
  const Loaded loaded = load_all(
      {alarm("b-low",
             "title: {en: Low, zh: 低}\nowner: us\nalert:\n  roll_up: {by: loc.village, when: "
             "{at_least: 3, within: 5m}, as: a-many, severity: critical}\n"),
       rule_text("c-top", "{event: {event: alert.a-many}}", "", "[loc.village]")});
  ASSERT_THAT(brief(loaded.diagnostics), IsEmpty());
  EXPECT_THAT(levels_of(loaded), ElementsAre(1, 0, 2));
  const Rule& many = loaded.rules->rules[0];
  EXPECT_EQ(many.name, "a-many");
  EXPECT_EQ(many.severity, Severity::critical);
  EXPECT_EQ(many.owner, "us");
  EXPECT_EQ(many.alert.summary.en.source, "{{count}} × Low: {{key.loc.village}}");
  EXPECT_THAT(many.for_each, ElementsAre("loc.village"));
  const auto& form = std::get<RollUpForm>(many.form);
  EXPECT_EQ(form.at_least, 3U);
  EXPECT_EQ(form.within, Duration(300'000));
  const Rule& low = loaded.rules->rules[1];
  ASSERT_TRUE(low.rolled_up && low.alert_events);
  EXPECT_EQ(low.rolled_up->parent, 0U);
  EXPECT_EQ(form.pattern.alternatives[0].type, low.alert_events->type);
}

TEST(LoadLevels, AShareIsOfDevicesOrOfPlaces) {
  const auto rolled = [](const std::string& identity, const std::string& by) {
    return alarm("b-low", "alert:\n  identity: [" + identity + "]\n  roll_up: {by: " + by +
                              ", when: {share: 0.3, within: 5m}, as: a-many}\n");
  };
  const auto population = [&](const std::string& identity, const std::string& by) {
    const Loaded loaded = load_all({rolled(identity, by)});
    EXPECT_THAT(brief(loaded.diagnostics), IsEmpty());
    return std::get<RollUpForm>(loaded.rules->rules[0].form).population;
  };
  EXPECT_EQ(population("device_id", "loc.village"), std::nullopt);
  EXPECT_EQ(population("device_id", "device.gateway_id"), std::nullopt);
  EXPECT_EQ(population("loc.building", "loc.village"), PlaceKind::building);
  EXPECT_THAT(brief(load_all({rolled("loc.building", "loc.zone")}).diagnostics),
              ElementsAre("E2267 8:41"));
  EXPECT_THAT(
      brief(load_all({rolled("device_id", "loc.village")}, {.have_registry = false}).diagnostics),
      ElementsAre("W2942 2:7"));
}

// Its alerts are opened by what the registry knows of a device, under the type of any sign of life.
TEST(LoadLevels, SilentDevicesAreRolledUpAndInhibited) {
  const std::string lost = rule_text(
      "a-lost",
      "{silence: {population: {kind: panel}, any_of: [smoke.alarm, panel.operation], "
      "interval: 30s, missed: 3}}",
      "alert: {resolve: {on_first_event: true}, roll_up: {by: loc.village, when: {at_least: 2, "
      "within: 5m}, as: many}}\n",
      "[device_id]");
  const Loaded loaded =
      load_all({lost, rule_text("b-cut", "{event: {event: gate.state}}",
                                "alert: {inhibits: [a-lost]}\n", "[loc.village]")});
  ASSERT_THAT(brief(loaded.diagnostics), IsEmpty());
  const Rule& rule = rule_named(loaded, "a-lost");
  const auto& signs = std::get<SilenceForm>(rule.form).signs.alternatives;
  ASSERT_TRUE(rule.rolled_up.has_value());
  ASSERT_THAT(rule.rolled_up->alternatives, SizeIs(2));
  ASSERT_THAT(rule.inhibited_by, SizeIs(1));
  ASSERT_THAT(rule.inhibited_by[0].alternatives, SizeIs(2));
  for (std::size_t i = 0; i < signs.size(); ++i) {
    EXPECT_EQ(rule.rolled_up->alternatives[i].opener, signs[i].type);
    EXPECT_EQ(rule.inhibited_by[0].alternatives[i].opener, signs[i].type);
  }
}

TEST(LoadLevels, AlertsThatNeverComeAreALint) {
  const std::string shadow = alarm("a-low", "mode: shadow\n");
  EXPECT_THAT(brief(load_all({shadow, above("b", "a-low")}).diagnostics),
              ElementsAre("W2941 12:24"));
  EXPECT_THAT(brief(load_all({shadow, above("b", "a-low", "mode: shadow\n")}).diagnostics),
              IsEmpty());
  EXPECT_THAT(
      brief(load_all({alarm("a-low", "mode: disabled\n"), above("b", "a-low", "mode: shadow\n")})
                .diagnostics),
      ElementsAre("W2941 12:24"));
}

TEST(LoadLevels, AlertTypesHaveNoSettings) {
  const std::string bundle =
      "format: tocsin/1\nevent_types:\n  alert.r: {lateness: 5s}\n  alert.x: {lateness: 5s}\n";
  EXPECT_THAT(brief(test::load_bundle(bundle, alarm("r")).diagnostics),
              ElementsAre("E2361 3:3", "E2204 4:3"));
}

TEST(LoadLevels, AnEditBelowIsOneAboveOnlyIfTheEventChanges) {
  const auto top = [](const std::string& below) {
    const Loaded loaded = load_all({below, above("b", "a-low")});
    return rule_named(loaded, "b").version + rule_named(loaded, "b").match_hash;
  };
  const std::string before = top(alarm("a-low"));
  EXPECT_EQ(top(alarm("a-low", "owner: us\n")), before);
  EXPECT_NE(top(alarm("a-low", "alert: {identity: [loc.building]}\n")), before);
}

}  // namespace
}  // namespace tocsin::rules
