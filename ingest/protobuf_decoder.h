#pragma once
/// Protobuf frames -> events: tocsin.v1.EventBatch, its Events, and their payloads by the
/// catalogue's field numbers. Reads in place; means what generated code means: the last occurrence
/// wins, text must be UTF-8, a field of another wire type is unknown, lists packed or not, parts of
/// a time merge.
///
/// Two differences, both by design: an enum number without a word is an unknown field, and an empty
/// `id` is no id.
///
/// Thread: one.
#include <string_view>

#include "ingest/assembler.h"
#include "ingest/wire_reader.h"

namespace tocsin::ingest {

class ProtobufDecoder {
 public:
  explicit ProtobufDecoder(Assembler& assembler) : assembler_(assembler) {}

  /// An EventBatch. A bad event costs itself; where the batch's own framing breaks, the rest is one
  /// rejection; a batch over kMaxBatchEvents is refused whole.
  void decode_batch(std::string_view gateway, std::string_view payload, Timestamp arr,
                    EventSink& sink);

 private:
  MaybeRefusal decode_event(std::string_view gateway, std::string_view bytes, Timestamp arr,
                            EventSink& sink);

  Assembler& assembler_;
};

/// The payload of an event into its draft. Requires: the draft has a type.
MaybeRefusal read_payload(std::string_view bytes, Draft& draft);

/// Where the reader stopped is no protobuf.
MaybeRefusal malformed(const WireReader& reader);

}  // namespace tocsin::ingest
