#pragma once
/// What every name means and what type every node has. Finds all errors of a tree in one pass: what
/// depends on an error is not reported again.
#include <span>
#include <string_view>

#include "rules/cel/ast.h"
#include "rules/cel/bytecode.h"

namespace tocsin::cel {

/// Writes types, inputs and overloads into the tree; patterns, zones and reads into `code`.
/// The tree may be compiled only if no error was added.
void check(Node& root, const Scope& scope, std::optional<Type> expected,
           const CompileLimits& limits, Bytecode& code, TextErrors& errors);

struct Macro {
  std::string_view name;
  Walk walk{};
};
/// Those over a list: LIST.name(item, condition).
std::span<const Macro> macros();

}  // namespace tocsin::cel
