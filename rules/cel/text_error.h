#pragma once
/// Collects what is wrong with one expression, with positions in code points.
///
/// Codes: E30xx the text, E31xx names and types, E32xx limits. A code is a promise to scripts that
/// read `validate --json`: it never changes its meaning.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/cel/cel.h"

namespace tocsin::cel {

/// Bytes [begin, end) of the source.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

enum class ErrorCode : std::uint16_t {
  invalid_utf8 = 3001,
  unexpected_character = 3002,
  unterminated_string = 3003,
  bad_escape = 3004,
  bad_number = 3005,
  syntax = 3006,
  empty_expression = 3007,
  not_supported = 3008,  ///< CEL, but not in this profile

  unknown_name = 3101,
  unknown_function = 3102,
  bad_argument = 3103,
  bad_operand = 3104,
  wrong_type = 3105,  ///< of the whole expression
  mixed_list = 3106,
  bad_has = 3107,
  bad_macro = 3108,
  pattern_not_literal = 3109,
  bad_pattern = 3110,
  zone_not_literal = 3111,

  too_long = 3201,
  too_deep = 3202,
  too_costly = 3203,
  list_too_long = 3204,
  pattern_too_long = 3205,
  needs_too_much_stack = 3206,
};

/// A message in the two languages operators read.
struct Message {
  std::string en;
  std::string zh;
};

class TextErrors {
 public:
  static constexpr std::size_t kMaxErrors = 20;  ///< per expression; what follows is not reported

  explicit TextErrors(std::string_view source) : source_(source) {}

  void add(ErrorCode code, Span where, Message message, std::string suggestion = {});
  bool empty() const { return errors_.empty(); }
  std::vector<CompileError> take();  ///< in order of position

 private:
  std::string_view source_;
  std::vector<CompileError> errors_;
};

}  // namespace tocsin::cel
