#pragma once
/// Doubles as text, without allocating.
#include <optional>
#include <string_view>

namespace tocsin::cel {

/// All of "1.5", ".5", "2e-3": decimal digits without a sign. The nearest double, so zero if the
/// number is too small for one. Empty: not that, or too large.
std::optional<double> parse_magnitude(std::string_view text);

}  // namespace tocsin::cel
