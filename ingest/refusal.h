#pragma once
/// Refusal: why one event, or what is left of a frame, is not taken. Made without allocating;
/// turned into a Rejection (words, a place like "/events/3/level", a sample) only when it is handed
/// out.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/decoder.h"

namespace tocsin::ingest {

struct Refusal {
  RejectReason reason{};
  std::string_view what;  ///< in words
  std::string_view
      field;  ///< within the event: "level", "loc.building"; empty: the event as a whole
};

using MaybeRefusal = std::optional<Refusal>;

/// Where in a frame: the event at `index` of an array (below `path`: "/events" or nothing), or the
/// frame.
struct Origin {
  std::string_view path;
  std::optional<std::size_t> index;
};

/// `bytes`: what is refused. The sample is its first kMaxSampleBytes, or its digest if it is
/// refused for privacy or the sample would look private.
void hand_out(const Refusal& refusal, const Origin& origin, std::string_view bytes,
              EventSink& sink);

}  // namespace tocsin::ingest
