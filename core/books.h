#pragma once
/// The books: every received event ends in exactly one column, and the columns add up.
///     received = accepted + duplicate + late + rejected + shed
/// Kept by the pipeline thread; read through a copy.
#include <array>
#include <cstdint>
#include <string_view>

namespace tocsin {

/// Why an event, or a whole frame (then counted as one received event), was refused. Metric label.
enum class RejectReason : std::uint8_t {
  bad_topic,  ///< not tocsin/v1/<gateway>/(pb|json)
  empty_frame,
  frame_too_large,  ///< over 256 KiB
  batch_too_large,  ///< over 1,000 events
  malformed,        ///< not JSON, or not protobuf
  too_deep,         ///< JSON nested deeper than the limit
  invalid_utf8,
  unknown_type,
  missing_field,  ///< no type or no device_id
  missing_ts,     ///< replay only: neither arr nor ts
  wrong_type,     ///< a field holds another type than the catalogue's
  not_finite,     ///< NaN or infinity
  out_of_range,   ///< absurd timestamp, number that does not fit, over-long text
  privacy,        ///< text that looks like an ID number, phone number or plate
  count_,
};
inline constexpr std::size_t kRejectReasons = static_cast<std::size_t>(RejectReason::count_);
std::string_view to_string(RejectReason reason);

struct Books {
  std::uint64_t received = 0;
  std::uint64_t accepted = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t late = 0;
  std::uint64_t shed = 0;
  std::array<std::uint64_t, kRejectReasons> rejected_by{};
  // Remarks on accepted or late events; not columns of the sum.
  std::uint64_t clamped = 0;
  std::uint64_t unregistered = 0;
  std::uint64_t unknown_fields = 0;

  template <class A>
  void archive(A& a) {
    a(received, accepted, duplicate, late, shed, clamped, unregistered, unknown_fields);
    for (std::uint64_t& column : rejected_by) a(column);
  }

  std::uint64_t rejected() const;
  bool balance() const { return received == accepted + duplicate + late + rejected() + shed; }
};

}  // namespace tocsin
