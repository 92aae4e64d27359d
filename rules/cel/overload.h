#pragma once
/// The functions and operators of the profile: what they take, what they give, what runs.
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/cel/bytecode.h"
#include "rules/cel/cel.h"

namespace tocsin::cel {

enum class CallStyle : std::uint8_t { function, method, binary, unary };

/// What the second argument must be: a constant that is prepared when compiling.
enum class Prepared : std::uint8_t { nothing, pattern, zone };

struct Overload {
  std::string_view name;
  CallStyle style{};
  std::array<ValueKind, 2> parameters{};  ///< receiver first; unset: none. A list is of anything
  ValueKind result{};
  Builtin run = nullptr;
  bool may_fail = false;
  std::uint16_t cost = 1;  ///< steps
  Prepared prepared = Prepared::nothing;

  std::size_t arity() const {
    return static_cast<std::size_t>(parameters[0] != ValueKind::unset) +
           static_cast<std::size_t>(parameters[1] != ValueKind::unset);
  }
};

enum class Relation : std::uint8_t { eq, ne, lt, le, gt, ge };

/// Tables, one per source file.
std::span<const Overload> arithmetic_overloads();
std::span<const Overload> string_overloads();
std::span<const Overload> time_overloads();
std::span<const Overload> conversion_overloads();

/// All of them.
std::vector<const Overload*> all_overloads();
/// All of them with this name and style.
std::vector<const Overload*> find_overloads(std::string_view name, CallStyle style);
std::vector<std::string> overload_names(CallStyle style);

/// The comparison of two kinds, its operand a Relation. Null if they do not compare.
const Overload* relation_overload(ValueKind left, ValueKind right, Relation relation);
const Overload* in_overload();
const Overload* index_overload();

/// "size(string)", "string.startsWith(string)", "int + int".
std::string signature(std::string_view name, CallStyle style, std::span<const std::string> types);
std::string signature(const Overload& overload);

}  // namespace tocsin::cel
