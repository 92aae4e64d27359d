#pragma once
/// "Did you mean": the nearest of the names that are known here.
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::cel {

/// For a dotted path: a name beside it ("e.levl" -> "e.level"), one spelled like it, or one that ends
/// in it ("level" -> "e.level"). Empty: none.
std::string nearest_name(std::string_view path, const std::vector<std::string>& names);

}  // namespace tocsin::cel
