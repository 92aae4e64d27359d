#include "bench/check/truth_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tocsin::bench {
namespace {

std::string key_text(const std::map<std::string, std::string>& key) {
  std::string text;
  for (const auto& [name, value] : key) {
    if (!text.empty()) text += ',';
    text += name + "=" + value;
  }
  return text;
}

void add(CheckReport& report, Fault fault, const std::pair<std::string, std::string>& subject,
         std::string detail) {
  switch (fault) {
    case Fault::missed: ++report.missed; break;
    case Fault::opened_twice:
    case Fault::delivered_twice: ++report.duplicated; break;
    default: ++report.wrong;
  }
  if (report.findings.size() < kMaxFindings) {
    report.findings.push_back({fault, subject.first, subject.second, std::move(detail)});
  }
}

bool shares_an_event(const Answered& pair) {
  if (pair.alert.evidence.empty()) return true;   // cut, or the sink leaves it out
  if (pair.expected.events.empty()) return true;  // its evidence are alerts
  return std::ranges::any_of(pair.expected.events, [&](const std::string& id) {
    return std::ranges::find(pair.alert.evidence, id) != pair.alert.evidence.end();
  });
}

}  // namespace

std::string_view to_string(Fault fault) {
  static constexpr std::string_view names[] = {"missed",        "opened_twice",   "delivered_twice",
                                               "unexpected",    "wrong_severity", "wrong_time",
                                               "wrong_evidence"};
  return names[static_cast<std::size_t>(fault)];
}

TruthCheck::TruthCheck(CheckOptions options) : options_(std::move(options)) {}

bool TruthCheck::in_force(const std::string& rule) const {
  return options_.rules.empty() || options_.rules.contains(rule);
}

void TruthCheck::expect(sim::ExpectedAlert alert) {
  if (!in_force(alert.rule)) {
    ++skipped_;
    return;
  }
  ++expected_count_;
  planted_.insert(alert.rule);
  const std::map<std::string, std::string> key(alert.key.begin(), alert.key.end());
  cases_[{alert.rule, key_text(key)}].expected.push_back(std::move(alert));
}

void TruthCheck::see(SeenAlert alert) {
  if (alert.shadow || (!alert.kind.empty() && alert.kind != "rule")) return;
  if (!delivered_.emplace(alert.alert_id, alert.rev).second) {
    delivered_again_.push_back(std::move(alert));
    return;
  }
  if (alert.rev != 1) return;
  const Subject subject{alert.rule, key_text(alert.key)};
  cases_[subject].openings.push_back(std::move(alert));
}

bool TruthCheck::all_came() const {
  return std::ranges::all_of(cases_, [](const auto& entry) {
    return entry.second.openings.size() >= entry.second.expected.size();
  });
}

CheckReport TruthCheck::report() const {
  CheckReport report;
  report.expected = expected_count_;
  report.skipped = skipped_;
  for (const auto& [subject, one] : cases_) judge(subject, one, report);
  for (const SeenAlert& again : delivered_again_) {
    add(report, Fault::delivered_twice, {again.rule, key_text(again.key)},
        fmt::format("{} rev {}", again.alert_id, again.rev));
  }
  return report;
}

void TruthCheck::judge(const Subject& subject, Case one, CheckReport& report) const {
  report.openings += one.openings.size();
  std::ranges::stable_sort(one.expected, {}, &sim::ExpectedAlert::sent);
  std::ranges::stable_sort(one.openings, {}, &SeenAlert::opened_at);
  const std::size_t pairs = std::min(one.expected.size(), one.openings.size());
  for (std::size_t i = 0; i < pairs; ++i) {
    judge_pair(subject, {one.expected[i], one.openings[i]}, report);
  }
  for (std::size_t i = pairs; i < one.expected.size(); ++i) {
    const sim::ExpectedAlert& e = one.expected[i];
    add(report, Fault::missed, subject, fmt::format("incident {} ({})", e.incident, e.scene));
  }
  const bool ours = planted_.contains(subject.first) || options_.watched.contains(subject.first);
  for (std::size_t i = pairs; ours && i < one.openings.size(); ++i) {
    add(report, one.expected.empty() ? Fault::unexpected : Fault::opened_twice, subject,
        fmt::format("{} opened at {}", one.openings[i].alert_id, one.openings[i].opened_at));
  }
}

void TruthCheck::judge_pair(const Subject& subject, Answered pair, CheckReport& report) const {
  const std::string incident =
      fmt::format("incident {} ({})", pair.expected.incident, pair.expected.scene);
  if (!pair.expected.severity.empty() && pair.alert.severity != pair.expected.severity) {
    add(report, Fault::wrong_severity, subject,
        fmt::format("{}: {} instead of {}", incident, pair.alert.severity, pair.expected.severity));
  }
  const std::int64_t after = pair.alert.opened_at - pair.expected.opens;
  if (after < -options_.early.count() || after > options_.late.count()) {
    add(report, Fault::wrong_time, subject,
        fmt::format("{}: opened {} ms after it should have", incident, after));
  }
  if (!shares_an_event(pair)) {
    add(report, Fault::wrong_evidence, subject, fmt::format("{}: none of its events", incident));
  }
  report.answered.push_back(std::move(pair));
}

std::string to_json(const CheckReport& report) {
  nlohmann::ordered_json line;
  line["expected"] = report.expected;
  line["skipped"] = report.skipped;
  line["openings"] = report.openings;
  line["missed"] = report.missed;
  line["duplicated"] = report.duplicated;
  line["wrong"] = report.wrong;
  line["findings"] = nlohmann::ordered_json::array();
  for (const Finding& f : report.findings) {
    line["findings"].push_back(
        {{"fault", to_string(f.fault)}, {"rule", f.rule}, {"key", f.key}, {"detail", f.detail}});
  }
  return line.dump();
}

}  // namespace tocsin::bench
