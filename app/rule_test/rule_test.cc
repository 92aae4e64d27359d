#include "app/rule_test/rule_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "alerts/alert_json.h"
#include "app/replay/replay_session.h"
#include "app/rule_test/expectation.h"
#include "app/text.h"

namespace tocsin::app {
namespace {

using nlohmann::ordered_json;

constexpr Timestamp kStart = rules::kTestStart;

std::optional<Timestamp> relative_time(const std::string& text, Timestamp step) {
  const bool back = text.starts_with('-');
  const auto shift =
      parse_duration(back ? std::string_view(text).substr(1) : std::string_view(text));
  if (!shift) return std::nullopt;
  if (back) return step - *shift;
  return text.starts_with('+') ? step + *shift : kStart + *shift;
}

// The step as a line with its times written out.
std::string step_line(const rules::TestStep& step) {
  auto line = ordered_json::parse(step.json, nullptr, false);
  if (!line.is_object()) return step.json;
  const Timestamp at = kStart + step.t;
  if (!line.contains("arr")) line["arr"] = unix_ms(at);
  if (!line.contains("type")) return line.dump();
  if (!line.contains("ts")) {
    line["ts"] = unix_ms(at);
  } else if (line["ts"].is_string()) {
    if (const auto ts = relative_time(line["ts"].get<std::string>(), at)) line["ts"] = unix_ms(*ts);
  }
  return line.dump();
}

PlaceIndex add_places(Registry& registry, const rules::TestDevice& device) {
  PlaceIndex place = kNoIndex;
  for (std::size_t i = 0; i < kLocKinds; ++i) {
    const std::string& id = device.places[i];
    if (id.empty()) continue;
    const PlaceIndex known = registry.find_place(id);
    Place added;
    added.place_id = id;
    added.kind = static_cast<PlaceKind>(i);
    added.parent = place;
    place = known == kNoIndex ? registry.add_place(std::move(added)) : known;
  }
  return place;
}

// The inputs of a test that brings its own devices.
ReplayInputs inputs_of(const rules::RuleTest& test, ReplayInputs inputs) {
  if (test.registry.empty()) return inputs;
  auto registry = std::make_shared<Registry>();
  for (const rules::TestDevice& row : test.registry) {
    Device device;
    device.device_id = row.device_id;
    device.kind = row.kind;
    device.gateway_id = row.gateway;
    device.heartbeat_interval_s = row.heartbeat_interval_s;
    device.place = add_places(*registry, row);
    registry->add_device(std::move(device));
  }
  inputs.registry = std::move(registry);
  return inputs;
}

// The rule under test while it was in force: a reload may take it away.
class TestedRule {
 public:
  explicit TestedRule(const std::string& name) : name_(name) {}

  void look(const rules::Engine& engine) {
    if (set_ != &engine.rules()) find(engine.rules());
    if (index_) counters_ = engine.counters(*index_);
  }
  const rules::Rule* rule() const { return rule_; }  ///< null: it never was
  const rules::RuleCounters& counters() const { return counters_; }
  /// What its alerts are rolled up as; empty: they are not.
  const std::string& roll_up() const { return roll_up_; }

 private:
  void find(const rules::RuleSet& set) {
    set_ = &set;
    index_.reset();
    const auto at = std::ranges::find(set.rules, name_, &rules::Rule::name);
    if (at == set.rules.end()) return;
    index_ = static_cast<std::size_t>(at - set.rules.begin());
    rule_ = &*at;
    if (at->rolled_up) roll_up_ = set.rules[at->rolled_up->parent].name;
  }

  const std::string& name_;
  const rules::RuleSet* set_ = nullptr;  // in force
  std::optional<std::size_t> index_;     // in it
  const rules::Rule* rule_ = nullptr;
  rules::RuleCounters counters_;
  std::string roll_up_;
};

class Case {
 public:
  Case(const rules::RuleTest& test, const ReplayInputs& inputs, Language language)
      : test_(test), session_(inputs_of(test, inputs)), tested_(test.rule), language_(language) {
    outcome_.test = &test;
  }

  TestOutcome run() {
    play();
    compare();
    check_reach();
    return std::move(outcome_);
  }

 private:
  void play() {
    std::string text;
    for (const rules::TestStep& step : test_.given) {
      tested_.look(session_.engine().engine());
      const std::string line = step_line(step);
      const std::string before = text;
      const LineResult result = session_.apply(before, line, revisions_);
      if (result.bad) {
        outcome_.problems.push_back(
            fmt::format("{}:{}: {}", test_.file, step.line, result.problem));
      }
      text += line + "\n";
    }
    session_.finish(std::nullopt, revisions_);
    tested_.look(session_.engine().engine());
    std::erase_if(revisions_, [&](const AlertRevision& r) {
      return r.rule != test_.rule && (tested_.roll_up().empty() || r.rule != tested_.roll_up());
    });
    for (const AlertRevision& revision : revisions_) outcome_.reasons.push_back(revision.reason);
  }

