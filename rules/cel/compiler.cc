#include "rules/cel/compiler.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/check.h"
#include "rules/cel/overload.h"
#include "rules/cel/program_code.h"

namespace tocsin::cel {
namespace {

std::size_t saturating_product(std::size_t a, std::size_t b) {
  std::size_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::size_t>::max() : product;
}
std::size_t saturating_sum(std::size_t a, std::size_t b) {
  std::size_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::size_t>::max() : sum;
}

constexpr std::size_t kHostCost = 20;              // steps of a host call
constexpr std::size_t kPatternInstrsPerStep = 16;  // of a regular expression's program

}  // namespace

void Compiler::compile(Node& root) {
  emit(root);
  add({.op = Op::done}, 0);
  code_.type = root.type;
}

Program Compiler::program_of(Bytecode code) {
  Program program;
  auto shared = std::make_shared<Program::Code>();
  static_cast<Bytecode&>(*shared) = std::move(code);
  program.code_ = std::move(shared);
  return program;
}

void Compiler::emit(Node& node) {
  switch (node.kind) {
    case NodeKind::literal: return push_constant(node.value.view());
    case NodeKind::input:
      add({.op = Op::input,
           .a = node.input.frame,
           .b = node.input.slot,
           .c = static_cast<std::uint32_t>(node.type.kind)},
          +1);
      return;
    case NodeKind::present:
      add({.op = Op::present, .a = node.input.frame, .b = node.input.slot}, +1);
      return;
    case NodeKind::local:
      add({.op = Op::local, .b = static_cast<std::uint16_t>(node.binder->slot + kLoopItem)}, +1);
      return;
    case NodeKind::list:
      for (Node* item : node.children) emit(*item);
      add({.op = Op::list, .c = static_cast<std::uint32_t>(node.children.size())},
          1 - static_cast<std::ptrdiff_t>(node.children.size()));
      return;
    case NodeKind::call:
    case NodeKind::index: return call(node);
    case NodeKind::host_call: return host_call(node);
    case NodeKind::logical_and:
    case NodeKind::logical_or: return logical(node);
    case NodeKind::conditional: return conditional(node);
    case NodeKind::macro: return macro(node);
    case NodeKind::name:
    case NodeKind::select: break;
  }
  TOCSIN_CHECK(false && "the checker left a name unresolved");
}

void Compiler::push_constant(const Value& value) {
  add({.op = Op::constant, .c = static_cast<std::uint32_t>(code_.constants.size())}, +1);
  code_.constants.emplace_back(value);
}

std::uint32_t Compiler::add(Instr instr, std::ptrdiff_t stack_change, std::size_t cost) {
  const std::uint32_t at = here();
  code_.instrs.push_back(instr);
  code_.handler_of.push_back(handler_);
  height_ = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(height_) + stack_change);
  code_.stack = std::max(code_.stack, height_);
  code_.cost = saturating_sum(code_.cost, saturating_product(cost, repetitions_));
  return at;
}

std::size_t Compiler::pattern_cost(std::uint32_t pattern) const {
  return code_.patterns[pattern].size() / kPatternInstrsPerStep;
}

void Compiler::call(Node& node) {
  for (Node* argument : node.children) emit(*argument);
  if (node.overload == nullptr) {
    add({.op = Op::logical_not}, 0);
    return;
  }
  const std::size_t arity = node.children.size();
  std::size_t cost = node.overload->cost;
  if (node.overload == in_overload()) cost += node.max_items;
  if (node.overload->prepared == Prepared::pattern) cost += pattern_cost(node.operand);
  add({.op = Op::call,
       .a = static_cast<std::uint8_t>(arity),
       .c = static_cast<std::uint32_t>(code_.calls.size())},
      1 - static_cast<std::ptrdiff_t>(arity), cost);
  code_.calls.push_back({node.overload->run, node.operand});
}

void Compiler::host_call(Node& node) {
  for (Node* argument : node.children) emit(*argument);
  const std::size_t arity = node.children.size();
  add({.op = Op::host,
       .a = static_cast<std::uint8_t>(arity),
       .b = node.input.slot,
       .c = static_cast<std::uint32_t>(node.type.kind)},
      1 - static_cast<std::ptrdiff_t>(arity), kHostCost);
}

