#pragma once
/// Tokens -> tree, by recursive descent:
///
///     Expr    = Or ["?" Or ":" Expr]
///     Or      = And {"||" And}          And = Rel {"&&" Rel}
///     Rel     = Add {("<"|"<="|">="|">"|"=="|"!="|"in") Add}
///     Add     = Mul {("+"|"-") Mul}     Mul = Unary {("*"|"/"|"%") Unary}
///     Unary   = {"!"} Member | {"-"} Member
///     Member  = Primary {"." SELECTOR ["(" [Args] ")"] | "[" Expr "]"}
///     Primary = ["."] IDENT ["(" [Args] ")"] | "(" Expr ")" | "[" [Args [","]] "]" | LITERAL
///
/// The first syntax error ends it: what follows would be guessed.
/// Limits: CompileLimits::max_depth of nesting, kMaxTreeDepth of a chain such as a + b + c + ...
#include <vector>

#include "rules/cel/ast.h"
#include "rules/cel/token.h"

namespace tocsin::cel {

/// Operators in a row that nest to the left (`&&` and `||` do not nest).
inline constexpr std::size_t kMaxTreeDepth = 512;

/// Null if errors were added. `tokens` ends with TokenKind::end.
Node* parse(const std::vector<Token>& tokens, std::size_t max_depth, Ast& ast, TextErrors& errors);

}  // namespace tocsin::cel