  void compare() {
    const std::size_t both = std::min(test_.expect.size(), revisions_.size());
    for (std::size_t i = 0; i < both; ++i) compare_one(test_.expect[i], revisions_[i], i + 1);
    for (std::size_t i = both; i < test_.expect.size(); ++i) {
      const rules::TestExpectation& missing = test_.expect[i];
      problem(missing.line, fmt::format(fmt::runtime(in("alert {} never came: expected {}{}",
                                                        "第 {} 条告警没有出现：期望 {}{}")),
                                        i + 1, time_text(missing.t), flow_yaml(missing.json)));
    }
    for (std::size_t i = both; i < revisions_.size(); ++i) {
      const AlertRevision& extra = revisions_[i];
      problem(test_.line, fmt::format(fmt::runtime(in("alert {} was not expected: got {}{}",
                                                      "第 {} 条告警不在期望之中：实际 {}{}")),
                                      i + 1, time_text(extra.at - kStart),
                                      short_alert(alerts::alert_to_json(extra))));
    }
  }

  static std::string time_text(std::optional<Duration> t) {
    return t ? "t: " + duration_text(*t) + " " : "";
  }

  void compare_one(const rules::TestExpectation& expected, const AlertRevision& got,
                   std::size_t n) {
    const std::string got_json = alerts::alert_to_json(got);
    std::vector<std::string> wrong = differences(expected.json, got_json, language_);
    if (expected.t && kStart + *expected.t != got.at) {
      wrong.insert(wrong.begin(),
                   fmt::format(fmt::runtime(in("t: expected {}, got {}", "t：期望 {}，实际 {}")),
                               duration_text(*expected.t), duration_text(got.at - kStart)));
    }
    for (const std::string& text : wrong) {
      problem(expected.line,
              fmt::format(fmt::runtime(in("alert {}: {}", "第 {} 条告警：{}")), n, text));
    }
  }

  void problem(std::size_t line, const std::string& text) {
    outcome_.problems.push_back(fmt::format("{}:{}: {}", test_.file, line, text));
  }
  void problem_of_test(const std::string& text) { problem(test_.line, text); }
  std::string_view in(std::string_view en, std::string_view zh) const {
    return language_ == Language::zh ? zh : en;
  }

  void check_reach() {
    if (tested_.rule() == nullptr) {
      return problem_of_test(
          fmt::format(fmt::runtime(in("there is no rule '{}'", "没有规则 '{}'")), test_.rule));
    }
    outcome_.counters = tested_.counters();
    if (test_.expect.empty() && test_.must_reach.empty()) {
      vacuous(in("it expects no alert and has no must_reach (evaluated, pending or a step)",
                 "不期望任何告警，也没有 must_reach（evaluated、pending 或步骤名）"));
    } else if (outcome_.counters.evaluated + outcome_.counters.matches == 0) {
      vacuous(in("no event reached the rule", "没有事件到达该规则"));
    } else if (!reached(*tested_.rule())) {
      vacuous(fmt::format(fmt::runtime(in("it never reached '{}'", "从未到达 '{}'")),
                          test_.must_reach));
    }
  }

  // With the code that `tocsin help` explains.
  void vacuous(std::string_view why) {
    problem_of_test(fmt::format("{}{}", in("W2903 vacuous: ", "W2903 空测试："), why));
  }

  bool reached(const rules::Rule& rule) const {
    if (test_.must_reach.empty() || test_.must_reach == "evaluated") return true;
    if (test_.must_reach == "pending") return outcome_.counters.pending > 0;
    const auto* steps = rules::named_steps(rule.form);
    if (steps == nullptr) return false;
    const auto step = std::ranges::find(*steps, test_.must_reach, &rules::Step::name);
    if (step == steps->end()) return false;
    return outcome_.counters.step_bound[static_cast<std::size_t>(step - steps->begin())] > 0;
  }

  const rules::RuleTest& test_;
  ReplaySession session_;
  TestedRule tested_;
  Language language_;
  std::vector<AlertRevision> revisions_;
  TestOutcome outcome_;
};

}  // namespace

TestOutcome run_rule_test(const rules::RuleTest& test, const ReplayInputs& inputs,
                          Language language) {
  return Case(test, inputs, language).run();
}

}  // namespace tocsin::app
