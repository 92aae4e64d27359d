#pragma once
/// Source text -> tokens, as the CEL specification's lexical grammar says:
///
///     IDENT   = [_a-zA-Z][_a-zA-Z0-9]*
///     INT     = DIGIT+ | "0x" HEX+          UINT = INT [uU]
///     DOUBLE  = DIGIT* "." DIGIT+ EXP? | DIGIT+ EXP
///     STRING  = [rR]? ( "..." | '...' | """...""" | '''...''' )
///     COMMENT = "//" to the end of the line
///
/// Strings are decoded here. bytes literals and quoted identifiers are refused by name.
#include <string_view>
#include <vector>

#include "rules/cel/token.h"

namespace tocsin::cel {

/// The tokens, ending with one of kind `end`. Not to be used if errors were added.
/// Requires: `source` is valid UTF-8.
std::vector<Token> tokenize(std::string_view source, TextErrors& errors);

/// Bytes before the first that is not valid UTF-8 (overlong forms and surrogates are not).
std::size_t valid_utf8_prefix(std::string_view text);

}  // namespace tocsin::cel
