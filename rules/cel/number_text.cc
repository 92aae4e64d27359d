#include "rules/cel/number_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace tocsin::cel {
namespace {

// Of a number from_chars has read: what follows the "e", however long it is.
std::int64_t written_exponent(std::string_view text) {
  constexpr std::int64_t kFar = std::int64_t{1} << 40;  // farther than any text is long
  const std::size_t e = text.find_first_of("eE");
  if (e == std::string_view::npos) return 0;
  text.remove_prefix(e + 1);
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t exponent = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (read.ec != std::errc{}) return text.starts_with('-') ? -kFar : kFar;
  return std::clamp(exponent, -kFar, kFar);
}

// Whether the first digit that is not zero stands behind the point, the exponent applied.
bool is_below_one(std::string_view text) {
  const std::string_view digits = text.substr(0, text.find_first_of("eE"));
  const auto point = static_cast<std::int64_t>(std::min(digits.find('.'), digits.size()));
  const auto first = static_cast<std::int64_t>(digits.find_first_of("123456789"));
  return point - first + written_exponent(text) <= 0;
}

}  // namespace

std::optional<double> parse_magnitude(std::string_view text) {
  const char first = text.empty() ? '\0' : text[0];
  if (first != '.' && !(first >= '0' && first <= '9')) return std::nullopt;
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ptr != text.data() + text.size()) return std::nullopt;
  // Too small and too large are one error of from_chars.
  if (read.ec == std::errc::result_out_of_range && is_below_one(text)) return 0.0;
  if (read.ec != std::errc{} || std::isinf(value)) return std::nullopt;
  return value;
}

}  // namespace tocsin::cel
