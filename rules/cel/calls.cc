#include "rules/cel/calls.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/diagnostic.h"
#include "rules/cel/types.h"

namespace tocsin::cel {
namespace {

std::optional<Relation> relation_of(std::string_view op) {
  constexpr std::pair<std::string_view, Relation> kAll[] = {
      {"==", Relation::eq}, {"!=", Relation::ne}, {"<", Relation::lt},
      {"<=", Relation::le}, {">", Relation::gt},  {">=", Relation::ge}};
  for (const auto& [text, relation] : kAll) {
    if (text == op) return relation;
  }
  return std::nullopt;
}

CallStyle style_of(const Node& call) {
  if (call.method) return CallStyle::method;
  const char c = call.text.front();
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_') return CallStyle::function;
  return call.children.size() == 1 ? CallStyle::unary : CallStyle::binary;
}

std::vector<std::string> argument_types(const Node& call) {
  std::vector<std::string> types;
  for (const Node* argument : call.children) types.push_back(to_string(argument->type));
  return types;
}

const Overload* exact(const std::vector<const Overload*>& candidates, const Node& call) {
  for (const Overload* overload : candidates) {
    bool same = overload->arity() == call.children.size();
    for (std::size_t i = 0; same && i < call.children.size(); ++i) {
      same = call.children[i]->type.kind == overload->parameters[i];
    }
    if (same) return overload;
  }
  return nullptr;
}

// The result of all candidates, if they agree.
ValueKind common_result(const std::vector<const Overload*>& candidates) {
  const ValueKind first = candidates.front()->result;
  const auto same = [first](const Overload* overload) { return overload->result == first; };
  return std::all_of(candidates.begin(), candidates.end(), same) ? first : ValueKind::unset;
}

// `literal` as it would have to be written beside a value of that kind; empty: no way.
std::string rewritten(const Node& literal, ValueKind beside) {
  if (literal.kind != NodeKind::literal) return {};
  const Value& value = literal.value.view();
  if (value.kind() == ValueKind::int64) {
    if (beside == ValueKind::float64) return fmt::format("{}.0", value.as_int());
    const bool natural = value.as_int() >= 0;
    if (beside == ValueKind::uint64 && natural) return fmt::format("{}u", value.as_int());
  }
  if (value.kind() == ValueKind::string) {
    if (beside == ValueKind::timestamp) return fmt::format("timestamp(\"{}\")", value.as_string());
    if (beside == ValueKind::duration) return fmt::format("duration(\"{}\")", value.as_string());
  }
  return {};
}

std::string rewritten_operand(const Node& call) {
  if (call.children.size() != 2) return {};
  const Node& a = *call.children[0];
  const Node& b = *call.children[1];
  std::string right = rewritten(b, a.type.kind);
  return right.empty() ? rewritten(a, b.type.kind) : right;
}

// What the function is called here that other languages call so.
std::string_view meant_by(std::string_view name) {
  if (name == "len" || name == "length" || name == "count") return "size";
  if (name == "match" || name == "regex") return "matches";
  if (name == "includes") return "contains";
  if (name == "any" || name == "some") return "exists";
  if (name == "every") return "all";
  return "";
}

}  // namespace

void Calls::resolve(Node& call) {
  const bool whole = std::all_of(call.children.begin(), call.children.end(),
                                 [](const Node* argument) { return known(*argument); });
  if (const auto relation = relation_of(call.text)) return related(call, *relation, whole);
  if (call.text == kInOperator) return in(call, whole);
  if (call.text == "!") return negation(call);
  if (call.text == "+" && is_list(*call.children[0]) && is_list(*call.children[1])) {
    return joined_lists(call);
  }
  const auto functions = scope_.functions();
  const auto host = std::find_if(functions.begin(), functions.end(),
                                 [&](const HostFunction& f) { return f.name == call.text; });
  if (!call.method && host != functions.end()) return host_call(call, *host, whole);
  overloaded(call, whole);
}

void Calls::related(Node& call, Relation relation, bool whole) {
  call.type.kind = ValueKind::boolean;
  if (!whole) return;
  const Type a = call.children[0]->type;
  const Type b = call.children[1]->type;
  call.overload = relation_overload(a.kind, b.kind, relation);
  call.operand = static_cast<std::uint32_t>(relation);
  if (call.overload == nullptr || !comparable_elements(a.element, b.element)) no_operator(call);
}

void Calls::in(Node& call, bool whole) {
  call.type.kind = ValueKind::boolean;
  call.overload = in_overload();
  if (!whole) return;
  const Node& item = *call.children[0];
  const Node& list = *call.children[1];
  call.max_items = list.max_items;
  const bool right =
      is_list(list) && !is_list(item) && comparable_elements(item.type.kind, list.type.element);
  if (!right) no_operator(call, list.type.kind == ValueKind::string ? "contains" : "");
}

void Calls::joined_lists(Node& call) {
  const Node& a = *call.children[0];
  const Node& b = *call.children[1];
  call.overload = exact(find_overloads("+", CallStyle::binary), call);
  call.min_items = a.min_items + b.min_items;
  call.max_items = a.max_items + b.max_items;
  if (const auto type = joined(a.type, b.type)) {
    call.type = *type;
  } else {
    no_operator(call);
  }
}

void Calls::negation(Node& call) {
  call.type.kind = ValueKind::boolean;
  const Node& operand = *call.children[0];
  if (known(operand) && operand.type.kind != ValueKind::boolean) no_operator(call);
}

void Calls::no_operator(const Node& call, std::string suggestion) {
  const std::string op = call.text == kInOperator ? "in" : call.text == kNegation ? "-" : call.text;
  const std::vector<std::string> types = argument_types(call);
  const std::string shown = types.size() == 1 ? fmt::format("{}{}", op, types[0])
                                              : fmt::format("{} {} {}", types[0], op, types[1]);
  if (suggestion.empty()) suggestion = rewritten_operand(call);
  errors_.add(ErrorCode::bad_operand, call.span,
              {fmt::format("there is no {}; types are not converted silently", shown),
               fmt::format("没有 {} 这种运算；类型不会自动转换", shown)},
              std::move(suggestion));
}

void Calls::host_call(Node& call, const HostFunction& function, bool whole) {
  call.kind = NodeKind::host_call;
  call.type = function.result;
  call.input.slot = function.index;
  call.max_items = limits_.max_list_items;
  const auto argument_fits = [](const Node* argument, Type parameter) {
    return fits(argument->type, parameter);
  };
  if (!whole || std::equal(call.children.begin(), call.children.end(), function.parameters.begin(),
                           function.parameters.end(), argument_fits)) {
    return;
  }
  std::vector<std::string> types;
  for (const Type& parameter : function.parameters) types.push_back(to_string(parameter));
  bad_arguments(call, CallStyle::function, {signature(call.text, CallStyle::function, types)});
}

void Calls::overloaded(Node& call, bool whole) {
  const CallStyle style = style_of(call);
  const auto candidates = find_overloads(call.text, style);
  if (candidates.empty()) return unknown_function(call, style);
  call.type.kind = common_result(candidates);
  if (!whole) return;
  call.overload = exact(candidates, call);
  if (call.overload != nullptr) {
    call.type.kind = call.overload->result;
    return prepare(call);
  }
  if (style == CallStyle::binary || style == CallStyle::unary) return no_operator(call);
  std::vector<std::string> signatures;
  for (const Overload* overload : candidates) signatures.push_back(signature(*overload));
  bad_arguments(call, style, signatures);
}

void Calls::bad_arguments(const Node& call, CallStyle style,
                          const std::vector<std::string>& signatures) {
  const std::string given = signature(call.text, style, argument_types(call));
  errors_.add(ErrorCode::bad_argument, call.span,
              {fmt::format("there is no {}; there is {}", given, fmt::join(signatures, ", ")),
               fmt::format("没有 {}；可用的是 {}", given, fmt::join(signatures, "、"))});
}

void Calls::unknown_function(const Node& call, CallStyle style) {
  const CallStyle other = style == CallStyle::method ? CallStyle::function : CallStyle::method;
  if (!find_overloads(call.text, other).empty()) return other_style(call, style);
  std::vector<std::string> names = overload_names(style);
  if (style == CallStyle::method) {
    names.insert(names.end(), {"exists", "all", "exists_one"});
  } else {
    names.push_back("has");
    for (const HostFunction& function : scope_.functions()) names.push_back(function.name);
  }
  const std::string_view meant = meant_by(call.text);
  errors_.add(
      ErrorCode::unknown_function, call.text_span,
      {fmt::format("unknown function '{}'", call.text), fmt::format("未知的函数“{}”", call.text)},
      meant.empty() ? nearest(call.text, names) : std::string(meant));
}

void Calls::other_style(const Node& call, CallStyle style) {
  const std::string right = style == CallStyle::function ? fmt::format("x.{}()", call.text)
                                                         : fmt::format("{}(x)", call.text);
  errors_.add(ErrorCode::unknown_function, call.text_span,
              {fmt::format("{} is called as {}", call.text, right),
               fmt::format("{} 的写法是 {}", call.text, right)},
              right);
}

bool Calls::is_left_out(std::string_view name, bool method) {
  if (method) return name == "map" || name == "filter" || name == "transformList";
  return name == "type" || name == "dyn" || name == "bytes" || name == "map";
}

void Calls::left_out(const Node& call) {
  errors_.add(ErrorCode::not_supported, call.text_span,
              {fmt::format("{}() is CEL, but not part of this profile", call.text),
               fmt::format("{}() 属于 CEL，但不在此规则语言的范围内", call.text)},
              call.method ? "exists" : std::string());
}

void Calls::prepare(Node& call) {
  if (call.overload->prepared == Prepared::nothing) return;
  const Node& argument = *call.children[1];
  const bool pattern = call.overload->prepared == Prepared::pattern;
  if (argument.kind != NodeKind::literal) return not_literal(argument, pattern);
  const std::string_view text = argument.value.view().as_string();
  if (pattern) {
    call.operand = add_pattern(argument, text);
  } else {
    call.operand = static_cast<std::uint32_t>(code_.zones.size());
    code_.zones.push_back(TimeZone::find(text));
  }
}

void Calls::not_literal(const Node& argument, bool pattern) {
  const std::string_view en = pattern ? "a regular expression" : "a time zone";
  const std::string_view zh = pattern ? "正则表达式" : "时区";
  errors_.add(pattern ? ErrorCode::pattern_not_literal : ErrorCode::zone_not_literal, argument.span,
              {fmt::format("{} must be a literal or a parameter: it is prepared at load", en),
               fmt::format("{}必须是字面量或参数：它在加载规则时就要准备好", zh)});
}

std::uint32_t Calls::add_pattern(const Node& argument, std::string_view text) {
  if (text.size() > limits_.max_regex_bytes) {
    errors_.add(
        ErrorCode::pattern_too_long, argument.span,
        {fmt::format("the regular expression has {} bytes; {} are allowed", text.size(),
                     limits_.max_regex_bytes),
         fmt::format("正则表达式有 {} 字节，上限 {}", text.size(), limits_.max_regex_bytes)});
    return 0;
  }
  Pattern pattern(text);
  if (!pattern.ok()) {
    errors_.add(ErrorCode::bad_pattern, argument.span,
                {fmt::format("bad regular expression: {}", pattern.error()),
                 fmt::format("正则表达式有误：{}", pattern.error())});
    return 0;
  }
  code_.patterns.push_back(std::move(pattern));
  return static_cast<std::uint32_t>(code_.patterns.size() - 1);
}

}  // namespace tocsin::cel