std::uint16_t Compiler::emit_guarded(Node& node, std::size_t height) {
  if (!node.may_fail) {
    emit(node);
    return kNoHandler;
  }
  const auto handler = static_cast<std::uint16_t>(code_.handlers.size());
  code_.handlers.push_back({.target = 0, .height = static_cast<std::uint16_t>(height)});
  const std::uint16_t outer = std::exchange(handler_, handler);
  emit(node);
  handler_ = outer;
  return handler;
}

void Compiler::land_handler(std::uint16_t handler) {
  if (handler != kNoHandler) code_.handlers[handler].target = here();
}

// a && b && c, where a or b may fail:
//
//         pending
//         a, on error go on at B     if false: END
//     B:  b, on error go on at C     if false: END
//     C:  c
//     END: settle
//
// The last operand's error is the result's, so it is not guarded.
void Compiler::logical(Node& node) {
  const auto& operands = node.children;
  const bool guarded = std::any_of(operands.begin(), operands.end() - 1,
                                   [](const Node* operand) { return operand->may_fail; });
  const auto slot = static_cast<std::uint16_t>(height_);
  if (guarded) add({.op = Op::pending}, +1);
  const bool absorbing = node.kind == NodeKind::logical_or;
  std::vector<std::uint32_t> exits;
  for (std::size_t i = 0; i + 1 < operands.size(); ++i) {
    const std::uint16_t handler = emit_guarded(*operands[i], height_);
    watch(*operands[i]);
    exits.push_back(add({.op = absorbing ? Op::jump_if_true_kept : Op::jump_if_false_kept}, -1));
    land_handler(handler);
  }
  emit(*operands.back());
  watch(*operands.back());
  for (const std::uint32_t jump : exits) land(jump);
  if (guarded) add({.op = Op::settle, .a = absorbing, .b = slot}, -1);
}

void Compiler::watch(const Node& operand) {
  const bool inner = operand.kind == NodeKind::logical_and || operand.kind == NodeKind::logical_or;
  if (code_.watched == nullptr || operand.kind == NodeKind::literal) return;
  if (inner) return;  // its own operands say it all
  add({.op = Op::watch, .c = static_cast<std::uint32_t>(code_.watched->size())}, 0, 0);
  Branch& branch = code_.watched->emplace_back();
  branch.begin = operand.span.begin;
  branch.end = operand.span.end;
}

void Compiler::conditional(Node& node) {
  emit(*node.children[0]);
  watch(*node.children[0]);
  const std::uint32_t to_else = add({.op = Op::jump_if_false}, -1);
  emit(*node.children[1]);
  const std::uint32_t to_end = add({.op = Op::jump}, -1);
  land(to_else);
  emit(*node.children[2]);
  land(to_end);
}

void Compiler::macro(Node& node) {
  emit(*node.children[0]);
  const auto base = static_cast<std::uint16_t>(height_ - 1);
  node.slot = base;
  add({.op = Op::loop_begin, .b = base, .c = static_cast<std::uint32_t>(limits_.max_list_items)},
      kLoopSlots - 1);
  const std::size_t outer = repetitions_;
  const std::size_t items = std::min(node.children[0]->max_items, limits_.max_list_items);
  repetitions_ = saturating_product(outer, items);
  const std::uint32_t next = add({.op = Op::loop_next, .b = base}, 0);
  // exists_one counts in the slot where the others keep an error: its errors are not kept.
  std::uint16_t handler = kNoHandler;
  if (node.walk == Walk::exists_one) {
    emit(*node.children[1]);
  } else {
    handler = emit_guarded(*node.children[1], height_);
  }
  add({.op = Op::loop_test, .a = static_cast<std::uint8_t>(node.walk), .b = base, .c = next},
      -static_cast<std::ptrdiff_t>(kLoopSlots));
  code_.instrs[next].a = static_cast<std::uint8_t>(node.walk);
  if (handler != kNoHandler) code_.handlers[handler].target = next;
  repetitions_ = outer;
  land(next);
}

}  // namespace tocsin::cel
