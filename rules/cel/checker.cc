#include "rules/cel/checker.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/diagnostic.h"
#include "rules/cel/names.h"
#include "rules/cel/overload.h"

namespace tocsin::cel {
namespace {

constexpr Type kBool{ValueKind::boolean};

bool known(const Node& node) { return node.type.kind != ValueKind::unset; }
bool is_number(ValueKind kind) {
  return kind == ValueKind::int64 || kind == ValueKind::uint64 || kind == ValueKind::float64;
}
bool is_list(const Node& node) { return node.type.kind == ValueKind::list; }

// The type that holds values of both, if there is one: [] fits every list.
std::optional<Type> joined(Type a, Type b) {
  if (a == b) return a;
  if (a.kind != ValueKind::list || b.kind != ValueKind::list) return std::nullopt;
  if (a.element == ValueKind::unset) return b;
  if (b.element == ValueKind::unset) return a;
  return std::nullopt;
}

bool comparable(ValueKind a, ValueKind b) { return a == b || (is_number(a) && is_number(b)); }
bool comparable_lists(Type a, Type b) {
  const bool empty = a.element == ValueKind::unset || b.element == ValueKind::unset;
  return empty || comparable(a.element, b.element);
}

std::optional<Relation> relation_of(std::string_view op) {
  constexpr std::pair<std::string_view, Relation> kAll[] = {
      {"==", Relation::eq}, {"!=", Relation::ne}, {"<", Relation::lt},
      {"<=", Relation::le}, {">", Relation::gt},  {">=", Relation::ge}};
  for (const auto& [text, relation] : kAll) {
    if (text == op) return relation;
  }
  return std::nullopt;
}

std::optional<Walk> walk_of(std::string_view name) {
  if (name == "exists") return Walk::exists;
  if (name == "all") return Walk::all;
  if (name == "exists_one" || name == "existsOne") return Walk::exists_one;
  return std::nullopt;
}

// What CEL has and this profile has not.
bool is_left_out(std::string_view name, bool method) {
  if (method) return name == "map" || name == "filter" || name == "transformList";
  return name == "type" || name == "dyn" || name == "bytes" || name == "map";
}

class Checker {
 public:
  Checker(const Scope& scope, const CompileLimits& limits, Bytecode& code, TextErrors& errors)
      : scope_(scope), limits_(limits), code_(code), errors_(errors) {}

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
    if (!known(root) || joined(root.type, expected) == expected) return;
    add(ErrorCode::wrong_type, root.span,
        {fmt::format("the expression is a {}, but a {} is needed", to_string(root.type), to_string(expected)),
         fmt::format("表达式的类型是 {}，此处需要 {}", to_string(root.type), to_string(expected))});
  }

 private:
  void add(ErrorCode code, Span where, Message message, std::string suggestion = {}) {
    errors_.add(code, where, std::move(message), std::move(suggestion));
  }

  void literal(Node& node) {
    const Value& value = node.value.view();
    node.type.kind = value.kind();
    if (value.kind() != ValueKind::list) return;
    node.max_items = value.as_list().size();
    if (node.max_items > 0) node.type.element = value.as_list().front().kind();
  }

  // --- names ---

  void name(Node& node) {
    std::string path;
    const Node* root = append_path(node, path);
    if (root == nullptr) return field_of_a_value(node);
    if (const Node* binder = root->leaf_name ? nullptr : bound(root->text)) {
      return node.kind == NodeKind::name ? local(node, *binder) : field_of_a_variable(node, *root);
    }
    if (const auto input = scope_.find(path)) return resolved(node, path, *input);
    unknown_name(node, path);
  }

  // "e.level" of a chain of selections; its first name, or null if it does not start with one.
  const Node* append_path(const Node& node, std::string& path) const {
    const Node* root = &node;
    std::vector<std::string_view> parts;
    for (; root->kind == NodeKind::select; root = root->children[0]) parts.push_back(root->text);
    if (root->kind != NodeKind::name) return nullptr;
    path = root->text;
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) path += fmt::format(".{}", *part);
    return root;
  }

  const Node* bound(std::string_view variable) const {
    const auto has_name = [&](const Binding& b) { return b.name == variable; };
    const auto found = std::find_if(bindings_.rbegin(), bindings_.rend(), has_name);
    return found == bindings_.rend() ? nullptr : found->macro;
  }

  void local(Node& node, const Node& binder) {
    node.kind = NodeKind::local;
    node.binder = &binder;
    node.type.kind = binder.children[0]->type.element;
  }

