#pragma once
/// Assembler: what both codecs share. A codec fills a Draft with what it read; the assembler finds
/// the type, checks what no encoding checks (presence, limits, finite numbers, privacy), hashes the
/// content, enriches and delivers. One Draft is used for every event: nothing is allocated once its
/// lists have grown.
///
/// Path: codec -> Assembler -> EventSink. Thread: one.
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "ingest/decoder.h"
#include "ingest/enrichment.h"
#include "ingest/refusal.h"
#include "ingest/type_table.h"

namespace tocsin::ingest {

struct Draft {
  Event event;  ///< the codec sets slots, raw_ts and has_ts, and arr
  const TypeEntry* type = nullptr;
  std::uint64_t unknown_fields = 0;
  std::array<std::vector<Value>, kMaxTypeFields> lists;  ///< items of list fields, by field_index
  /// Places and device attributes given inline; they win over the registry's.
  bool placed = false;
  std::array<Value, kCommonSlots - kFirstLoc> inline_place;
  std::vector<Value> inline_tags;

  Value& field(const FieldSpec& spec) { return event.slots[spec.slot]; }
  std::vector<Value>& list(const FieldSpec& spec) { return lists[field_index(spec)]; }
};

class Assembler {
 public:
  Assembler(const Catalogue& catalogue, std::shared_ptr<const Registry> registry);

  void set_catalogue(const Catalogue& catalogue);
  void set_registry(std::shared_ptr<const Registry> registry);
  const DecoderRemarks& remarks() const { return remarks_; }
  /// Fields around events (of a batch) that are not known.
  void count_unknown(std::uint64_t fields) { remarks_.unknown_fields += fields; }

  /// An empty draft. What the one before pointed to is forgotten.
  Draft& begin(Timestamp arr);

  MaybeRefusal set_type(std::string_view name);

  /// Checks, completes and hands the draft to the sink, or says why not.
  /// Requires: set_type succeeded.
  MaybeRefusal deliver(EventSink& sink);

 private:
  MaybeRefusal check_common() const;
  MaybeRefusal check_fields() const;
  MaybeRefusal check_inline() const;
  void complete();

  TypeTable types_;
  Enrichment enrichment_;
  DecoderRemarks remarks_;
  Draft draft_;
  std::size_t used_slots_ = kMaxSlots;  // of the event before
};

}  // namespace tocsin::ingest
