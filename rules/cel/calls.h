#pragma once
/// Which function or operator a call means, by the types of its arguments.
#include "rules/cel/ast.h"
#include "rules/cel/bytecode.h"
#include "rules/cel/overload.h"

namespace tocsin::cel {

class Calls {
 public:
  /// Patterns and zones are prepared in `code`.
  Calls(const Scope& scope, const CompileLimits& limits, Bytecode& code, TextErrors& errors)
      : scope_(scope), limits_(limits), code_(code), errors_(errors) {}

  /// Writes overload and type into a call whose arguments are checked. An argument of unknown type
  /// has been reported: then no error is added, but the type is written if it can be known.
  void resolve(Node& call);

  /// CEL has it, this profile has not: map(), type() and so on.
  static bool is_left_out(std::string_view name, bool method);
  void left_out(const Node& call);

 private:
  void related(Node& call, Relation relation, bool whole);
  void in(Node& call, bool whole);
  void joined_lists(Node& call);
  void negation(Node& call);
  void host_call(Node& call, const HostFunction& function, bool whole);
  void overloaded(Node& call, bool whole);

  void no_operator(const Node& call, std::string suggestion = {});
  void bad_arguments(const Node& call, CallStyle style, const std::vector<std::string>& signatures);
  void unknown_function(const Node& call, CallStyle style);
  void other_style(const Node& call, CallStyle style);

  void prepare(Node& call);
  void not_literal(const Node& argument, bool pattern);
  std::uint32_t add_pattern(const Node& argument, std::string_view text);

  const Scope& scope_;
  const CompileLimits& limits_;
  Bytecode& code_;
  TextErrors& errors_;
};

}  // namespace tocsin::cel
