#pragma once
/// Digests that are the same on every machine.
#include <string>
#include <string_view>

namespace tocsin {

/// "sha256:" and 64 hex digits: versions of rules, bundles and registries; stands in for refused
/// text.
std::string sha256(std::string_view bytes);

/// 32 hex digits (XXH3-128): identities such as alert_id. Not for secrets.
std::string hash128_hex(std::string_view bytes);

}  // namespace tocsin
