#pragma once
/// What every name means and what type every node has. Finds all errors of a tree in one pass: what
/// depends on an error is not reported again.
#include "rules/cel/ast.h"
#include "rules/cel/bytecode.h"

namespace tocsin::cel {

/// Writes types, inputs and overloads into the tree; patterns, zones and reads into `code`.
/// The tree may be compiled only if no error was added.
void check(Node& root, const Scope& scope, std::optional<Type> expected,
           const CompileLimits& limits, Bytecode& code, TextErrors& errors);

}  // namespace tocsin::cel
