#include "core/books.h"

#include <numeric>

namespace tocsin {

std::string_view to_string(RejectReason reason) {
  static constexpr std::array<std::string_view, kRejectReasons> names{
      "bad_topic",  "empty_frame",  "frame_too_large", "batch_too_large", "malformed",
      "too_deep",   "invalid_utf8", "unknown_type",    "missing_field",   "missing_ts",
      "wrong_type", "not_finite",   "out_of_range",    "privacy"};
  return names[static_cast<std::size_t>(reason)];
}

std::uint64_t Books::rejected() const {
  return std::accumulate(rejected_by.begin(), rejected_by.end(), std::uint64_t{0});
}

}  // namespace tocsin
