#pragma once
/// Replaces what is constant by its value, and writes down what can fail at run time. A constant
/// that is an error (1 / 0) stays: it is one when it is evaluated, and `true || 1 / 0 > 0` is true.
#include "rules/cel/ast.h"
#include "rules/cel/bytecode.h"

namespace tocsin::cel {

/// `prepared`: the patterns and zones that the tree's overloads refer to.
void fold(Node& root, const Bytecode& prepared);

}  // namespace tocsin::cel
