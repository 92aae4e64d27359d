#include "rules/cel/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/diagnostic.h"

namespace tocsin::cel {
namespace {

// The nearest last part among the names with the same parts before it.
std::string nearest_sibling(std::string_view path, const std::vector<std::string>& names) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view prefix = path.substr(0, dot + 1);
  std::vector<std::string> last_parts;
  for (const std::string& name : names) {
    if (name.starts_with(prefix)) last_parts.push_back(name.substr(prefix.size()));
  }
  const std::string found = nearest(path.substr(dot + 1), last_parts);
  return found.empty() ? found : fmt::format("{}{}", prefix, found);
}

}  // namespace

std::string nearest_name(std::string_view path, const std::vector<std::string>& names) {
  if (std::string sibling = nearest_sibling(path, names); !sibling.empty()) return sibling;
  const std::string ending = fmt::format(".{}", path);
  const auto ends = [&](const std::string& name) { return name.ends_with(ending); };
  const auto found = std::find_if(names.begin(), names.end(), ends);
  return found != names.end() ? *found : nearest(path, names);
}

}  // namespace tocsin::cel
