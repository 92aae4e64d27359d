#pragma once
/// Checked tree -> flat program.
#include "rules/cel/ast.h"
#include "rules/cel/bytecode.h"

namespace tocsin::cel {

/// Stack slots a program may need: what a Scratch has unless told otherwise.
inline constexpr std::size_t kMaxStack = 256;

class Compiler {
 public:
  /// Writes instructions, constants and cost into `code`, which the checker prepared.
  Compiler(const CompileLimits& limits, Bytecode& code) : limits_(limits), code_(code) {}

  void compile(Node& root);

  static Program program_of(Bytecode code);

 private:
  void emit(Node& node);
  void call(Node& node);
  void host_call(Node& node);
  void logical(Node& node);
  void conditional(Node& node);
  void macro(Node& node);
  std::size_t pattern_cost(std::uint32_t pattern) const;
  /// Notes the truth of what was emitted last; a constant has only one.
  void watch(const Node& operand);
  void push_constant(const Value& value);

  std::uint32_t add(Instr instr, std::ptrdiff_t stack_change, std::size_t cost = 1);
  std::uint32_t here() const { return static_cast<std::uint32_t>(code_.instrs.size()); }
  void land(std::uint32_t jump) { code_.instrs[jump].c = here(); }

  /// Emits `node` so that an error in it is kept pending below `height`; the place to go on is set
  /// later with land_handler(). Only if the node may fail.
  std::uint16_t emit_guarded(Node& node, std::size_t height);
  void land_handler(std::uint16_t handler);

  const CompileLimits& limits_;
  Bytecode& code_;
  std::uint16_t handler_ = kNoHandler;
  std::size_t height_ = 0;       ///< of the stack before the next instruction
  std::size_t repetitions_ = 1;  ///< how often the next instruction may run
};

}  // namespace tocsin::cel
