#include "rules/cel/time_zone.h"

#include <absl/time/time.h>

#include <algorithm>
#include <string>

namespace tocsin::cel {
namespace {

// "+08:00", "-02:30" or "08:00", in seconds.
std::optional<std::int32_t> fixed_offset(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':') return {};
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return {};
  const int hours = (text[0] - '0') * 10 + text[1] - '0';
  const int minutes = (text[3] - '0') * 10 + text[4] - '0';
  if (hours > 23 || minutes > 59) return {};
  const std::int32_t seconds = hours * 3600 + minutes * 60;
  return negative ? -seconds : seconds;
}

bool is_database_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto allowed = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '/';
  };
  return !name.empty() && letter(name[0]) && name != "localtime" && name != "posixrules" &&
         std::all_of(name.begin(), name.end(), allowed);
}

}  // namespace

struct TimeZone::Rules {
  absl::TimeZone zone;
};

std::optional<TimeZone> TimeZone::find(std::string_view name) {
  TimeZone zone;
  if (const auto offset = fixed_offset(name)) {
    zone.fixed_ = *offset;
    return zone;
  }
  Rules rules;
  if (!is_database_name(name) || !absl::LoadTimeZone(std::string(name), &rules.zone)) return {};
  zone.rules_ = std::make_shared<const Rules>(rules);
  return zone;
}

std::int32_t TimeZone::offset_at(std::int64_t unix_seconds) const {
  if (rules_ == nullptr) return fixed_;
  return rules_->zone.At(absl::FromUnixSeconds(unix_seconds)).offset;
}

}  // namespace tocsin::cel
