#include "rules/load/rule_tests.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "rules/load/expectation_keys.h"
#include "rules/load/test_step.h"

namespace tocsin::rules {
namespace {

using yaml::Node;
using yaml::NodeKind;
using yaml::value_of;

class TestCollector {
 public:
  TestCollector(const RuleText& rule, const Catalogue& catalogue, RuleFile& file)
      : rule_(rule), catalogue_(catalogue), file_(file), report_(file.report) {}

  std::vector<RuleTest> collect(const Node& tests) {
    if (!is_list(tests, "tests")) return {};
    for (const Node& test : tests.items) {
      if (yaml::expect_map(test, test_keys(), "tests", report_)) read(test);
    }
    return std::move(found_);
  }

 private:
  bool is_list(const Node& node, std::string_view what) {
    if (node.kind == NodeKind::sequence) return true;
    if (node.kind != NodeKind::invalid) {
      report_.add(Code::wrong_kind, node.span,
                  {what, yaml::kind_words(NodeKind::sequence), yaml::kind_words(node.kind)});
    }
    return false;
  }

  std::size_t line_of(const Node& node) const {
    return file_.source.position(node.span.begin).line;
  }

  void read(const Node& node) {
    RuleTest test;
    test.rule = rule_.rule.name;
    test.file = file_.source.name();
    test.line = line_of(node);
    if (const Node* name = value_of(node, "name")) {
      test.name = yaml::read_text(*name, "name", report_).value_or("");
    }
    if (const Node* registry = value_of(node, "registry")) read_registry(*registry, test);
    if (const Node* given = value_of(node, "given")) read_given(*given, test);
    if (const Node* expect = value_of(node, "expect")) read_expect(*expect, test);
    if (const Node* reach = value_of(node, "must_reach")) {
      test.must_reach = yaml::read_text(*reach, "must_reach", report_).value_or("");
      check_reach(*reach);
    } else if (const yaml::Entry* expect = node.find("expect")) {
      const bool nothing = expect->value.kind == NodeKind::sequence && expect->value.items.empty();
      if (nothing) report_.add(Code::vacuous_test, expect->key.span, {test.name});
    }
    found_.push_back(std::move(test));
  }

  void read_registry(const Node& registry, RuleTest& test) {
    if (!is_list(registry, "registry")) return;
    if (registry.items.empty()) report_.add(Code::empty_collection, registry.span, {"registry"});
    for (const Node& item : registry.items) {
      if (yaml::expect_map(item, test_device_keys(), "registry", report_)) {
        read_device(item, test.registry);
      }
    }
  }

  void read_device(const Node& item, std::vector<TestDevice>& devices) {
    TestDevice device;
    const auto text = [&](std::string_view key) {
      const Node* const node = value_of(item, key);
      return node == nullptr ? std::string() : yaml::read_text(*node, key, report_).value_or("");
    };
    device.device_id = text("device_id");
    device.kind = text("kind");
    device.gateway = text("gateway");
    for (std::size_t i = 0; i < kLocKinds; ++i) {
      device.places[i] = text(common_fields()[kFirstLoc + i].name);
    }
    if (const Node* node = value_of(item, "heartbeat_interval_s")) {
      const auto seconds =
          yaml::read_integer(*node, 1, 366 * 86400, "heartbeat_interval_s", report_);
      device.heartbeat_interval_s = seconds.value_or(0);
    }
    if (std::ranges::find(devices, device.device_id, &TestDevice::device_id) != devices.end()) {
      const Node* const id = value_of(item, "device_id");
      if (id != nullptr) report_.add(Code::listed_twice, id->span, {device.device_id});
      return;
    }
    devices.push_back(std::move(device));
  }

  void read_given(const Node& given, RuleTest& test) {
    if (!is_list(given, "given")) return;
    if (given.items.empty()) report_.add(Code::empty_collection, given.span, {"given"});
    for (const Node& item : given.items) {
      if (!yaml::expect_named(item, "given", report_)) continue;
      TestStep step;
      step.line = line_of(item);
      const Duration before = test.given.empty() ? Duration{} : test.given.back().t;
      const std::optional<Duration> t = read_t(item);
      step.t = t.value_or(before);
      if (t && *t < before) {
        report_.add(Code::test_order, value_of(item, "t")->span,
                    {yaml::duration_text(*t), yaml::duration_text(before)});
      }
      step.json = read_test_step(item, catalogue_, report_).dump();
      test.given.push_back(std::move(step));
    }
  }

  // Requires: a map.
  std::optional<Duration> read_t(const Node& step) {
    const Node* const node = value_of(step, "t");
    if (node != nullptr) return yaml::read_duration(*node, "t", report_);
    if (step.find("t") == nullptr) {
      report_.add(Code::missing_key, step.entries.front().key.span,
                  {"t", "time after the start of the test"});
    }
    return std::nullopt;
  }

  void read_expect(const Node& expect, RuleTest& test) {
    if (!is_list(expect, "expect")) return;
    for (const Node& item : expect.items) {
      if (!yaml::expect_named(item, "expect", report_)) continue;
      TestExpectation line;
      line.line = line_of(item);
      if (const Node* t = value_of(item, "t")) line.t = yaml::read_duration(*t, "t", report_);
      line.json = read_expectation(item, rule_, report_).dump();
      test.expect.push_back(std::move(line));
    }
  }

  void check_reach(const Node& node) {
    std::vector<std::string> words{"evaluated", "pending"};
    for (const StepText& step : rule_.steps) words.push_back(step.name->text);
    if (node.kind != NodeKind::scalar || std::ranges::find(words, node.text) != words.end()) return;
    const std::vector<std::string_view> views(words.begin(), words.end());
    report_.add(Code::test_must_reach, node.span, {node.text, yaml::join(views)},
                nearest(node.text, words));
  }

  const RuleText& rule_;
  const Catalogue& catalogue_;
  RuleFile& file_;
  yaml::Report& report_;
  std::vector<RuleTest> found_;
};

}  // namespace

std::vector<RuleTest> collect_tests(const yaml::Node& tests, const RuleText& rule,
                                    const Catalogue& catalogue, RuleFile& file) {
  return TestCollector(rule, catalogue, file).collect(tests);
}

}  // namespace tocsin::rules
