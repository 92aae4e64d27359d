#include "rules/cel/checker.h"

#include <fmt/format.h>

#include <algorithm>

#include "rules/cel/calls.h"
#include "rules/cel/names.h"
#include "rules/cel/types.h"

namespace tocsin::cel {
namespace {

constexpr Type kBool{ValueKind::boolean};

std::optional<Walk> walk_of(std::string_view name) {
  const auto macro = std::ranges::find(macros(), name, &Macro::name);
  return macro == macros().end() ? std::nullopt : std::optional(macro->walk);
}

class Checker {
 public:
  Checker(const Scope& scope, const CompileLimits& limits, Bytecode& code, TextErrors& errors)
      : limits_(limits),
        errors_(errors),
        names_(scope, limits, code, errors),
        calls_(scope, limits, code, errors) {}

  void check(Node& node) {
    switch (node.kind) {
      case NodeKind::literal: return literal(node);
      case NodeKind::name:
      case NodeKind::select: return name(node);
      case NodeKind::index: return index(node);
      case NodeKind::list: return list(node);
      case NodeKind::call: return call(node);
      case NodeKind::logical_and:
      case NodeKind::logical_or: return logical(node);
      case NodeKind::conditional: return conditional(node);
      default: return;  // the others are what this function makes
    }
  }

  void expect(const Node& root, Type expected) {
    if (!known(root) || fits(root.type, expected)) return;
    errors_.add(
        ErrorCode::wrong_type, root.span,
        {fmt::format("the expression is a {}, but a {} is needed", to_string(root.type),
                     to_string(expected)),
         fmt::format("表达式的类型是 {}，此处需要 {}", to_string(root.type), to_string(expected))});
  }

 private:
  void literal(Node& node) { node.type.kind = node.value.view().kind(); }

  void name(Node& node) {
    if (names_.resolve(node)) return;
    check(*node.children[0]);
    names_.no_field(node, node.children[0]->type);
  }

  void bad_operand(const Node& operand, std::string_view en, std::string_view zh) {
    errors_.add(ErrorCode::bad_operand, operand.span,
                {fmt::format("{}; this is a {}", en, to_string(operand.type)),
                 fmt::format("{}；此处是 {}", zh, to_string(operand.type))});
  }

  void must_be_bool(const Node& operand, std::string_view of) {
    if (!known(operand) || operand.type == kBool) return;
    bad_operand(operand, fmt::format("'{}' takes bools", of), fmt::format("“{}”需要 bool", of));
  }

  void list(Node& node) {
    node.type = {ValueKind::list, ValueKind::unset};
    node.min_items = node.max_items = node.children.size();
    bool whole = true;
    for (Node* item : node.children) {
      check(*item);
      whole = joins(node, *item) && whole;
    }
    if (!whole) node.type = {};
  }

  bool joins(Node& list, const Node& item) {
    if (!known(item)) return false;
    if (is_list(item)) {
      errors_.add(ErrorCode::not_supported, item.span,
                  {"lists of lists are not supported", "不支持列表的列表"});
      return false;
    }
    ValueKind& element = list.type.element;
    if (element == ValueKind::unset) element = item.type.kind;
    if (element == item.type.kind) return true;
    errors_.add(ErrorCode::mixed_list, item.span,
                {fmt::format("a list holds values of one type: this is a {}, the first is a {}",
                             to_string(item.type), to_string(element)),
                 fmt::format("列表的元素必须同一类型：此处是 {}，第一个是 {}", to_string(item.type),
                             to_string(element))});
    return false;
  }

  void index(Node& node) {
    Node& list = *node.children[0];
    Node& at = *node.children[1];
    check(list);
    check(at);
    node.overload = index_overload();
    if (known(at) && at.type.kind != ValueKind::int64) {
      bad_operand(at, "an index is an int", "下标必须是 int");
    }
    if (!known(list)) return;
    if (!is_list(list)) return bad_operand(list, "only a list has items", "只有列表可以用下标");
    node.type.kind = list.type.element;
    if (!known(node)) bad_operand(list, "an empty list has no items", "空列表没有元素");
  }

  void logical(Node& node) {
    for (Node* operand : node.children) {
      check(*operand);
      must_be_bool(*operand, node.kind == NodeKind::logical_and ? "&&" : "||");
    }
    node.type = kBool;
  }

