#pragma once
/// One JSON value -> one Value of the kind its field has. Private to the JSON decoder: includes
/// simdjson.
#include <simdjson.h>

#include "ingest/assembler.h"

namespace tocsin::ingest {

/// Sets the field (or its list) of the draft. Requires: `value` is not null.
MaybeRefusal read_json_field(simdjson::dom::element value, const FieldSpec& spec, Draft& draft);

/// Text, as the slot of a common field.
MaybeRefusal read_json_text(simdjson::dom::element value, std::string_view field,
                            std::string_view& out);

/// A number that may be written as a string, as proto3 JSON does.
MaybeRefusal read_json_count(simdjson::dom::element value, std::string_view field,
                             std::uint64_t& out);

/// Unix ms as a number or a string, or RFC 3339.
MaybeRefusal read_json_time(simdjson::dom::element value, std::string_view field, Timestamp& out);

}  // namespace tocsin::ingest
