#pragma once
/// JSON frames and replay lines -> events. Takes, for each member, the flat form of the contract
/// and the proto3 JSON of tocsin.v1.Event alike (device_id or deviceId, 64-bit integers as numbers
/// or strings, payload in base64). A repeated member: the last one wins. null: not set. The whole
/// text is validated (simdjson's DOM parser; its on-demand one does not look at what it skips).
///
/// Types: an integer is a double's value too, and 3.0 an integer's; a string is never a number (but
/// for ts, arr and seq); an enum is its word, its name in the .proto, or its number. A time field
/// is RFC 3339 or Unix ms, a duration "3.5s".
///
/// Thread: one. Memory: about 3 MiB, taken at construction.
#include <memory>
#include <string_view>

#include "ingest/assembler.h"

namespace tocsin::ingest {

class JsonDecoder {
 public:
  explicit JsonDecoder(Assembler& assembler);
  ~JsonDecoder();

  /// One object, an array of them, or {"gateway_seq":n,"events":[...]}.
  void decode_frame(std::string_view gateway, std::string_view text, Timestamp arr,
                    EventSink& sink);
  /// One object with `arr` and places inline. `floor` as Decoder::decode_line says.
  void decode_line(std::string_view text, Timestamp floor, EventSink& sink);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace tocsin::ingest
