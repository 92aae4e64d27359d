#pragma once
/// The alert line's JSON Schema (2020-12), printed by `tocsin schema alert`. The table below is its
/// only source, and a test holds it against alert_json.cc: every field rendered is in it, in its
/// order, and the other way round.
#include <span>
#include <string>
#include <string_view>

namespace tocsin::alerts {

struct SchemaField {
  std::string_view name;
  std::string_view type;  ///< a JSON Schema, as text
  bool required;          ///< false: only there when known
  std::string_view description;
};

std::span<const SchemaField> alert_fields();     ///< of the line, in order
std::span<const SchemaField> place_fields();     ///< of `place`
std::span<const SchemaField> evidence_fields();  ///< of each item of `evidence`

/// The whole schema, indented, ending with a newline.
std::string alert_schema();

}  // namespace tocsin::alerts
