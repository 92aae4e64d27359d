#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "support.h"

namespace tocsin::rules {
namespace {

using namespace std::chrono_literals;
using test::brief;
using test::kHead;
using test::kRule;
using test::rule_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::uint16_t slot(CommonSlot s) { return static_cast<std::uint16_t>(s); }

std::vector<std::string> names(const std::vector<Pattern::Read>& reads) {
  std::vector<std::string> all;
  for (const Pattern::Read& read : reads) all.push_back(read.name);
  return all;
}

TEST(GoodRules, DefaultsAreThoseOfTheLanguage) {
  const Rule rule = rule_of(kRule);
  EXPECT_EQ(rule.name, "r");
  EXPECT_EQ(rule.title.en, "r");
  EXPECT_EQ(rule.mode, Mode::live);
  EXPECT_EQ(rule.severity, Severity::high);
  EXPECT_THAT(rule.for_each, ElementsAre("device_id"));
  EXPECT_EQ(rule.alert.resolve.quiet_for, 10min);
  EXPECT_FALSE(rule.alert.resolve.or_event || rule.alert.resolve.after || rule.alert.rearm_after);
  EXPECT_EQ(rule.alert.update_min_interval, 1s);
  EXPECT_THAT(rule.alert.identity, ElementsAre(0));
  ASSERT_EQ(rule.alert.summary.zh.pieces.size(), 1U);
  EXPECT_EQ(rule.alert.summary.zh.pieces[0].literal, "r");
  EXPECT_EQ(rule.limits.max_evidence, 64U);
  EXPECT_EQ(rule.level, 0U);
}

TEST(GoodRules, ACountRuleIsCompiledInFull) {
  const Rule rule = rule_of(
      "format: tocsin/1\nrule: c\nseverity: medium\nmode: shadow\ntitle: {en: T, zh: 题}\n"
      "for_each: [loc.building, device_id]\n"
      "params: {min_level: {value: 2, min: 0.5, max: 10}}\n"
      "match:\n  count:\n    event: [smoke.alarm, camera.detection]\n    where: \"e.loc.zone != "
      "'Z' || key.device_id == 'D' || params.min_level > 9.0\"\n"
      "    distinct: [device_id]\n    at_least: 2\n    within: 0s\n"
      "alert:\n  identity: [loc.building]\n  summary: {en: \"{{count}} in {{loc.building}}!\", zh: "
      "\"{{distinct}}\"}\n"
      "  attach: [e.device_id, \"1 + 1\"]\n  update_on: [count, distinct, severity, every]\n  "
      "update_min_interval: 5s\n"
      "  escalate: [{when: \"count >= 5 && severity != 'critical'\", severity: critical}]\n"
      "  resolve: {after: 1h, or_event: {event: panel.operation, where: \"e.op == 'reset' && "
      "key.loc.building != ''\"}}\n"
      "  rearm: {after: 30m}\n  plan_id: P\n  department: D\n"
      "limits: {max_keys: 5}\n");
  EXPECT_EQ(rule.mode, Mode::shadow);
  const auto& count = std::get<CountForm>(rule.form);
  EXPECT_EQ(count.at_least, 2U);
  EXPECT_EQ(count.within, 0ms);
  ASSERT_EQ(count.pattern.alternatives.size(), 2U);
  const Pattern::Alternative& smoke = count.pattern.alternatives[0];
  EXPECT_THAT(smoke.key_slots,
              ElementsAre(slot(CommonSlot::building), slot(CommonSlot::device_id)));
  EXPECT_THAT(smoke.distinct_slots, ElementsAre(slot(CommonSlot::device_id)));
  EXPECT_THAT(names(smoke.reads), ElementsAre("e.loc.zone", "e.loc.building", "e.device_id"));
  EXPECT_THAT(rule.alert.identity, ElementsAre(0));
  EXPECT_EQ(rule.alert.summary.en.pieces.size(), 4U);
  EXPECT_EQ(rule.alert.attach[1].name, "1 + 1");
  EXPECT_TRUE(rule.alert.update_on_count && rule.alert.update_on_distinct &&
              rule.alert.update_on_severity && rule.alert.update_on_every);
  EXPECT_EQ(rule.alert.escalate.size(), 1U);
  EXPECT_EQ(rule.alert.resolve.quiet_for, std::nullopt);
  EXPECT_EQ(rule.alert.resolve.after, 1h);
  EXPECT_THAT(rule.alert.resolve.or_event->pattern.alternatives[0].key_slots,
              ElementsAre(slot(CommonSlot::building)));
  EXPECT_EQ(rule.alert.rearm_after, 30min);
  EXPECT_EQ(rule.limits.max_keys, 5U);
}

TEST(GoodRules, AnAllRuleReadsItsStepsByName) {
  const Rule rule = rule_of(
      kHead +
      "match:\n  all:\n    steps:\n      smoke: {event: smoke.alarm, where: e.level > 2.0}\n"
      "      cam: {event: camera.detection, where: \"e.label == 'flame'\"}\n"
      "    within: 30s\n    join: adjacent(smoke.loc.zone, cam.loc.zone)\n    keep: 16\n    "
      "same_event: true\n"
      "alert: {summary: \"{{smoke.level}} {{cam.confidence}} {{e.device_id}}\"}\n");
  const auto& all = std::get<AllForm>(rule.form);
  ASSERT_EQ(all.steps.size(), 2U);
  EXPECT_EQ(all.steps[1].name, "cam");
  EXPECT_EQ(all.keep, 16U);
  EXPECT_TRUE(all.same_event);
  EXPECT_FALSE(all.join.empty());
  EXPECT_THAT(names(all.steps[0].pattern.alternatives[0].reads),
              ElementsAre("e.level", "e.loc.zone", "e.device_id"));
  EXPECT_THAT(names(all.steps[1].pattern.alternatives[0].reads),
              ElementsAre("e.label", "e.loc.zone", "e.confidence", "e.device_id"));
}

TEST(GoodRules, AnAggregateKnowsItsThresholdsWhenItIsLoaded) {
  const Rule rule = rule_of(kHead +
                            "params: {limit: {value: 30.0, min: 1, max: 90}}\n"
                            "match:\n  aggregate: {event: smoke.alarm, value: e.level, fn: p95, "
                            "window: 5m, min_samples: 3, over: params.limit * 2.0, clear: 50}\n"
                            "alert: {summary: \"{{value}}\", resolve: {breaks_for: 1m}, "
                            "escalate: [{when: value > 80.0, severity: critical}]}\n");
  const auto& aggregate = std::get<AggregateForm>(rule.form);
  EXPECT_EQ(aggregate.fn, AggregateForm::Fn::p95);
  EXPECT_EQ(aggregate.window, 5min);
  EXPECT_EQ(aggregate.min_samples, 3U);
  EXPECT_TRUE(aggregate.over);
  EXPECT_EQ(aggregate.threshold, 60.0);
  EXPECT_EQ(aggregate.clear, 50.0);
  EXPECT_EQ(rule.alert.resolve.breaks_for, 1min);
  EXPECT_FALSE(aggregate.pattern.alternatives[0].value.empty());
  EXPECT_THAT(names(aggregate.pattern.alternatives[0].reads), ElementsAre("e.level"));
}

TEST(GoodRules, TheWayBackOfAnAggregateIsItsThresholdUnlessSaid) {
  const Rule rule =
      rule_of(kHead + "match: {aggregate: {event: meter, fn: count, window: 1h, under: -2}}\n");
  const auto& aggregate = std::get<AggregateForm>(rule.form);
  EXPECT_FALSE(aggregate.over);
  EXPECT_EQ(aggregate.threshold, -2.0);
  EXPECT_EQ(aggregate.clear, -2.0);
  EXPECT_EQ(aggregate.min_samples, 1U);
}

TEST(GoodRules, ASustainedConditionIsCompiledForEachOfItsTypes) {
  const Rule rule =
      rule_of(kHead +
              "match:\n  sustained:\n    event: smoke.alarm\n    where: \"!e.test_mode\"\n"
              "    holds: e.level > 2.0\n    breaks: e.level < 1.5\n    for: 10m\n    max_gap: 2m\n"
              "    on_gap: hold\n    min_samples: 4\n    also_on: [panel.operation, smoke.clear]\n"
              "alert: {resolve: {breaks_for: 5m}}\n");
  const auto& sustained = std::get<SustainedForm>(rule.form);
  EXPECT_EQ(sustained.lasts, 10min);
  EXPECT_EQ(sustained.max_gap, 2min);
  EXPECT_EQ(sustained.on_gap, SustainedForm::OnGap::hold);
  EXPECT_EQ(sustained.min_samples, 4U);
  ASSERT_TRUE(sustained.also_on);
  EXPECT_EQ(sustained.also_on->alternatives.size(), 2U);
  const Pattern::Alternative& sample = sustained.pattern.alternatives[0];
  EXPECT_FALSE(sample.where.empty());
  EXPECT_FALSE(sample.holds.empty());
  EXPECT_FALSE(sample.breaks.empty());
  EXPECT_THAT(names(sample.reads), ElementsAre("e.test_mode", "e.level"));

  const Rule plain = rule_of(kHead +
                             "match: {sustained: {event: meter, holds: e.value > 3, for: 0s, "
                             "max_gap: 1m}}\n");
  EXPECT_EQ(std::get<SustainedForm>(plain.form).on_gap, SustainedForm::OnGap::pause);
  EXPECT_TRUE(std::get<SustainedForm>(plain.form).pattern.alternatives[0].breaks.empty());
}

TEST(GoodRules, ACellOfLatestKeepsTheFieldsThatAreRead) {
  const Rule rule =
      rule_of(kHead +
              "latest:\n  cam: {event: camera.detection, where: e.confidence > 0.5, max_age: 5m}\n"
              "  power: {event: meter, max_age: 1h, if_missing: {value: 7, unit: kW}}\n"
              "match: {event: {event: smoke.alarm, where: \"latest.cam.label == 'fan' && "
              "latest.power.value > 3\"}}\n"
              "alert: {summary: \"{{latest.cam.label}}\", attach: [latest.power.unit]}\n");
  ASSERT_EQ(rule.latest.size(), 2U);
  EXPECT_EQ(rule.latest[0].max_age, 5min);
  EXPECT_FALSE(rule.latest[0].pattern.alternatives[0].where.empty());
  EXPECT_EQ(rule.latest[1].defaults.size(), 2U);
  ASSERT_EQ(rule.latest_reads.size(), 3U) << "label is read twice";
  EXPECT_EQ(rule.latest_reads[0].cell, 0U);
  EXPECT_EQ(rule.latest_reads[2].cell, 1U);
}

TEST(GoodRules, WhatAConditionComesToWithoutAValueIsAWord) {
  const auto missing = [](const std::string& word) {
    const Rule rule =
        rule_of(kHead + "latest: {a: {event: meter, max_age: 5s, if_missing: " + word +
                "}}\nmatch: {event: {event: smoke.alarm, where: latest.a.value > 1}}\n");
    return rule.latest[0].if_missing;
  };
  EXPECT_EQ(missing("unset"), LatestCell::Missing::value);
  EXPECT_EQ(missing("false"), LatestCell::Missing::no);
  EXPECT_EQ(missing("true"), LatestCell::Missing::yes);
  EXPECT_EQ(missing("error"), LatestCell::Missing::error);
}

TEST(GoodRules, ASequenceReadsItsStepsInTheirOrder) {
  const Rule rule =
      rule_of(kHead +
              "match:\n  sequence:\n    steps:\n      - cam: {event: camera.detection}\n"
              "      - alarm: {event: smoke.alarm, where: e.level > 2.0}\n"
              "    within: 30s\n    join: cam.loc.zone == alarm.loc.zone\n    keep: 16\n"
              "    until: {event: panel.operation, where: \"e.op == 'reset'\"}\n"
              "    after_match: keep_anchor\n"
              "alert: {summary: \"{{alarm.level}} {{cam.confidence}}\"}\n");
  const auto& sequence = std::get<SequenceForm>(rule.form);
  ASSERT_EQ(sequence.steps.size(), 2U);
  EXPECT_EQ(sequence.steps[0].name, "cam");
  EXPECT_EQ(sequence.steps[1].name, "alarm");
  EXPECT_EQ(sequence.within, 30s);
  EXPECT_FALSE(sequence.join.empty());
  EXPECT_EQ(sequence.keep, 16U);
  EXPECT_EQ(sequence.after_match, SequenceForm::AfterMatch::keep_anchor);
  ASSERT_TRUE(sequence.until);
  EXPECT_FALSE(sequence.until->alternatives[0].where.empty());
  EXPECT_FALSE(sequence.absent);
  EXPECT_THAT(names(sequence.steps[1].pattern.alternatives[0].reads),
              ElementsAre("e.level", "e.loc.zone"));
}

TEST(GoodRules, ASequenceOfOneStepMayWaitForAnAbsence) {
  const std::string head =
      kHead + "match:\n  sequence:\n    steps:\n      - alarm: {event: smoke.alarm}\n";
  const Rule plain = rule_of(head + "    absent: {event: panel.operation, within: 3m}\n");
  const auto& sequence = std::get<SequenceForm>(plain.form);
  EXPECT_EQ(sequence.within, std::nullopt);
  EXPECT_EQ(sequence.max_wait, 24h);
  ASSERT_TRUE(sequence.absent);
  EXPECT_EQ(sequence.absent->within, 3min);
  EXPECT_EQ(sequence.absent->look_back, 0s);
  EXPECT_EQ(sequence.absent->if_source_down, Absence::SourceDown::hold);
  EXPECT_EQ(sequence.absent->hold_max, 10min);
  EXPECT_EQ(sequence.absent->pattern.alternatives[0].key_slots.size(), 1U);

  const Rule full = rule_of(head +
                            "    max_wait: 1h\n    absent: {event: [panel.operation, smoke.clear], "
                            "within: 0s, look_back: 5s, source: alarm, hold_max: 1m}\n");
  const Absence& absent = *std::get<SequenceForm>(full.form).absent;
  EXPECT_EQ(std::get<SequenceForm>(full.form).max_wait, 1h);
  EXPECT_EQ(absent.look_back, 5s);
  EXPECT_EQ(absent.source_step, 0U);
  EXPECT_EQ(absent.hold_max, 1min);
  EXPECT_EQ(absent.pattern.alternatives.size(), 2U);

  const Rule gateway = rule_of(head +
                               "    absent: {event: panel.operation, within: 1m, source: gw-7, "
                               "if_source_down: fire_degraded}\n");
  const Absence& by = *std::get<SequenceForm>(gateway.form).absent;
  EXPECT_EQ(by.gateway, "gw-7");
  EXPECT_EQ(by.if_source_down, Absence::SourceDown::fire_degraded);
}

TEST(GoodRules, WhatIsAbsentIsPartOfARulesStructureAndItsTimesAreNot) {
  const std::string head =
      kHead + "match:\n  sequence:\n    steps:\n      - alarm: {event: smoke.alarm}\n";
  const auto hash = [&](const std::string& absent) {
    return rule_of(head + "    absent: {" + absent + "}\n").match_hash;
  };
  const std::string before = hash("event: panel.operation, within: 1m");
  EXPECT_EQ(hash("event: panel.operation, within: 9m, look_back: 1s, where: \"e.op == 'ack'\""),
            before);
  EXPECT_NE(hash("event: smoke.clear, within: 1m"), before);
}

TEST(GoodRules, ParametersAreTypedConstants) {
  const std::string params =
      "params:\n  n: {value: 3}\n  x: {value: 2, max: 9.5}\n  t: {value: 30s}\n  w: {value: "
      "\"30s\"}\n"
      "  labels: {value: [flame, smoke]}\n  flag: {value: true}\n";
  const Rule rule =
      rule_of(kHead + params +
              "match: {event: {event: camera.detection, where: \"e.label in params.labels && "
              "e.confidence * params.x > 1.0 && params.t > duration('1s') && params.w == '30s' && "
              "params.n + 1 == 4 && params.flag\"}}\n");
  EXPECT_FALSE(std::get<EventForm>(rule.form).pattern.alternatives[0].where.empty());
}

TEST(GoodRules, AnEmptyKeyIsOneForTheCity) {
  const Rule rule = rule_of(
      "format: tocsin/1\nrule: r\nseverity: low\nfor_each: []\nmatch: {event: {event: "
      "smoke.alarm}}\n");
  EXPECT_THAT(rule.for_each, IsEmpty());
}

TEST(GoodRules, RulesAreSortedByNameAndSettingsCoverEveryType) {
  std::string other = kRule;
  other.replace(other.find("rule: r"), 7, "rule: a");
  const Loaded loaded = load({{"x/bundle.yaml",
                               "event_types: {smoke.alarm: {lateness: 9s, max_age: 1h, repeat: "
                               "{by: [device_id, level], within: 5s}}}\n"
                               "historical_after: 3m\nlimits: {max_evidence: 100}\n"},
                              {"x/r.yaml", kRule + "---\n" + other}},
                             test::catalogue());
  ASSERT_NE(loaded.rules, nullptr);
  const RuleSet& set = *loaded.rules;
  ASSERT_EQ(set.rules.size(), 2U);
  EXPECT_EQ(set.rules[0].name, "a");
  EXPECT_EQ(set.rules[0].limits.max_evidence, 100U);
  ASSERT_EQ(set.type_settings.size(), test::catalogue().types().size());
  EXPECT_EQ(set.type_settings[0].lateness, 9s);
  EXPECT_EQ(set.type_settings[0].max_age, 1h);
  EXPECT_THAT(set.type_settings[0].repeat->by_slots,
              ElementsAre(slot(CommonSlot::device_id), kCommonSlots));
  EXPECT_EQ(set.type_settings[1].lateness, 2s);
  EXPECT_EQ(set.historical_after, 3min);
}

TEST(GoodRules, VersionsFollowContentNotPlace) {
  const auto bundle = [](const std::string& folder, const std::string& limits) {
    const Loaded loaded =
        load({{folder + "bundle.yaml",
               "event_types: {smoke.alarm: {lateness: 3s}, meter: {lateness: " + limits + "}}\n"},
              {folder + "r.yaml", kRule}},
             test::catalogue());
    return loaded.rules;
  };
  EXPECT_EQ(bundle("a/", "1s")->version, bundle("b/c/", "1s")->version);
  EXPECT_NE(bundle("a/", "1s")->version, bundle("a/", "2s")->version);
  // A setting of a type that the rule does not use leaves the rule's version alone.
  EXPECT_EQ(bundle("a/", "1s")->rules[0].version, bundle("a/", "2s")->rules[0].version);
  EXPECT_NE(bundle("a/", "1s")->rules[0].version, rule_of(kRule).version);
  EXPECT_EQ(rule_of(kRule).version, rule_of("\n" + kRule + "\n\n").version);
  EXPECT_TRUE(rule_of(kRule).version.starts_with("sha256:"));
}

TEST(GoodRules, AnEditOfANamedConditionIsAnEditOfEveryRuleThatUsesItAnywhere) {
  const auto version = [](const std::string& over, const std::string& match) {
    const Loaded loaded =
        test::load_bundle("conditions: {high: e.value > " + over + "}\n", kHead + match + "\n");
    return loaded.rules == nullptr ? "" : loaded.rules->rules[0].version;
  };
  for (const char* match : {
           "match: {event: {event: meter, where: high}}",
           "match: {sustained: {event: meter, holds: high, for: 1m, max_gap: 1m}}",
           "match: {sustained: {event: meter, holds: e.value > 1, breaks: '!high', for: 1m, "
           "max_gap: 1m}}",
           "match: {aggregate: {event: meter, value: 'high ? 1 : 0', fn: sum, window: 1m, over: "
           "3}}",
       }) {
    EXPECT_NE(version("3", match), "") << match;
    EXPECT_NE(version("3", match), version("4", match)) << match;
  }
}

TEST(GoodRules, OnlyStructureChangesTheMatchHash) {
  const auto all = [](const std::string& text) {
    return rule_of(kHead + "match: {count: {" + text + "}}\n").match_hash;
  };
  const std::string base = all("event: smoke.alarm, at_least: 2, within: 5s");
  EXPECT_EQ(base, all("event: smoke.alarm, at_least: 3, within: 9s, where: \"e.level > 1.0\""));
  EXPECT_NE(base, all("event: smoke.clear, at_least: 2, within: 5s"));
  EXPECT_NE(base, all("event: smoke.alarm, at_least: 2, within: 5s, distinct: [device_id]"));
  EXPECT_NE(base, rule_of(kRule).match_hash);
  EXPECT_EQ(
      rule_of(kRule).match_hash,
      rule_of(kRule + "title: Other\nmode: shadow\nalert: {resolve: {after: 1h}}\n").match_hash);
}

TEST(GoodRules, AConditionIsPutInWhereItsNameStands) {
  const std::string bundle =
      "conditions: {hot: \"e.level > 2.0 || e.temperature > 60.0\", live: '!e.test_mode'}\n";
  const Loaded loaded = test::load_bundle(
      bundle,
      kHead +
          "match: {event: {event: smoke.alarm, where: \"live && hot && e.device_id != 'hot'\"}}\n");
  EXPECT_THAT(brief(loaded.diagnostics), IsEmpty());
  ASSERT_NE(loaded.rules, nullptr);
  EXPECT_THAT(names(std::get<EventForm>(loaded.rules->rules[0].form).pattern.alternatives[0].reads),
              ElementsAre("e.test_mode", "e.level", "e.temperature", "e.device_id"));
}

TEST(GoodRules, BracesInTextDoNotEndAHole) {
  const Rule rule = rule_of(kRule + "alert: {summary: \"{{e.device_id + '}}'}} end\"}\n");
  ASSERT_EQ(rule.alert.summary.en.pieces.size(), 2U);
  EXPECT_EQ(rule.alert.summary.en.pieces[1].literal, " end");
}

TEST(Lints, TellWhatIsProbablyNotMeant) {
  const auto lints = [](const std::string& text, const LoadOptions& options = {}) {
    const Loaded loaded = test::load_text(text, "r.yaml", options);
    EXPECT_NE(loaded.rules, nullptr);
    return brief(loaded.diagnostics);
  };
  EXPECT_THAT(lints(kRule + "params: {p: {value: 1}}\n"), ElementsAre("W2901 6:10"));
  EXPECT_THAT(lints(kRule + "tests: [{name: a, given: [{t: 0s, engine: tick}], expect: []}]\n"),
              ElementsAre("W2903 6:51"));
  EXPECT_THAT(lints(kRule + "alert: {escalate: [{when: \"count > 1\", severity: low}]}\n"),
              ElementsAre("W2904 6:50"));
  const std::string joined =
      kHead +
      "match: {all: {steps: {a: {event: smoke.alarm}, b: {event: smoke.clear}}, within: 5s, "
      "join: \"adjacent(a.loc.zone, b.loc.zone)\"}}\n";
  EXPECT_THAT(lints(joined), IsEmpty());
  EXPECT_THAT(lints(joined, {.have_registry = false}), ElementsAre("W2905 2:7"));
  EXPECT_THAT(lints("# nothing yet\n"), ElementsAre("W2906 1:1"));
  EXPECT_THAT(brief(test::load_bundle("conditions: {never: \"true\"}\n", kRule).diagnostics),
              ElementsAre("W2902 1:14"));
}

TEST(Schema, ListsTheKeysOfTheTables) {
  const auto schema = nlohmann::json::parse(rules_json_schema(RuleDocument::rule));
  EXPECT_EQ(schema["required"],
            nlohmann::json({"format", "rule", "severity", "for_each", "match"}));
  EXPECT_FALSE(schema["additionalProperties"].get<bool>());
  EXPECT_TRUE(schema["properties"]["match"]["properties"].contains("all"));
  EXPECT_TRUE(schema["properties"]["match"]["properties"].contains("silence"));
  const auto& steps =
      schema["properties"]["match"]["properties"]["sequence"]["properties"]["steps"];
  EXPECT_EQ(steps["items"]["maxProperties"], 1);
  EXPECT_EQ(schema["properties"]["severity"]["enum"].size(), 4U);
  const auto& aggregate = schema["properties"]["match"]["properties"]["aggregate"]["properties"];
  EXPECT_EQ(aggregate["over"]["anyOf"][0]["type"], "number");
  EXPECT_EQ(aggregate["over"]["anyOf"][1]["type"], "string");
}

}  // namespace
}  // namespace tocsin::rules
