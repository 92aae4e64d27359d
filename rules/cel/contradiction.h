#pragma once
/// Whether a condition can ever be true: for a lint, not for evaluation. What it says is certain;
/// what it does not see is not: constants, what always fails, and in a conjunction one input
/// compared with literals that leave nothing (`e.level > 5.0 && e.level < 3.0`).
#include "rules/cel/ast.h"

namespace tocsin::cel {

/// Requires: checked and folded.
bool is_never_true(const Node& root);

}  // namespace tocsin::cel
