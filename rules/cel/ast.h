#pragma once
/// The tree of one expression. The parser makes it, the checker writes down what each node is, the
/// folder replaces what is constant, the compiler reads it. It does not outlive the compilation.
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "rules/cel/cel.h"
#include "rules/cel/text_error.h"

namespace tocsin::cel {

struct Overload;

/// How the parser names operators whose text says too little.
inline constexpr std::string_view kInOperator = "@in";
inline constexpr std::string_view kNegation = "-_";

enum class NodeKind : std::uint8_t {
  // As parsed.
  literal,
  name,         ///< `text`
  select,       ///< children[0] . `text`
  index,        ///< children[0] [ children[1] ]
  list,         ///< [ children ]
  call,         ///< `text`(children), or children[0].`text`(the others) if `method`; operators too
  logical_and,  ///< of two or more children
  logical_or,
  conditional,  ///< children[0] ? children[1] : children[2]
  // What the checker makes of them.
  input,    ///< a run-time input
  present,  ///< has() of `input`
  local,    ///< the variable of the macro `binder`
  macro,    ///< children: the list, the predicate; `walk` says which
  host_call,
};

enum class Walk : std::uint8_t { exists, all, exists_one };

struct Node {
  NodeKind kind = NodeKind::literal;
  bool method = false;
  bool rooted = false;   ///< a name written with a leading dot: macro variables do not hide it
  bool grouped = false;  ///< stands in parentheses of its own
  Walk walk{};
  std::uint16_t depth = 1;  ///< of the tree below it
  Span span{};
  Span text_span{};    ///< of `text`
  std::string text{};  ///< a name, a field, a function, an operator
  std::vector<Node*> children{};
  OwnedValue value{};  ///< of a literal

  // Written by the checker.
  Type type{};  ///< kind unset: not known because of an error
  const Overload* overload = nullptr;
  Input input{};
  const Node* binder = nullptr;
  std::size_t min_items = 0;  ///< of a list: no fewer than this at run time
  std::size_t max_items = 0;  ///< no more than this; a macro refuses to walk over more than it may
  std::uint32_t operand = 0;  ///< of the overload: a relation, an index into regexes or zones
  bool may_fail = false;      ///< written by the folder
  std::uint16_t slot = 0;     ///< of a macro's list on the stack; written by the compiler
};

/// Owns the nodes of one expression.
class Ast {
 public:
  Node* add(Node node) { return &nodes_.emplace_back(std::move(node)); }

 private:
  std::deque<Node> nodes_;
};

}  // namespace tocsin::cel
