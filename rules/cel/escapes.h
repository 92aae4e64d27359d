#pragma once
/// Escape sequences of string literals.
#include <string>
#include <string_view>

#include "rules/cel/text_error.h"

namespace tocsin::cel {

/// Appends the UTF-8 of `code_point`. Requires: a Unicode scalar value.
void append_utf8(char32_t code_point, std::string& out);

/// Decodes the body of a literal that is not raw. Bad escapes are reported at their place;
/// `offset` is where `body` starts in the source.
std::string decode_escapes(std::string_view body, std::size_t offset, TextErrors& errors);

}  // namespace tocsin::cel
