#include "app/demo/scoreboard.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

namespace tocsin::app {
namespace {

// The simulated city numbers the events of a device: "SD-000145-3".
bool is_of_the_city(const Evidence& event) { return event.id.starts_with(event.device_id + "-"); }

std::string planted_text(const DemoResult& result, const Common& common) {
  if (result.rules_edited) {
    return std::string(common.in("planted  not compared: the rules were edited on the way\n",
                                 "预设   未比对：规则在运行中被修改\n"));
  }
  const bench::CheckReport& truth = result.truth;
  std::string text = fmt::format(
      fmt::runtime(common.in("planted  {} alerts expected, {} missed, {} duplicated, {} wrong\n",
                             "预设   应有警报 {}，漏报 {}，重复 {}，误报 {}\n")),
      truth.expected, truth.missed, truth.duplicated, truth.wrong);
  for (const bench::Finding& finding : truth.findings) {
    text += fmt::format("         {} {} {}: {}\n", to_string(finding.fault), finding.rule,
                        finding.key, finding.detail);
  }
  return text;
}

}  // namespace

// Decided at the opening, for all revisions.
bool Scoreboard::is_visitor(const AlertRevision& revision) {
  if (revision.rev == 1 && !std::ranges::all_of(revision.evidence, is_of_the_city))
    visitors_.insert(revision.alert_id);
  return visitors_.contains(revision.alert_id);
}

void Scoreboard::add(const AlertRevision& revision) {
  const std::lock_guard lock(mutex_);
  if (!is_visitor(revision)) seen_.push_back(bench::seen(revision));
  RuleCount& count = rules_[revision.rule];
  count.severity = revision.severity;
  count.title = revision.title;
  if (revision.rev == 1) ++count.opened;
  if (revision.state == AlertState::resolved) ++count.resolved;
}

bench::CheckReport Scoreboard::score(const std::string& truth_file,
                                     std::set<std::string> rules_in_force) const {
  bench::CheckOptions options;
  options.rules = std::move(rules_in_force);
  bench::TruthCheck check(options);
  std::ifstream file(truth_file);
  for (std::string line; std::getline(file, line);) {
    if (auto expected = sim::parse_truth_line(line)) check.expect(std::move(*expected));
  }
  const std::lock_guard lock(mutex_);
  for (const bench::SeenAlert& alert : seen_) check.see(alert);
  return check.report();
}

std::string Scoreboard::text(const DemoResult& result, const Common& common) const {
  const Books& b = result.books;
  std::string text =
      fmt::format(fmt::runtime(common.in(
                      "\nevents   received {} = accepted {} + duplicate {} + late {} + rejected {} "
                      "+ shed {}: {}\n",
                      "\n事件   接收 {} = 接受 {} + 重复 {} + 迟到 {} + 拒绝 {} + 丢弃 {}：{}\n")),
                  b.received, b.accepted, b.duplicate, b.late, b.rejected(), b.shed,
                  b.balance() ? common.in("the books balance", "账目平衡")
                              : common.in("THE BOOKS DO NOT BALANCE", "账目不平"));
  text += planted_text(result, common);
  if (result.unpublished > 0) {
    text += fmt::format(fmt::runtime(common.in("kafka    {} revisions not delivered\n",
                                               "kafka  {} 条修订未送达\n")),
                        result.unpublished);
  }
  const std::lock_guard lock(mutex_);
  if (!visitors_.empty()) {
    text += fmt::format(fmt::runtime(common.in("yours    {} alerts of events from elsewhere\n",
                                               "其他   {} 条警报由城市以外的事件触发\n")),
                        visitors_.size());
  }
  for (const auto& [name, count] : rules_) {
    text += fmt::format(fmt::runtime(common.in("alerts   {:8} {:24} opened {}, resolved {}\n",
                                               "警报   {:8} {:24} 触发 {}，解除 {}\n")),
                        to_string(count.severity), name, count.opened, count.resolved);
  }
  text.pop_back();
  return text;
}

std::string Scoreboard::json(const DemoResult& result) const {
  using Json = nlohmann::ordered_json;
  const Books& b = result.books;
  Json json{{"schema", "tocsin.demo/1"},
            {"summary", true},
            {"books",
             {{"received", b.received},
              {"accepted", b.accepted},
              {"duplicate", b.duplicate},
              {"late", b.late},
              {"rejected", b.rejected()},
              {"shed", b.shed},
              {"balanced", b.balance()}}},
            {"truth", Json::parse(bench::to_json(result.truth))},
            {"rules_edited", result.rules_edited},
            {"unpublished", result.unpublished}};
  const std::lock_guard lock(mutex_);
  json["visitors"] = visitors_.size();
  for (const auto& [name, count] : rules_) {
    json["alerts"][name] = {{"severity", to_string(count.severity)},
                            {"opened", count.opened},
                            {"resolved", count.resolved}};
  }
  return json.dump();
}

}  // namespace tocsin::app
