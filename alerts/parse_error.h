#pragma once
/// Why bytes are not an alert.
#include <cstdint>
#include <string_view>

#include "core/result.h"

namespace tocsin::alerts {

enum class ParseError : std::uint8_t {
  syntax,         ///< not JSON, not protobuf
  missing_field,  ///< a field of the contract is not there
  wrong_type,     ///< a field has another type than the contract says
  unknown_word,   ///< a state, severity, kind or reason nobody defined
};

constexpr std::string_view to_string(ParseError error) {
  switch (error) {
    case ParseError::syntax: return "syntax";
    case ParseError::missing_field: return "missing_field";
    case ParseError::wrong_type: return "wrong_type";
    case ParseError::unknown_word: return "unknown_word";
  }
  return "unknown";
}
TOCSIN_RESULT_ERROR(ParseError)

}  // namespace tocsin::alerts
