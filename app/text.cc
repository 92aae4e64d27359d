#include "app/text.h"

#include <array>
#include <charconv>
#include <utility>

namespace tocsin::app {
namespace {

constexpr std::int64_t kLongest = 100LL * 366 * 24 * 3600 * 1000;

// Longest unit name first where one begins like another.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kTimeUnits{
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> kByteUnits{
    {{"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1024 * 1024 * 1024}, {"B", 1}}};

// Takes digits off the front of `text`.
template <class Number>
std::optional<Number> take_number(std::string_view& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || text.front() == '-') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

template <class Units>
auto take_unit(std::string_view& text, const Units& units)
    -> std::optional<typename Units::value_type::second_type> {
  for (const auto& [name, factor] : units) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return Duration{0};
  std::int64_t total = 0;
  do {
    const auto number = text.empty() ? std::nullopt : take_number<std::int64_t>(text);
    const auto unit = take_unit(text, kTimeUnits);
    if (!number || !unit || *number > kLongest / *unit) return std::nullopt;
    total += *number * *unit;
  } while (!text.empty() && total <= kLongest);
  return total <= kLongest ? std::optional(Duration{total}) : std::nullopt;
}

std::string duration_text(Duration d) {
  std::int64_t rest = d.count() < 0 ? -d.count() : d.count();
  std::string text;
  for (auto unit = kTimeUnits.rbegin(); unit != kTimeUnits.rend(); ++unit) {
    if (rest < unit->second) continue;
    text.append(std::to_string(rest / unit->second)).append(unit->first);
    rest %= unit->second;
  }
  if (text.empty()) return "0s";
  return d.count() < 0 ? "-" + text : text;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  const auto number = text.empty() ? std::nullopt : take_number<std::uint64_t>(text);
  if (!number) return std::nullopt;
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (text.empty()) return number;
  const auto unit = take_unit(text, kByteUnits);
  if (!unit || !text.empty() || *number > UINT64_MAX / *unit) return std::nullopt;
  return *number * *unit;
}

std::string bytes_text(std::uint64_t bytes) {
  for (std::size_t i = 3; i-- > 0;) {
    const auto& [name, factor] = kByteUnits[i];
    if (bytes != 0 && bytes % factor == 0) return std::to_string(bytes / factor).append(name);
  }
  return std::to_string(bytes) + "B";
}

}  // namespace tocsin::app
