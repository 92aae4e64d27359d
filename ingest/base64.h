#pragma once
/// Base64 as proto3 JSON carries bytes: standard or URL-safe alphabet, with or without padding.
#include <string>
#include <string_view>

namespace tocsin::ingest {

/// `out` becomes the bytes (its capacity is kept); false: not base64, `out` is anything.
bool decode_base64(std::string_view text, std::string& out);

}  // namespace tocsin::ingest