  void resolved(Node& node, const std::string& path, const Input& input) {
    node.type = input.type;
    if (input.constant && input.constant->is_set()) {
      node.kind = NodeKind::literal;
      node.value = OwnedValue(*input.constant);
      if (is_list(node)) node.max_items = input.constant->as_list().size();
      return;
    }
    node.kind = NodeKind::input;
    node.input = input;
    node.max_items = limits_.max_list_items;
    note_read(path, input);
  }

  void note_read(const std::string& path, const Input& input) {
    const auto same = [&](const auto& read) { return read.first == path; };
    if (std::none_of(code_.reads.begin(), code_.reads.end(), same)) code_.reads.emplace_back(path, input);
    code_.frames = std::max<std::size_t>(code_.frames, input.frame + std::size_t{1});
  }

  void field_of_a_value(Node& node) {
    check(*node.children[0]);
    if (known(*node.children[0])) no_fields(node, to_string(node.children[0]->type));
  }

  void field_of_a_variable(Node& node, const Node& root) {
    const std::string element{to_string(bound(root.text)->children[0]->type.element)};
    no_fields(node, element);
  }

  void no_fields(const Node& node, const std::string& type) {
    add(ErrorCode::unknown_name, node.text_span,
        {fmt::format("a {} has no field '{}'", type, node.text),
         fmt::format("{} 类型没有字段“{}”", type, node.text)});
  }

  void unknown_name(const Node& node, const std::string& path) {
    if (node.kind == NodeKind::select) {
      std::string prefix;
      append_path(*node.children[0], prefix);
      if (const auto value = scope_.find(prefix)) return no_fields(node, to_string(value->type));
    }
    std::vector<std::string> names = scope_.names();
    for (const Binding& binding : bindings_) names.push_back(binding.name);
    add(ErrorCode::unknown_name, node.span,
        {fmt::format("unknown name '{}'", path), fmt::format("未知的名称“{}”", path)},
        nearest_name(path, names));
  }

  // --- lists and indexes ---

  void list(Node& node) {
    node.type = {ValueKind::list, ValueKind::unset};
    node.max_items = node.children.size();
    bool whole = true;
    for (Node* item : node.children) {
      check(*item);
      whole = whole && known(*item) && joins_list(node, *item);
    }
    if (!whole) node.type = {};
  }

  bool joins_list(Node& list, const Node& item) {
    if (is_list(item)) {
      add(ErrorCode::not_supported, item.span,
          {"lists of lists are not supported", "不支持列表的列表"});
      return false;
    }
    if (list.type.element == ValueKind::unset) list.type.element = item.type.kind;
    if (list.type.element == item.type.kind) return true;
    add(ErrorCode::mixed_list, item.span,
        {fmt::format("a list holds values of one type: this is a {}, those before are {}",
                     to_string(item.type), to_string(list.type.element)),
         fmt::format("列表的元素必须同一类型：此处是 {}，前面是 {}", to_string(item.type),
                     to_string(list.type.element))});
    return false;
  }

  void index(Node& node) {
    Node& list = *node.children[0];
    Node& at = *node.children[1];
    check(list);
    check(at);
    node.overload = index_overload();
    if (!known(list) || !known(at)) return;
    if (!is_list(list)) return bad_operand(node, list, "only a list has items", "只有列表可以用下标");
    if (at.type.kind != ValueKind::int64) return bad_operand(node, at, "an index is an int", "下标必须是 int");
    node.type.kind = list.type.element;
    if (list.type.element != ValueKind::unset) return;
    bad_operand(node, list, "an empty list has no items", "空列表没有元素");
  }

  void bad_operand(Node& node, const Node& operand, std::string_view en, std::string_view zh) {
    node.type = {};
    add(ErrorCode::bad_operand, operand.span,
        {fmt::format("{}; this is a {}", en, to_string(operand.type)),
         fmt::format("{}；此处是 {}", zh, to_string(operand.type))});
  }

  // --- logic ---

  void logical(Node& node) {
    for (Node* operand : node.children) {
      check(*operand);
      must_be_bool(*operand, node.kind == NodeKind::logical_and ? "&&" : "||");
    }
    node.type = kBool;
  }

  void must_be_bool(const Node& operand, std::string_view of) {
    if (!known(operand) || operand.type == kBool) return;
    add(ErrorCode::bad_operand, operand.span,
        {fmt::format("'{}' takes bools; this is a {}", of, to_string(operand.type)),
         fmt::format("“{}”需要 bool；此处是 {}", of, to_string(operand.type))});
  }

