#include "rules/cel/contradiction.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "rules/cel/comparison.h"

namespace tocsin::cel {
namespace {

bool is_numeric(const Value& value) {
  return value.kind() == ValueKind::int64 || value.kind() == ValueKind::uint64 ||
         value.kind() == ValueKind::float64;
}

// A call of literals that the folder left: it fails each time.
bool always_fails(const Node& node) {
  if (node.kind == NodeKind::call && node.may_fail && !node.children.empty() &&
      std::ranges::all_of(node.children,
                          [](const Node* c) { return c->kind == NodeKind::literal; }))
    return true;
  return node.kind == NodeKind::call &&
         std::ranges::any_of(node.children, [](const Node* c) { return always_fails(*c); });
}

struct Comparison {
  std::string_view op;
  const Node* input = nullptr;
  const Value literal;
};

std::string_view turned(std::string_view op) {
  if (op == "<") return ">";
  if (op == "<=") return ">=";
  if (op == ">") return "<";
  return op == ">=" ? "<=" : op;
}

// `input op literal`, whichever way it is written.
std::optional<Comparison> comparison_of(const Node& node) {
  if (node.kind != NodeKind::call || node.children.size() != 2) return std::nullopt;
  const std::string_view op = node.text;
  if (op != "==" && op != "<" && op != "<=" && op != ">" && op != ">=") return std::nullopt;
  const Node& a = *node.children[0];
  const Node& b = *node.children[1];
  if (a.kind == NodeKind::input && b.kind == NodeKind::literal)
    return Comparison{op, &a, b.value.view()};
  if (b.kind == NodeKind::input && a.kind == NodeKind::literal)
    return Comparison{turned(op), &b, a.value.view()};
  return std::nullopt;
}

// What comparisons leave of one input.
class Range {
 public:
  // False: nothing is left.
  bool narrow(const Comparison& with) {
    if (!is_numeric(with.literal)) return with.op != "==" || same(with.literal);
    if (with.op == "==" || with.op[0] == '>') raise(with.literal, with.op == ">");
    if (with.op == "==" || with.op[0] == '<') lower(with.literal, with.op == "<");
    if (!low_ || !high_) return true;
    const auto order = compare_numbers(*low_, *high_);
    return order < 0 || (order == 0 && !low_open_ && !high_open_);
  }

 private:
  bool same(const Value& value) {
    if (!equal_) equal_ = value;
    return OwnedValue(*equal_) == OwnedValue(value);
  }
  void raise(const Value& to, bool open) {
    const auto order = low_ ? compare_numbers(to, *low_) : std::partial_ordering::greater;
    if (order > 0) std::tie(low_, low_open_) = std::pair(std::optional(to), open);
    if (order == 0) low_open_ = low_open_ || open;
  }
  void lower(const Value& to, bool open) {
    const auto order = high_ ? compare_numbers(to, *high_) : std::partial_ordering::less;
    if (order < 0) std::tie(high_, high_open_) = std::pair(std::optional(to), open);
    if (order == 0) high_open_ = high_open_ || open;
  }

  std::optional<Value> low_, high_, equal_;
  bool low_open_ = false, high_open_ = false;
};

bool contradict(const std::vector<Node*>& conjuncts) {
  std::map<std::pair<std::uint8_t, std::uint16_t>, Range> ranges;
  return std::ranges::any_of(conjuncts, [&](const Node* node) {
    const auto comparison = comparison_of(*node);
    if (!comparison) return false;
    const Input& input = comparison->input->input;
    return !ranges[{input.frame, input.slot}].narrow(*comparison);
  });
}

}  // namespace

bool is_never_true(const Node& root) {
  const auto never = [](const Node* node) { return is_never_true(*node); };
  switch (root.kind) {
    case NodeKind::literal:
      return root.value.view().kind() == ValueKind::boolean && !root.value.view().as_bool();
    case NodeKind::logical_and:
      return std::ranges::any_of(root.children, never) || contradict(root.children);
    case NodeKind::logical_or: return std::ranges::all_of(root.children, never);
    case NodeKind::call: return always_fails(root);
    default: return false;
  }
}

}  // namespace tocsin::cel