  void conditional(Node& node) {
    for (Node* child : node.children) check(*child);
    must_be_bool(*node.children[0], "?:");
    const Node& yes = *node.children[1];
    const Node& no = *node.children[2];
    if (!known(yes) || !known(no)) return;
    node.min_items = std::min(yes.min_items, no.min_items);
    node.max_items = std::max(yes.max_items, no.max_items);
    if (const auto type = joined(yes.type, no.type)) {
      node.type = *type;
      return;
    }
    errors_.add(ErrorCode::bad_operand, {yes.span.begin, no.span.end},
                {fmt::format("both branches of ?: must have one type; they are {} and {}",
                             to_string(yes.type), to_string(no.type)),
                 fmt::format("?: 的两个分支必须同一类型；此处是 {} 和 {}", to_string(yes.type),
                             to_string(no.type))});
  }

  void call(Node& node) {
    if (!node.method && node.text == "has") return has(node);
    if (const auto walk = walk_of(node.text); walk && node.method) return macro(node, *walk);
    if (Calls::is_left_out(node.text, node.method)) return calls_.left_out(node);
    for (Node* argument : node.children) check(*argument);
    calls_.resolve(node);
  }

  void has(Node& node) {
    node.type = kBool;
    if (node.children.size() != 1 || node.children[0]->kind != NodeKind::select) {
      return bad_has(node.span);
    }
    Node& field = *node.children[0];
    check(field);
    if (field.kind == NodeKind::input) {
      node.kind = NodeKind::present;
      node.input = field.input;
      node.children.clear();
    } else if (known(field)) {
      bad_has(field.span);
    }
  }

  void bad_has(Span where) {
    errors_.add(ErrorCode::bad_has, where,
                {"has() takes one field that an event may leave unset, such as has(e.level)",
                 "has() 的参数必须是事件中可能未设置的一个字段，例如 has(e.level)"});
  }

  void macro(Node& node, Walk walk) {
    node.type = kBool;
    Node& list = *node.children[0];
    check(list);
    const bool shaped = node.children.size() == 3 && node.children[1]->kind == NodeKind::name &&
                        !node.children[1]->rooted;
    if (!shaped) return bad_macro(node);
    if (known(list) && !walkable(node, list)) return;
    node.kind = NodeKind::macro;
    node.walk = walk;
    Node& predicate = *node.children[2];
    names_.bind(node.children[1]->text, node);
    check(predicate);
    names_.unbind();
    must_be_bool(predicate, node.text);
    node.children = {&list, &predicate};
    if (is_list(list) && list.type.element == ValueKind::unset) over_nothing(node);
  }

  // The items of [] have no type, so its predicate has none; the answer is known without it.
  static void over_nothing(Node& node) {
    node.kind = NodeKind::literal;
    node.value = OwnedValue(Value::boolean(node.walk == Walk::all));
    node.children.clear();
  }

  void bad_macro(const Node& node) {
    const std::string right = fmt::format("list.{}(x, x > 0)", node.text);
    errors_.add(ErrorCode::bad_macro, node.span,
                {fmt::format("{} takes a name and a condition, such as {}", node.text, right),
                 fmt::format("{} 需要一个变量名和一个条件，例如 {}", node.text, right)});
  }

  bool walkable(const Node& node, const Node& list) {
    if (!is_list(list)) {
      bad_operand(list, fmt::format("{} walks over a list", node.text),
                  fmt::format("{} 只能用于列表", node.text));
      return false;
    }
    if (list.min_items <= limits_.max_list_items) return true;
    errors_.add(ErrorCode::list_too_long, list.span,
                {fmt::format("{} may walk over {} items; this list has {}", node.text,
                             limits_.max_list_items, list.min_items),
                 fmt::format("{} 最多遍历 {} 个元素；此列表有 {} 个", node.text,
                             limits_.max_list_items, list.min_items)});
    return false;
  }

  const CompileLimits& limits_;
  TextErrors& errors_;
  Names names_;
  Calls calls_;
};

constexpr Macro kMacros[] = {{"exists", Walk::exists},
                             {"all", Walk::all},
                             {"exists_one", Walk::exists_one},
                             {"existsOne", Walk::exists_one}};

}  // namespace

std::span<const Macro> macros() { return kMacros; }

void check(Node& root, const Scope& scope, std::optional<Type> expected,
           const CompileLimits& limits, Bytecode& code, TextErrors& errors) {
  Checker checker(scope, limits, code, errors);
  checker.check(root);
  if (expected) checker.expect(root, *expected);
}

}  // namespace tocsin::cel
