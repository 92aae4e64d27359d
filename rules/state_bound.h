#pragma once
/// What a rule's state may take at most, known before it is loaded: from the sizes of the engine's
/// own structs and the slots of the event types the rule keeps. An open alert is not state of a
/// form and is not in it.
///
/// Bytes are those of heap blocks, the allocator's header included, at rest: while a table or a
/// window grows, the old one and the new one are both there for a moment.
///
/// Thread: any. A kept event that several rules share is counted for each of them.
#include <cstddef>
#include <cstdint>

#include "core/catalogue.h"
#include "rules/rule.h"

namespace tocsin::rules {

/// What struct sizes do not say. Longer texts and lists add their own length.
struct StateAllowance {
  std::size_t text_bytes = 32;  ///< of every text in a key or a kept event
  std::size_t list_items = 4;   ///< of every list of a kept event
};

struct StateBound {
  std::size_t per_key = 0;      ///< that keeps nothing yet; 0: the form keeps nothing
  std::size_t per_partial = 0;  ///< one more kept event or candidate
  std::size_t per_pending = 0;  ///< one more pending absence; 0: no `absent`
  std::uint64_t partials = 0;   ///< per key at most
  std::uint64_t pending = 0;    ///< per key at most
  std::uint64_t keys = 0;       ///< per rule at most
};

StateBound state_bound(const Rule& rule, const Catalogue& catalogue,
                       const StateAllowance& allowance = {});

}  // namespace tocsin::rules
