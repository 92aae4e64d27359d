#pragma once
/// The way back for a JSON batch that does not parse as a whole: its events one by one, told apart
/// by brackets and quotes alone. So one bad event (a bare NaN, bad UTF-8, a number that fits
/// nowhere) costs itself and not the alarms beside it. Also says why a text does not parse, where
/// JSON's grammar knows it.
///
/// Thread: any. Only runs on text that was refused already.
#include <optional>
#include <string_view>
#include <vector>

#include "core/books.h"

namespace tocsin::ingest {

struct SplitBatch {
  std::string_view path;  ///< of the array: "/events", or empty
  std::vector<std::string_view> events;
  std::string_view
      rest;  ///< where the array stops being one, to the end; empty: it closes as it should
};

/// The elements of the outermost array, or of that named "events" in the outermost object. nullopt:
/// the text is no batch, or its only element is all of it.
std::optional<SplitBatch> split_batch(std::string_view text);

/// Why a text is not JSON for our parser although it may be for others: a bare NaN or Infinity
/// (not_finite), or, if all it found wrong is a `number`, well-formed ones that fit no type
/// (out_of_range). Else malformed.
RejectReason blame(std::string_view text, bool number);

}  // namespace tocsin::ingest
