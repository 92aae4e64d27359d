#include "rules/cel/machine.h"

#include <algorithm>

#include "core/check.h"
#include "rules/cel/ast.h"

namespace tocsin::cel {
namespace {

// What an unset field reads as; times have no default.
Value default_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::boolean: return Value::boolean(false);
    case ValueKind::int64: return Value::int64(0);
    case ValueKind::uint64: return Value::uint64(0);
    case ValueKind::float64: return Value::float64(0);
    case ValueKind::string: return Value::string("");
    case ValueKind::list: return Value::list({});
    default: return {};
  }
}

Value pending(Status error) { return Value::int64(static_cast<std::int64_t>(error)); }
Status pending_in(const Value& slot) { return static_cast<Status>(slot.as_int()); }

}  // namespace

Outcome Machine::run(const Bytecode& code, Frames frames, Scratch& scratch, const Host* host) {
  TOCSIN_CHECK(code.frames <= frames.size());
  if (code.stack > scratch.memory_->slots) return {{}, EvalError::too_long};
  scratch.memory_->arena.reset();
  return Machine(code, frames, scratch, host).execute();
}

Outcome Machine::execute() {
  const Instr* const instrs = code_.instrs.data();
  for (;;) {
    const std::uint32_t at = pc_;
    const Instr instr = instrs[pc_++];
    Status status = kOk;
    switch (instr.op) {
      case Op::constant: push(code_.constants[instr.c].view()); continue;
      case Op::input: status = push_input(instr); break;
      case Op::present: push(Value::boolean(frames_[instr.a][instr.b].is_set())); continue;
      case Op::local: push(stack_[instr.b]); continue;
      case Op::call: {
        const Bytecode::Call& call = code_.calls[instr.c];
        top_ -= instr.a - 1;
        status = call.run(top_ - 1, runtime_, call.operand);
        break;
      }
      case Op::host: status = call_host(instr); break;
      case Op::list: status = make_list(instr.c); break;
      case Op::logical_not: top_[-1] = Value::boolean(!top_[-1].as_bool()); continue;
      case Op::jump: pc_ = instr.c; continue;
      case Op::jump_if_false:
        if (!pop().as_bool()) pc_ = instr.c;
        continue;
      case Op::jump_if_false_kept: jump_or_pop(!top_[-1].as_bool(), instr.c); continue;
      case Op::jump_if_true_kept: jump_or_pop(top_[-1].as_bool(), instr.c); continue;
      case Op::pending: push(pending(kOk)); continue;
      case Op::settle: status = settle(instr); break;
      case Op::loop_begin: status = begin_loop(instr); break;
      case Op::loop_next: status = next_item(instr); break;
      case Op::loop_test: test_item(instr); continue;
      case Op::watch: watch(instr.c); continue;
      case Op::done: return {top_[-1], std::nullopt};
    }
    if (status != kOk && !recover(status, at)) return {{}, status};
  }
}

void Machine::jump_or_pop(bool jump, std::uint32_t target) {
  if (jump) {
    pc_ = target;
  } else {
    --top_;
  }
}

bool Machine::recover(Status error, std::uint32_t at) {
  const std::uint16_t handler = code_.handler_of[at];
  if (handler == kNoHandler) return false;
  const Bytecode::Handler& there = code_.handlers[handler];
  top_ = stack_ + there.height;
  top_[-1] = pending(error);
  pc_ = there.target;
  return true;
}

Status Machine::push_input(const Instr& instr) {
  const Value& value = frames_[instr.a][instr.b];
  const auto kind = static_cast<ValueKind>(instr.c);
  if (value.kind() == kind) {
    push(value);
    return kOk;
  }
  TOCSIN_CHECK(!value.is_set());  // the scope promised another type
  const Value fallback = default_of(kind);
  if (!fallback.is_set()) return EvalError::no_such_field;
  push(fallback);
  return kOk;
}

Status Machine::call_host(const Instr& instr) {
  const std::size_t arity = instr.a;
  const std::span<const Value> args(top_ - arity, arity);
  const Value answer = host_ == nullptr ? Value() : host_->call(instr.b, args);
  top_ -= arity;
  if (answer.kind() != static_cast<ValueKind>(instr.c)) return EvalError::host;
  push(answer);
  return kOk;
}

Status Machine::make_list(std::size_t count) {
  Value* items = arena_.take_values(count);
  if (items == nullptr) return EvalError::too_long;
  std::copy(top_ - count, top_, items);
  top_ -= count;
  push(Value::list({items, count}));
  return kOk;
}

// The top value decides alone if it absorbs errors; if not, an error before it counts.
Status Machine::settle(const Instr& instr) {
  const bool value = pop().as_bool();
  const Status before = pending_in(stack_[instr.b]);
  if (value != (instr.a != 0) && before != kOk) return before;
  top_[-1] = Value::boolean(value);
  return kOk;
}

Status Machine::begin_loop(const Instr& instr) {
  if (stack_[instr.b].as_list().size() > instr.c) return EvalError::too_long;
  push(Value::int64(0));
  push(Value::int64(static_cast<std::int64_t>(arena_.mark())));
  push({});
  push(pending(kOk));
  return kOk;
}

// What one item's predicate built in the arena is gone before the next.
Status Machine::next_item(const Instr& instr) {
  Value* loop = stack_ + instr.b;
  const auto items = loop->as_list();
  const auto i = static_cast<std::size_t>(loop[kLoopIndex].as_int());
  arena_.release(static_cast<std::size_t>(loop[kLoopMark].as_int()));
  if (i < items.size()) {
    loop[kLoopItem] = items[i];
    loop[kLoopIndex] = Value::int64(static_cast<std::int64_t>(i + 1));
    return kOk;
  }
  const auto walk = static_cast<Walk>(instr.a);
  const Value& kept = loop[kLoopPending];
  if (walk == Walk::exists_one) {
    leave_loop(instr.b, kept.as_int() == 1, instr.c);
    return kOk;
  }
  if (pending_in(kept) != kOk) return pending_in(kept);
  leave_loop(instr.b, walk == Walk::all, instr.c);
  return kOk;
}

void Machine::test_item(const Instr& instr) {
  const bool holds = pop().as_bool();
  const auto walk = static_cast<Walk>(instr.a);
  pc_ = instr.c;
  if (walk == Walk::exists_one) {
    Value& count = stack_[instr.b + kLoopPending];
    count = Value::int64(count.as_int() + (holds ? 1 : 0));
  } else if (holds == (walk == Walk::exists)) {
    leave_loop(instr.b, holds, code_.instrs[instr.c].c);
  }
}

void Machine::watch(std::uint32_t branch) const {
  Branch& seen = (*code_.watched)[branch];
  (top_[-1].as_bool() ? seen.was_true : seen.was_false) = true;
}

void Machine::leave_loop(std::uint16_t base, bool result, std::uint32_t target) {
  stack_[base] = Value::boolean(result);
  top_ = stack_ + base + 1;
  pc_ = target;
}

}  // namespace tocsin::cel
