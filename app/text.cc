#include "app/text.h"

#include <array>
#include <charconv>
#include <utility>

#include "rules/load/read_values.h"

namespace tocsin::app {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> kByteUnits{
    {{"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1024 * 1024 * 1024}, {"B", 1}}};

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return yaml::parse_duration(text);
}

std::string duration_text(Duration d) {
  std::string text = d.count() < 0 ? "-" : "";
  return text.append(yaml::duration_text(std::chrono::abs(d)));
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (text.empty()) return number;
  for (const auto& [name, factor] : kByteUnits) {
    if (text == name && number <= UINT64_MAX / factor) return number * factor;
  }
  return std::nullopt;
}

std::string bytes_text(std::uint64_t bytes) {
  for (std::size_t i = 3; i-- > 0;) {
    const auto& [name, factor] = kByteUnits[i];
    if (bytes != 0 && bytes % factor == 0) return std::to_string(bytes / factor).append(name);
  }
  return std::to_string(bytes) + "B";
}

}  // namespace tocsin::app
