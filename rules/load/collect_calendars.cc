// `calendars` of bundle.yaml -> Calendar.
#include <array>

#include "rules/load/collected.h"

namespace tocsin::rules {
namespace {

using yaml::Node;
using yaml::NodeKind;
using yaml::value_of;

constexpr std::int32_t kMinutesOfDay = 24 * 60;

bool is_clock_digit(char c) { return c >= '0' && c <= '9'; }

// "07:30", "24:00".
std::optional<std::int32_t> minutes_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0u, 1u, 3u, 4u}) {
    if (!is_clock_digit(text[i])) return std::nullopt;
  }
  const std::int32_t hours = (text[0] - '0') * 10 + text[1] - '0';
  const std::int32_t minutes = (text[3] - '0') * 10 + text[4] - '0';
  const std::int32_t all = hours * 60 + minutes;
  return minutes < 60 && all <= kMinutesOfDay ? std::optional(all) : std::nullopt;
}

class CalendarCollector {
 public:
  explicit CalendarCollector(yaml::Report& report) : report_(report) {}

  std::optional<Calendar> collect(const yaml::Entry& entry) {
    const Node& node = entry.value;
    if (node.kind == NodeKind::invalid) return std::nullopt;
    if (node.kind != NodeKind::sequence) {
      report_.add(Code::wrong_kind, node.span,
                  {entry.key.text, kind_words(NodeKind::sequence), kind_words(node.kind)});
      return std::nullopt;
    }
    if (node.items.empty()) report_.add(Code::empty_collection, entry.key.span, {entry.key.text});
    if (node.items.size() > kMaxCalendarSpans) {
      report_.add(Code::out_of_range, entry.key.span,
                  {entry.key.text, "1", std::to_string(kMaxCalendarSpans),
                   std::to_string(node.items.size())});
    }
    Calendar calendar{entry.key.text, {}};
    for (const Node& item : node.items) {
      if (auto span = read_span(item)) calendar.spans.push_back(std::move(*span));
    }
    return calendar;
  }

 private:
  std::optional<CalendarSpan> read_span(const Node& item) {
    if (!yaml::expect_map(item, calendar_keys(), "calendar", report_)) return std::nullopt;
    auto zone = read_zone(item);
    CalendarSpan span{kEveryDay, 0, kMinutesOfDay, zone.value_or(*cel::TimeZone::find("+00:00"))};
    if (const Node* days = value_of(item, "days")) span.days = read_days(*days);
    if (const Node* from = value_of(item, "from")) span.from = read_clock(*from, "from", 0);
    if (const Node* to = value_of(item, "to")) span.to = read_clock(*to, "to", kMinutesOfDay);
    if (span.from == span.to) {
      const Node* const from = value_of(item, "from");
      report_.add(Code::empty_span, from != nullptr ? from->span : item.span);
    }
    if (!zone) return std::nullopt;
    return span;
  }

  std::optional<cel::TimeZone> read_zone(const Node& item) {
    const Node* const node = value_of(item, "zone");
    if (node == nullptr || !yaml::read_text(*node, "zone", report_)) return std::nullopt;
    auto zone = cel::TimeZone::find(node->text);
    if (!zone) report_.add(Code::bad_zone, node->span, {node->text});
    return zone;
  }

  std::uint8_t read_days(const Node& node) {
    unsigned days = 0;
    for (const Node* item : yaml::read_scalars(node, "days", report_)) {
      const auto word = yaml::read_word(*item, kDayWords, "days", report_);
      for (std::size_t i = 0; word && i < kDayWords.size(); ++i) {
        if (kDayWords[i] == *word) days |= 1u << i;
      }
    }
    return static_cast<std::uint8_t>(days);
  }

  std::int32_t read_clock(const Node& node, std::string_view key, std::int32_t otherwise) {
    if (!yaml::read_text(node, key, report_)) return otherwise;
    const auto minutes = minutes_of(node.text);
    if (minutes && (key == "to" ? *minutes > 0 : *minutes < kMinutesOfDay)) return *minutes;
    report_.add(Code::bad_clock, node.span, {key, node.text});
    return otherwise;
  }

  yaml::Report& report_;
};

}  // namespace

void collect_calendars(const yaml::Node& node, BundleText& bundle) {
  yaml::Report& report = bundle.file->report;
  if (!yaml::expect_named(node, "calendars", report)) return;
  if (node.entries.size() > kMaxCalendars) {
    report.add(
        Code::out_of_range, node.span,
        {"calendars", "1", std::to_string(kMaxCalendars), std::to_string(node.entries.size())});
  }
  for (const yaml::Entry& entry : node.entries) {
    if (!yaml::is_name(entry.key.text, yaml::kDashedName)) {
      report.add(Code::bad_name, entry.key.span, {entry.key.text, yaml::kDashedName.allowed});
    } else if (auto calendar = CalendarCollector(report).collect(entry)) {
      bundle.calendars.push_back({&entry, std::move(*calendar), false});
    }
  }
}

}  // namespace tocsin::rules