  void conditional(Node& node) {
    for (Node* child : node.children) check(*child);
    must_be_bool(*node.children[0], "?:");
    const Node& yes = *node.children[1];
    const Node& no = *node.children[2];
    if (!known(yes) || !known(no)) return;
    node.max_items = std::max(yes.max_items, no.max_items);
    if (const auto type = joined(yes.type, no.type)) {
      node.type = *type;
      return;
    }
    add(ErrorCode::bad_operand, {yes.span.begin, no.span.end},
        {fmt::format("both branches of ?: must have one type; they are {} and {}", to_string(yes.type),
                     to_string(no.type)),
         fmt::format("?: 的两个分支必须同一类型；此处是 {} 和 {}", to_string(yes.type), to_string(no.type))});
  }

  // --- calls ---

  void call(Node& node) {
    if (!node.method && node.text == "has") return has(node);
    if (const auto walk = walk_of(node.text); walk && node.method) return macro(node, *walk);
    if (is_left_out(node.text, node.method)) return left_out(node);
    for (Node* argument : node.children) check(*argument);
    const bool whole = std::all_of(node.children.begin(), node.children.end(),
                                   [](const Node* n) { return known(*n); });
    if (const auto relation = relation_of(node.text)) return related(node, *relation, whole);
    if (node.text == "@in") return in(node, whole);
    if (node.text == "+" && is_list(*node.children[0]) && is_list(*node.children[1])) return lists(node);
    if (!node.method && host_call(node, whole)) return;
    overloaded(node, whole);
  }

  void left_out(const Node& node) {
    add(ErrorCode::not_supported, node.text_span,
        {fmt::format("{}() is CEL, but not part of this profile", node.text),
         fmt::format("{}() 属于 CEL，但不在此规则语言的范围内", node.text)},
        node.method ? "exists" : std::string());
  }

  void related(Node& node, Relation relation, bool whole) {
    node.type = kBool;
    if (!whole) return;
    const Type a = node.children[0]->type;
    const Type b = node.children[1]->type;
    const bool lists = a.kind == ValueKind::list && b.kind == ValueKind::list;
    node.overload = relation_overload(a.kind, b.kind, relation);
    node.operand = static_cast<std::uint32_t>(relation);
    if (node.overload == nullptr || (lists && !comparable_lists(a, b))) no_operator(node);
  }

  void in(Node& node, bool whole) {
    node.type = kBool;
    node.overload = in_overload();
    if (!whole) return;
    const Node& item = *node.children[0];
    const Node& list = *node.children[1];
    node.max_items = list.max_items;
    const bool fits = is_list(list) && (list.type.element == ValueKind::unset ||
                                        comparable(item.type.kind, list.type.element));
    if (!fits) no_operator(node, list.type.kind == ValueKind::string ? "contains" : "");
  }

  void lists(Node& node) {
    const Node& a = *node.children[0];
    const Node& b = *node.children[1];
    node.overload = find_exact(find_overloads("+", CallStyle::binary), node);
    node.max_items = a.max_items + b.max_items;
    if (const auto type = joined(a.type, b.type)) {
      node.type = *type;
    } else {
      no_operator(node);
    }
  }

  void no_operator(const Node& node, std::string suggestion = {}) {
    const std::string op = node.text == "@in" ? "in" : node.text == "-_" ? "-" : node.text;
    std::vector<std::string> types = argument_types(node);
    if (suggestion.empty()) suggestion = literal_that_fits(node);
    const bool one = types.size() == 1;
    const std::string shown = one ? fmt::format("{}{}", op, types[0])
                                  : fmt::format("{} {} {}", types[0], op, types[1]);
    add(ErrorCode::bad_operand, node.span,
        {fmt::format("there is no {}: types are not converted silently", shown),
         fmt::format("没有 {} 这种运算：类型不会自动转换", shown)},
        std::move(suggestion));
  }

  // "1.0" for the 1 of `e.level + 1`.
  static std::string literal_that_fits(const Node& node) {
    if (node.children.size() != 2) return {};
    for (std::size_t i = 0; i < 2; ++i) {
      const Node& literal = *node.children[i];
      const ValueKind other = node.children[1 - i]->type.kind;
      if (literal.kind != NodeKind::literal || literal.type.kind != ValueKind::int64) continue;
      const std::int64_t value = literal.value.view().as_int();
      if (other == ValueKind::float64) return fmt::format("{}.0", value);
      if (other == ValueKind::uint64 && value >= 0) return fmt::format("{}u", value);
    }
    return {};
  }

  std::vector<std::string> argument_types(const Node& node) const {
    std::vector<std::string> types;
    for (const Node* argument : node.children) types.push_back(to_string(argument->type));
    return types;
  }

