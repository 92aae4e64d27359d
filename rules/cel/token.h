#pragma once
/// What the lexer hands to the parser.
#include <cstdint>
#include <string>

#include "rules/cel/text_error.h"

namespace tocsin::cel {

enum class TokenKind : std::uint8_t {
  end,
  identifier,  ///< also reserved words: the parser knows where they may stand
  int_number,  ///< magnitude; the parser applies a sign
  uint_number,
  double_number,
  string,
  symbol,  ///< an operator or a bracket
};

struct Token {
  TokenKind kind = TokenKind::end;
  Span span{};
  std::string text{};  ///< of a string: the decoded characters; else as written
  std::uint64_t integer = 0;
  double number = 0;
};

}  // namespace tocsin::cel
