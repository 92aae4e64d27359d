#pragma once
/// How types relate. Nothing is converted silently; only comparisons take numbers of two kinds.
#include <optional>

#include "rules/cel/ast.h"

namespace tocsin::cel {

inline bool known(const Node& node) { return node.type.kind != ValueKind::unset; }
inline bool is_list(const Node& node) { return node.type.kind == ValueKind::list; }

inline bool is_number(ValueKind kind) {
  return kind == ValueKind::int64 || kind == ValueKind::uint64 || kind == ValueKind::float64;
}

/// The type that holds values of both, if there is one: [] fits every list.
inline std::optional<Type> joined(Type a, Type b) {
  if (a == b) return a;
  if (a.kind != ValueKind::list || b.kind != ValueKind::list) return std::nullopt;
  if (a.element == ValueKind::unset) return b;
  if (b.element == ValueKind::unset) return a;
  return std::nullopt;
}

/// Whether a value of type `given` can stand where a `wanted` is needed.
inline bool fits(Type given, Type wanted) { return joined(given, wanted) == wanted; }

inline bool comparable(ValueKind a, ValueKind b) {
  return a == b || (is_number(a) && is_number(b));
}

/// The same for the elements of two lists.
inline bool comparable_elements(ValueKind a, ValueKind b) {
  return a == ValueKind::unset || b == ValueKind::unset || comparable(a, b);
}

}  // namespace tocsin::cel
