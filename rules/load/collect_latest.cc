// `latest` -> LatestText.
#include "rules/load/collected.h"

namespace tocsin::rules {
namespace {

using yaml::Node;
using yaml::NodeKind;
using yaml::value_of;

using Missing = LatestCell::Missing;

void read_if_missing(const Node& node, LatestText& cell, yaml::Report& report) {
  if (node.kind == NodeKind::map) {
    cell.defaults = &node;
    return;
  }
  const auto word = yaml::read_word(node, kMissingWords, "if_missing", report);
  if (word == "false") cell.if_missing = Missing::no;
  if (word == "true") cell.if_missing = Missing::yes;
  if (word == "error") cell.if_missing = Missing::error;
}

}  // namespace

void collect_latest(const yaml::Entry& latest, RuleText& rule) {
  yaml::Report& report = rule.file->report;
  if (!yaml::expect_named(latest.value, "latest", report)) return;
  if (latest.value.entries.size() > kMaxLatest) {
    report.add(
        Code::out_of_range, latest.key.span,
        {"latest", "1", std::to_string(kMaxLatest), std::to_string(latest.value.entries.size())});
  }
  for (const yaml::Entry& entry : latest.value.entries) {
    const std::string& name = entry.key.text;
    if (!yaml::is_name(name, yaml::kIdentifierName)) {
      report.add(Code::bad_name, entry.key.span, {name, yaml::kIdentifierName.allowed});
    }
    if (entry.value.kind == NodeKind::null ||
        !yaml::expect_map(entry.value, latest_keys(), name, report, entry.key.span))
      continue;
    LatestText cell;
    cell.name = &entry.key;
    cell.pattern = collect_pattern(entry.value, report);
    if (const Node* node = value_of(entry.value, "max_age")) {
      cell.max_age = yaml::read_duration(*node, "max_age", report).value_or(Duration{});
    }
    if (const Node* node = value_of(entry.value, "if_missing"))
      read_if_missing(*node, cell, report);
    rule.latest.push_back(std::move(cell));
  }
}

}  // namespace tocsin::rules