  // True if there is a host function of that name; its call is checked then.
  bool host_call(Node& node, bool whole) {
    const auto functions = scope_.functions();
    const auto named = [&](const HostFunction& f) { return f.name == node.text; };
    const auto function = std::find_if(functions.begin(), functions.end(), named);
    if (function == functions.end()) return false;
    node.kind = NodeKind::host_call;
    node.type = function->result;
    node.input.slot = function->index;
    node.max_items = limits_.max_list_items;
    const auto fits = [](const Node* argument, Type parameter) {
      return joined(argument->type, parameter) == parameter;
    };
    if (whole && !std::equal(node.children.begin(), node.children.end(), function->parameters.begin(),
                             function->parameters.end(), fits)) {
      std::vector<std::string> types;
      for (const Type& parameter : function->parameters) types.push_back(to_string(parameter));
      bad_arguments(node, CallStyle::function, {signature(node.text, CallStyle::function, types)});
    }
    return true;
  }

  static CallStyle style_of(const Node& node) {
    if (node.method) return CallStyle::method;
    const char c = node.text.front();
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_') return CallStyle::function;
    return node.children.size() == 1 ? CallStyle::unary : CallStyle::binary;
  }

  void overloaded(Node& node, bool whole) {
    if (node.text == "!") {
      must_be_bool(*node.children[0], "!");
      node.type = kBool;
      return;
    }
    const CallStyle style = style_of(node);
    const auto candidates = find_overloads(node.text, style);
    if (candidates.empty()) return unknown_function(node, style);
    node.type.kind = candidates.front()->result;
    if (!whole && style == CallStyle::binary) node.type = {};
    if (!whole) return;
    node.overload = find_exact(candidates, node);
    if (node.overload == nullptr) return no_overload(node, style, candidates);
    node.type.kind = node.overload->result;
    prepare(node);
  }

  static const Overload* find_exact(const std::vector<const Overload*>& candidates, const Node& node) {
    for (const Overload* overload : candidates) {
      bool fits = overload->arity() == node.children.size();
      for (std::size_t i = 0; fits && i < node.children.size(); ++i) {
        fits = node.children[i]->type.kind == overload->parameters[i];
      }
      if (fits) return overload;
    }
    return nullptr;
  }

  void no_overload(Node& node, CallStyle style, const std::vector<const Overload*>& candidates) {
    node.type = {};
    if (style == CallStyle::binary || style == CallStyle::unary) return no_operator(node);
    std::vector<std::string> signatures;
    for (const Overload* overload : candidates) signatures.push_back(signature(*overload));
    bad_arguments(node, style, signatures);
  }

  void bad_arguments(const Node& node, CallStyle style, const std::vector<std::string>& signatures) {
    const std::string given = signature(node.text, style, argument_types(node));
    add(ErrorCode::bad_argument, node.span,
        {fmt::format("there is no {}; there is {}", given, fmt::join(signatures, ", ")),
         fmt::format("没有 {}；可用的是 {}", given, fmt::join(signatures, "、"))});
  }

  void unknown_function(const Node& node, CallStyle style) {
    const CallStyle other = style == CallStyle::method ? CallStyle::function : CallStyle::method;
    if (!find_overloads(node.text, other).empty()) return other_style(node, style);
    std::vector<std::string> names = overload_names(style);
    if (style == CallStyle::method) {
      names.insert(names.end(), {"exists", "all", "exists_one"});
    } else {
      names.push_back("has");
      for (const HostFunction& function : scope_.functions()) names.push_back(function.name);
    }
    add(ErrorCode::unknown_function, node.text_span,
        {fmt::format("unknown function '{}'", node.text), fmt::format("未知的函数“{}”", node.text)},
        nearest(node.text, names));
  }

  void other_style(const Node& node, CallStyle style) {
    const std::string right = style == CallStyle::function ? fmt::format("x.{}()", node.text)
                                                           : fmt::format("{}(x)", node.text);
    add(ErrorCode::unknown_function, node.text_span,
        {fmt::format("{} is called as {}", node.text, right),
         fmt::format("{} 的写法是 {}", node.text, right)},
        right);
  }

  // --- arguments prepared when compiling ---

  void prepare(Node& node) {
    if (node.overload->prepared == Prepared::nothing) return;
    const Node& argument = *node.children[1];
    const bool pattern = node.overload->prepared == Prepared::pattern;
    if (argument.kind != NodeKind::literal) return not_literal(argument, pattern);
    const std::string_view text = argument.value.view().as_string();
    if (pattern) {
      node.operand = add_pattern(argument, text);
    } else {
      node.operand = static_cast<std::uint32_t>(code_.zones.size());
      code_.zones.push_back(TimeZone::find(text));
    }
  }

