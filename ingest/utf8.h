#pragma once
/// UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#include <cstddef>
#include <string_view>

namespace tocsin::ingest {

bool is_utf8(std::string_view text);

/// The longest part of `text` of at most `limit` bytes that does not end inside a character.
std::string_view cut_utf8(std::string_view text, std::size_t limit);

}  // namespace tocsin::ingest
