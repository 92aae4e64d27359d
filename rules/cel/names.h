#pragma once
/// What names mean: fields and parameters from the scope, variables of macros.
#include <string>
#include <string_view>
#include <vector>

#include "rules/cel/ast.h"
#include "rules/cel/bytecode.h"

namespace tocsin::cel {

class Names {
 public:
  /// Run-time inputs are noted in `code`.
  Names(const Scope& scope, const CompileLimits& limits, Bytecode& code, TextErrors& errors)
      : scope_(scope), limits_(limits), code_(code), errors_(errors) {}

  /// Makes a name or a chain of selections from one a literal, an input or a local, or says why
  /// not. False, and nothing done: the chain starts at a value, as in f(x).y.
  bool resolve(Node& node);

  /// The variable of `macro` hides names outside it until unbind().
  void bind(std::string name, const Node& macro) { bindings_.push_back({std::move(name), &macro}); }
  void unbind() { bindings_.pop_back(); }

  /// "a double has no field 'x'", for a selection from a value of that type.
  void no_field(const Node& selection, Type type);

 private:
  struct Binding {
    std::string name;
    const Node* macro;
  };

  const Node* bound(std::string_view name) const;
  void found(Node& node, const std::string& path, const Input& input);
  void note_read(const std::string& path, const Input& input);
  void unknown(const Node& node, const std::string& path);
  void not_a_value(const Node& node, const std::string& path, const std::string& field);

  const Scope& scope_;
  const CompileLimits& limits_;
  Bytecode& code_;
  TextErrors& errors_;
  std::vector<Binding> bindings_;
};

/// "Did you mean": for a dotted path a name beside it ("e.levl" -> "e.level") or with the same last
/// part ("level", "e.min_level" -> "params.min_level"), else one spelled like it. Empty: none.
std::string nearest_name(std::string_view path, const std::vector<std::string>& names);

}  // namespace tocsin::cel