  void not_literal(const Node& argument, bool pattern) {
    const std::string_view en = pattern ? "a regular expression" : "a time zone";
    const std::string_view zh = pattern ? "正则表达式" : "时区";
    add(pattern ? ErrorCode::pattern_not_literal : ErrorCode::zone_not_literal, argument.span,
        {fmt::format("{} must be a literal or a parameter: it is prepared when the rule is loaded", en),
         fmt::format("{}必须是字面量或参数：它在加载规则时就要编译", zh)});
  }

  std::uint32_t add_pattern(const Node& argument, std::string_view text) {
    if (text.size() > limits_.max_regex_bytes) {
      add(ErrorCode::pattern_too_long, argument.span,
          {fmt::format("the regular expression has {} bytes; {} are allowed", text.size(),
                       limits_.max_regex_bytes),
           fmt::format("正则表达式有 {} 字节，上限 {}", text.size(), limits_.max_regex_bytes)});
      return 0;
    }
    Pattern pattern(text);
    if (!pattern.ok()) {
      add(ErrorCode::bad_pattern, argument.span,
          {fmt::format("bad regular expression: {}", pattern.error()),
           fmt::format("正则表达式有误：{}", pattern.error())});
      return 0;
    }
    code_.patterns.push_back(std::move(pattern));
    return static_cast<std::uint32_t>(code_.patterns.size() - 1);
  }

  // --- has and the macros ---

  void has(Node& node) {
    node.type = kBool;
    if (node.children.size() != 1 || node.children[0]->kind != NodeKind::select) return bad_has(node.span);
    Node& field = *node.children[0];
    check(field);
    if (field.kind == NodeKind::input) {
      node.kind = NodeKind::present;
      node.input = field.input;
    } else if (known(field)) {
      bad_has(field.span);
    }
  }

  void bad_has(Span where) {
    add(ErrorCode::bad_has, where,
        {"has() takes one field of an event, such as has(e.level)",
         "has() 的参数必须是事件的一个字段，例如 has(e.level)"},
        "has(e.field)");
  }

  void macro(Node& node, Walk walk) {
    node.type = kBool;
    Node& list = *node.children[0];
    check(list);
    const bool shaped = node.children.size() == 3 && node.children[1]->kind == NodeKind::name &&
                        !node.children[1]->leaf_name;
    if (!shaped) return bad_macro(node);
    if (known(list) && !walkable(node, list)) return;
    node.kind = NodeKind::macro;
    node.walk = walk;
    bindings_.push_back({node.children[1]->text, &node});
    Node& predicate = *node.children[2];
    check(predicate);
    bindings_.pop_back();
    must_be_bool(predicate, node.text);
    node.children = {&list, &predicate};
  }

  void bad_macro(const Node& node) {
    const std::string right = fmt::format("{}(x, x > 0)", node.text);
    add(ErrorCode::bad_macro, node.span,
        {fmt::format("{} takes a name and a condition, such as list.{}", node.text, right),
         fmt::format("{} 需要一个变量名和一个条件，例如 list.{}", node.text, right)},
        right);
  }

  bool walkable(const Node& node, const Node& list) {
    if (!is_list(list)) {
      add(ErrorCode::bad_operand, list.span,
          {fmt::format("{} walks over a list; this is a {}", node.text, to_string(list.type)),
           fmt::format("{} 只能用于列表；此处是 {}", node.text, to_string(list.type))});
      return false;
    }
    if (list.max_items <= limits_.max_list_items) return true;
    add(ErrorCode::list_too_long, list.span,
        {fmt::format("{} may walk over {} items; this list can have {}", node.text, limits_.max_list_items,
                     list.max_items),
         fmt::format("{} 最多遍历 {} 个元素；此列表可达 {} 个", node.text, limits_.max_list_items,
                     list.max_items)});
    return false;
  }

  struct Binding {
    std::string name;
    const Node* macro;
  };

  const Scope& scope_;
  const CompileLimits& limits_;
  Bytecode& code_;
  TextErrors& errors_;
  std::vector<Binding> bindings_;
};

}  // namespace

void check(Node& root, const Scope& scope, std::optional<Type> expected, const CompileLimits& limits,
           Bytecode& code, TextErrors& errors) {
  Checker checker(scope, limits, code, errors);
  checker.check(root);
  if (expected) checker.expect(root, *expected);
}

}  // namespace tocsin::cel
