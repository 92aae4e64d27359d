#pragma once
/// The flat program: what the compiler writes and the machine runs.
///
/// A stack machine. The height of the stack before every instruction is known when compiling, so a
/// macro's variables and pending errors are stack slots with fixed indexes. `&&`, `||` and macros
/// go on after an error in one operand: the handler of the failing instruction says where, and how
/// high the stack is then; the error waits in the slot below until it is known if it counts.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/cel/arena.h"
#include "rules/cel/cel.h"
#include "rules/cel/pattern.h"
#include "rules/cel/time_zone.h"

namespace tocsin::cel {

struct Bytecode;

/// What a builtin may use besides its arguments.
struct Runtime {
  Arena& arena;
  const Bytecode& code;
};

/// EvalError, or kOk.
using Status = EvalError;
inline constexpr Status kOk{};

/// args[0..arity) hold the arguments, receiver first; the result goes to args[0].
using Builtin = Status (*)(Value* args, Runtime& runtime, std::uint32_t operand);

enum class Op : std::uint8_t {
  constant,  ///< push constants[c]
  input,     ///< push frames[a][b], of kind c; its default if unset
  present,   ///< push whether frames[a][b] is set
  local,     ///< push stack[b]
  call,      ///< calls[c] over the top a values
  host,      ///< function b of the host over the top a values; the result is of kind c
  list,      ///< the top c values as one list
  logical_not,
  jump,                ///< to c
  jump_if_false,       ///< pops
  jump_if_false_kept,  ///< pops only if it does not jump
  jump_if_true_kept,
  pending,     ///< push "no error"
  settle,      ///< the top value decides if it is a; else the error pending in stack[b] counts
  loop_begin,  ///< over the list in stack[b], of at most c items; pushes the loop's slots
  loop_next,   ///< next item of the loop at b, or its result and jump to c
  loop_test,   ///< the predicate's value for the walk a of the loop at b; c: its loop_next
  watch,       ///< the top value is that of watched[c]
  done,
};

struct Instr {
  Op op{};
  std::uint8_t a = 0;
  std::uint16_t b = 0;
  std::uint32_t c = 0;
};
static_assert(sizeof(Instr) == 8);

/// Slots of a loop, counted from that of its list.
enum LoopSlot : std::uint16_t { kLoopIndex = 1, kLoopMark, kLoopItem, kLoopPending, kLoopSlots };

inline constexpr std::uint16_t kNoHandler = 0xFFFF;

struct Bytecode {
  struct Call {
    Builtin run = nullptr;
    std::uint32_t operand = 0;
  };
  struct Handler {
    std::uint32_t target = 0;
    std::uint16_t height = 0;  ///< the error is pending in stack[height - 1]
  };

  std::vector<Instr> instrs;
  std::vector<std::uint16_t> handler_of;  ///< by instruction: index into handlers, or kNoHandler
  std::vector<Handler> handlers;
  std::vector<OwnedValue> constants;
  std::vector<Call> calls;
  std::vector<Pattern> patterns;
  std::vector<std::optional<TimeZone>> zones;  ///< empty: no zone of that name
  std::vector<std::pair<std::string, Input>> reads;
  std::string source;
  std::shared_ptr<Branches> watched;  ///< null: nobody asks
  Type type;
  bool never_true = false;
  std::size_t cost = 0;
  std::size_t stack = 0;   ///< slots needed
  std::size_t frames = 0;  ///< frames needed
};

}  // namespace tocsin::cel
