#pragma once
/// Runs bytecode. Allocates nothing; every instruction is checked when compiling, so the only
/// things checked here are those the data decides.
#include <memory>

#include "rules/cel/bytecode.h"

namespace tocsin::cel {

struct Scratch::Memory {
  Memory(std::size_t stack_slots, std::size_t arena_bytes)
      : stack(new Value[stack_slots]), slots(stack_slots), arena(arena_bytes) {}

  std::unique_ptr<Value[]> stack;
  std::size_t slots;
  Arena arena;
};

class Machine {
 public:
  /// The value, or the error that nothing absorbed.
  static Outcome run(const Bytecode& code, Frames frames, Scratch& scratch, const Host* host);

 private:
  Machine(const Bytecode& code, Frames frames, Scratch& scratch, const Host* host)
      : code_(code),
        frames_(frames),
        host_(host),
        stack_(scratch.memory_->stack.get()),
        arena_(scratch.memory_->arena),
        runtime_{arena_, code} {}

  Outcome execute();
  void jump_or_pop(bool jump, std::uint32_t target);
  Status push_input(const Instr& instr);
  Status call_host(const Instr& instr);
  Status make_list(std::size_t count);
  Status settle(const Instr& instr);
  Status begin_loop(const Instr& instr);
  Status next_item(const Instr& instr);
  void test_item(const Instr& instr);
  void watch(std::uint32_t branch) const;
  void leave_loop(std::uint16_t base, bool result, std::uint32_t target);
  bool recover(Status error, std::uint32_t at);  ///< false: nothing handles it

  void push(const Value& value) { *top_++ = value; }
  const Value& pop() { return *--top_; }

  const Bytecode& code_;
  Frames frames_;
  const Host* host_;
  Value* stack_;
  Arena& arena_;
  Runtime runtime_;
  Value* top_ = stack_;  ///< one past the last
  std::uint32_t pc_ = 0;
};

}  // namespace tocsin::cel
