#include "rules/cel/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tocsin::cel {
namespace {

constexpr std::string_view kReserved[] = {
    "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
    "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};

bool is_reserved(std::string_view word) {
  return std::find(std::begin(kReserved), std::end(kReserved), word) != std::end(kReserved);
}
bool is_keyword(std::string_view word) {
  return word == "in" || word == "true" || word == "false" || word == "null";
}

enum Precedence : int { kNone = 0, kOr, kAnd, kRelation, kSum, kProduct };

int precedence_of(const Token& token) {
  const std::string_view s = token.text;
  if (token.kind == TokenKind::identifier) return s == "in" ? kRelation : kNone;
  if (token.kind != TokenKind::symbol) return kNone;
  if (s == "||") return kOr;
  if (s == "&&") return kAnd;
  if (s == "<" || s == "<=" || s == ">" || s == ">=" || s == "==" || s == "!=") return kRelation;
  if (s == "+" || s == "-") return kSum;
  if (s == "*" || s == "/" || s == "%") return kProduct;
  return kNone;
}

std::uint16_t depth_over(const Node& child) { return static_cast<std::uint16_t>(child.depth + 1); }

// Words of other languages, and what they are here.
std::string_view meant_by(std::string_view word) {
  if (word == "and" || word == "AND") return "&&";
  if (word == "or" || word == "OR") return "||";
  if (word == "not" || word == "NOT") return "!";
  return "";
}

class Parser {
 public:
  Parser(const std::vector<Token>& tokens, std::size_t max_depth, Ast& ast, TextErrors& errors)
      : tokens_(tokens), max_depth_(max_depth), ast_(ast), errors_(errors) {}

  Node* run() {
    if (peek().kind == TokenKind::end) {
      fail(ErrorCode::empty_expression, peek().span, {"the expression is empty", "表达式为空"});
      return nullptr;
    }
    Node* root = expression();
    if (root != nullptr && peek().kind != TokenKind::end)
      return unexpected("an operator", "运算符");
    return failed_ ? nullptr : root;
  }

 private:
  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const Token& take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
  bool at_symbol(std::string_view symbol, std::size_t ahead = 0) const {
    return peek(ahead).kind == TokenKind::symbol && peek(ahead).text == symbol;
  }
  bool accept(std::string_view symbol) {
    const bool there = at_symbol(symbol);
    if (there) take();
    return there;
  }

  // Only the first error counts. Always null, so that callers can return it.
  Node* fail(ErrorCode code, Span where, Message message, std::string suggestion = {}) {
    if (!failed_) errors_.add(code, where, std::move(message), std::move(suggestion));
    failed_ = true;
    return nullptr;
  }

  Node* unexpected(std::string_view expected_en, std::string_view expected_zh) {
    const Token& t = peek();
    if (t.kind == TokenKind::end) {
      return fail(ErrorCode::syntax, t.span,
                  {fmt::format("the expression ends where {} is expected", expected_en),
                   fmt::format("表达式在此结束，缺少{}", expected_zh)});
    }
    const std::string shown = t.kind == TokenKind::string ? "\"...\"" : t.text;
    return fail(ErrorCode::syntax, t.span,
                {fmt::format("unexpected '{}': {} is expected here", shown, expected_en),
                 fmt::format("意外的“{}”：此处应为{}", shown, expected_zh)},
                std::string(meant_by(t.text)));
  }

  bool expect(std::string_view symbol) {
    if (accept(symbol)) return true;
    unexpected(fmt::format("'{}'", symbol), fmt::format("“{}”", symbol));
    return false;
  }

  Node* not_supported(Span where, std::string_view en, std::string_view zh, std::string hint = {}) {
    return fail(ErrorCode::not_supported, where,
                {fmt::format("{} not supported", en), fmt::format("不支持{}", zh)},
                std::move(hint));
  }

  // A node above its children; null if one of them is.
  Node* make(Node node) {
    for (const Node* child : node.children) {
      if (child == nullptr) return nullptr;
      node.depth = std::max(node.depth, depth_over(*child));
    }
    if (node.depth > kMaxTreeDepth) {
      return fail(ErrorCode::too_deep, node.span,
                  {fmt::format("more than {} operators in a row", kMaxTreeDepth),
                   fmt::format("连续的运算符超过 {} 个", kMaxTreeDepth)});
    }
    return ast_.add(std::move(node));
  }

  Node* literal(const Token& token, const Value& value) {
    Node node{.kind = NodeKind::literal, .span = token.span};
    node.value = OwnedValue(value);
    return make(std::move(node));
  }

  Node* expression() {
    if (nesting_++ > max_depth_) {
      return fail(ErrorCode::too_deep, peek().span,
                  {fmt::format("nested more than {} deep", max_depth_),
                   fmt::format("嵌套超过 {} 层", max_depth_)});
    }
    Node* node = conditional();
    --nesting_;
    return node;
  }

  Node* conditional() {
    Node* condition = binary(kOr);
    if (condition == nullptr || !accept("?")) return condition;
    Node* yes = binary(kOr);
    if (yes == nullptr || !expect(":")) return nullptr;
    Node* no = expression();
    if (no == nullptr) return nullptr;
    return make({.kind = NodeKind::conditional,
                 .span = {condition->span.begin, no->span.end},
                 .children = {condition, yes, no}});
  }

  // Operators of at least this precedence, all of them left-associative.
  Node* binary(int lowest) {
    Node* left = unary();
    while (left != nullptr && precedence_of(peek()) >= lowest) {
      const Token& op = take();
      Node* right = binary(precedence_of(op) + 1);
      left = right == nullptr ? nullptr : combine(left, op, right);
    }
    return left;
  }

  Node* combine(Node* left, const Token& op, Node* right) {
    const Span span{left->span.begin, right->span.end};
    const bool logical = op.text == "&&" || op.text == "||";
    const NodeKind kind = op.text == "&&"   ? NodeKind::logical_and
                          : op.text == "||" ? NodeKind::logical_or
                                            : NodeKind::call;
    if (logical && left->kind == kind && !left->grouped) {
      left->children.push_back(right);
      left->span = span;
      left->depth = std::max(left->depth, depth_over(*right));
      return left;
    }
    return make({.kind = kind,
                 .span = span,
                 .text_span = op.span,
                 .text = op.text == "in" ? std::string(kInOperator) : op.text,
                 .children = {left, right}});
  }

  // The signs are taken in a loop: a thousand of them must not recurse.
  Node* unary() {
    std::vector<const Token*> signs;
    while (at_symbol("!") || at_symbol("-")) signs.push_back(&take());
    const bool negative = !signs.empty() && signs.back()->text == "-" && number_follows();
    if (negative) signs.pop_back();
    Node* node = member(negative);
    for (; node != nullptr && !signs.empty(); signs.pop_back()) {
      const Token& sign = *signs.back();
      node = make({.kind = NodeKind::call,
                   .span = {sign.span.begin, node->span.end},
                   .text_span = sign.span,
                   .text = sign.text == "-" ? std::string(kNegation) : sign.text,
                   .children = {node}});
    }
    return node;
  }

  bool number_follows() const {
    return peek().kind == TokenKind::int_number || peek().kind == TokenKind::double_number;
  }

  Node* member(bool negative) {
    Node* node = primary(negative);
    while (node != nullptr) {
      if (accept(".")) {
        node = selection(node);
      } else if (at_symbol("[")) {
        node = indexing(node);
      } else if (at_symbol("{") && is_path(*node)) {
        return not_supported(peek().span, "message construction is", "构造消息");
      } else {
        return node;
      }
    }
    return nullptr;
  }

  static bool is_path(const Node& node) {
    return node.kind == NodeKind::name || node.kind == NodeKind::select;
  }

  Node* selection(Node* operand) {
    if (at_symbol("?"))
      return not_supported(peek().span, "optional syntax (.?) is", "可选语法 (.?)");
    const Token& field = peek();
    if (field.kind != TokenKind::identifier || is_keyword(field.text)) {
      return unexpected("a name after '.'", "“.”之后的名称");
    }
    take();
    Node node{.kind = NodeKind::select,
              .span = {operand->span.begin, field.span.end},
              .text_span = field.span,
              .text = field.text,
              .children = {operand}};
    if (at_symbol("(")) {
      node.kind = NodeKind::call;
      node.method = true;
      if (!arguments(node)) return nullptr;
    }
    return make(std::move(node));
  }

  Node* indexing(Node* operand) {
    take();
    if (at_symbol("?"))
      return not_supported(peek().span, "optional syntax ([?) is", "可选语法 ([?)");
    Node* index = expression();
    if (index == nullptr || !expect("]")) return nullptr;
    return make({.kind = NodeKind::index,
                 .span = {operand->span.begin, previous_end()},
                 .text = "[]",
                 .children = {operand, index}});
  }

  std::size_t previous_end() const { return tokens_[at_ - 1].span.end; }

  // "(" [Args] ")", appended to the node's children.
  bool arguments(Node& node) {
    take();
    if (!at_symbol(")") && !items(node, ")")) return false;
    if (!expect(")")) return false;
    node.span.end = previous_end();
    return true;
  }

  // One or more expressions with commas between them; a list may end with a comma.
  bool items(Node& node, std::string_view close) {
    do {
      if (close == "]" && at_symbol("]")) return true;
      Node* item = expression();
      if (item == nullptr) return false;
      node.children.push_back(item);
    } while (accept(","));
    return true;
  }

  Node* primary(bool negative) {
    const Token& token = peek();
    switch (token.kind) {
      case TokenKind::int_number: return integer(take(), negative);
      case TokenKind::uint_number: return literal(token, Value::uint64(take().integer));
      case TokenKind::double_number: {
        take();
        Node* node = literal(token, Value::float64(negative ? -token.number : token.number));
        return widened(node, negative);
      }
      case TokenKind::string: return literal(token, Value::string(take().text));
      case TokenKind::identifier: return word();
      case TokenKind::symbol: return bracket();
      case TokenKind::end: break;
    }
    return unexpected("a value", "值");
  }

  Node* integer(const Token& token, bool negative) {
    constexpr std::uint64_t kMinMagnitude = std::uint64_t{1} << 63;
    if (token.integer > kMinMagnitude - (negative ? 0 : 1)) {
      return fail(ErrorCode::bad_number, token.span,
                  {fmt::format("{} does not fit in an int; a uint is written with a u", token.text),
                   fmt::format("{} 超出 int 的范围；uint 需加后缀 u", token.text)},
                  negative ? std::string() : token.text + "u");
    }
    const std::uint64_t bits = negative ? ~token.integer + 1 : token.integer;
    return widened(literal(token, Value::int64(static_cast<std::int64_t>(bits))), negative);
  }

  // Over the minus sign before it.
  Node* widened(Node* node, bool negative) {
    if (node != nullptr && negative) node->span.begin = tokens_[at_ - 2].span.begin;
    return node;
  }

  Node* word() {
    const Token& token = peek();
    if (token.text == "true" || token.text == "false") {
      return literal(token, Value::boolean(take().text == "true"));
    }
    if (token.text == "null") {
      return not_supported(token.span, "null is", " null", "has(e.field)");
    }
    if (token.text == "in") return unexpected("a value", "值");
    if (is_reserved(token.text)) {
      return fail(ErrorCode::syntax, token.span,
                  {fmt::format("'{}' is a reserved word", token.text),
                   fmt::format("“{}”是保留字", token.text)});
    }
    return named(token.span.begin, false);
  }

  // A name or a function call.
  Node* named(std::size_t begin, bool rooted) {
    const Token& token = take();
    Node node{.kind = NodeKind::name,
              .rooted = rooted,
              .span = {begin, token.span.end},
              .text_span = token.span,
              .text = token.text};
    if (at_symbol("(")) {
      node.kind = NodeKind::call;
      if (!arguments(node)) return nullptr;
    }
    return make(std::move(node));
  }

  Node* bracket() {
    const Token& open = peek();
    if (open.text == "(") return parenthesized();
    if (open.text == "[") return list();
    if (open.text == "{") return not_supported(open.span, "maps are", "映射（map）");
    if (open.text == "." && peek(1).kind == TokenKind::identifier && !is_keyword(peek(1).text)) {
      take();
      return named(open.span.begin, true);
    }
    return unexpected("a value", "值");
  }

  Node* parenthesized() {
    const std::size_t begin = take().span.begin;
    Node* inner = expression();
    if (inner == nullptr || !expect(")")) return nullptr;
    inner->span = {begin, previous_end()};
    inner->grouped = true;
    return inner;
  }

  Node* list() {
    Node node{.kind = NodeKind::list, .span = take().span};
    if (at_symbol("?"))
      return not_supported(peek().span, "optional syntax ([?) is", "可选语法 ([?)");
    if (!items(node, "]") || !expect("]")) return nullptr;
    node.span.end = previous_end();
    return make(std::move(node));
  }

  const std::vector<Token>& tokens_;
  std::size_t max_depth_;
  Ast& ast_;
  TextErrors& errors_;
  std::size_t at_ = 0;
  std::size_t nesting_ = 0;
  bool failed_ = false;
};

}  // namespace

Node* parse(const std::vector<Token>& tokens, std::size_t max_depth, Ast& ast, TextErrors& errors) {
  return Parser(tokens, max_depth, ast, errors).run();
}

}  // namespace tocsin::cel
