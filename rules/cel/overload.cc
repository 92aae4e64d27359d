#include "rules/cel/overload.h"

#include <fmt/format.h>

#include <algorithm>

namespace tocsin::cel {
namespace {

std::array<std::span<const Overload>, 4> tables() {
  return {arithmetic_overloads(), string_overloads(), time_overloads(), conversion_overloads()};
}

}  // namespace

std::vector<const Overload*> all_overloads() {
  std::vector<const Overload*> all;
  for (const auto table : tables()) {
    for (const Overload& overload : table) all.push_back(&overload);
  }
  return all;
}

std::vector<const Overload*> find_overloads(std::string_view name, CallStyle style) {
  std::vector<const Overload*> found;
  for (const auto table : tables()) {
    for (const Overload& overload : table) {
      if (overload.style == style && overload.name == name) found.push_back(&overload);
    }
  }
  return found;
}

std::vector<std::string> overload_names(CallStyle style) {
  std::vector<std::string> names;
  for (const auto table : tables()) {
    for (const Overload& overload : table) {
      const bool known = std::find(names.begin(), names.end(), overload.name) != names.end();
      if (overload.style == style && !known) names.emplace_back(overload.name);
    }
  }
  return names;
}

std::string signature(std::string_view name, CallStyle style, std::span<const std::string> types) {
  switch (style) {
    case CallStyle::binary: return fmt::format("{} {} {}", types[0], name, types[1]);
    case CallStyle::unary: return fmt::format("{}{}", name.substr(0, 1), types[0]);
    case CallStyle::method:
      return fmt::format("{}.{}({})", types[0], name, fmt::join(types.subspan(1), ", "));
    case CallStyle::function: break;
  }
  return fmt::format("{}({})", name, fmt::join(types, ", "));
}

std::string signature(const Overload& overload) {
  std::vector<std::string> types;
  for (std::size_t i = 0; i < overload.arity(); ++i) {
    types.emplace_back(to_string(overload.parameters[i]));
  }
  return signature(overload.name, overload.style, types);
}

}  // namespace tocsin::cel
