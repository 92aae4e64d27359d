#include "rules/cel/cel.h"

#include <fmt/format.h>

#include "core/check.h"
#include "core/diagnostic.h"
#include "rules/cel/checker.h"
#include "rules/cel/compiler.h"
#include "rules/cel/contradiction.h"
#include "rules/cel/folder.h"
#include "rules/cel/lexer.h"
#include "rules/cel/machine.h"
#include "rules/cel/parser.h"
#include "rules/cel/program_code.h"

namespace tocsin::cel {
namespace {

// The first byte after `count` code points.
std::size_t byte_of_code_point(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if ((text[at] & 0xC0) != 0x80 && count-- == 0) break;
  }
  return at;
}

bool is_readable(std::string_view source, const CompileLimits& limits, TextErrors& errors) {
  const std::size_t valid = valid_utf8_prefix(source);
  if (valid < source.size()) {
    errors.add(ErrorCode::invalid_utf8, {valid, valid + 1},
               {"the text is not valid UTF-8", "文本不是有效的 UTF-8"});
    return false;
  }
  if (const std::size_t nul = source.find('\0'); nul < source.size()) {
    errors.add(ErrorCode::unexpected_character, {nul, nul + 1},
               {"unexpected character U+0000", "意外的字符 U+0000"});
    return false;
  }
  const std::size_t length = count_code_points(source);
  if (length <= limits.max_length) return true;
  errors.add(
      ErrorCode::too_long, {byte_of_code_point(source, limits.max_length), source.size()},
      {fmt::format("the expression has {} characters; the limit is {}", length, limits.max_length),
       fmt::format("表达式有 {} 个字符，上限 {}", length, limits.max_length)});
  return false;
}

void check_size(const Bytecode& code, const CompileLimits& limits, Span whole, TextErrors& errors) {
  // The handlers' indexes are 16 bits wide; only raised limits let a source reach that.
  if (code.cost > limits.max_cost || code.handlers.size() >= kNoHandler) {
    errors.add(ErrorCode::too_costly, whole,
               {fmt::format("the expression may take {} steps; the limit is {}", code.cost,
                            limits.max_cost),
                fmt::format("表达式最多可能执行 {} 步，上限 {}", code.cost, limits.max_cost)});
  }
  if (code.stack > kMaxStack) {
    errors.add(ErrorCode::needs_too_much_stack, whole,
               {fmt::format("the expression needs {} values at once; the limit is {}", code.stack,
                            kMaxStack),
                fmt::format("表达式同时需要 {} 个值，上限 {}", code.stack, kMaxStack)});
  }
}

// From bytes to code points.
void place(Branches& branches, std::string_view source) {
  for (Branch& branch : branches) {
    branch.text = source.substr(branch.begin, branch.end - branch.begin);
    branch.end = count_code_points(source.substr(0, branch.end));
    branch.begin = count_code_points(source.substr(0, branch.begin));
  }
}

}  // namespace

std::string to_string(Type type) {
  if (type.kind != ValueKind::list) return std::string(to_string(type.kind));
  if (type.element == ValueKind::unset) return "list";
  return fmt::format("list({})", to_string(type.element));
}

std::string_view to_string(EvalError error) {
  switch (error) {
    case EvalError::overflow: return "overflow";
    case EvalError::division_by_zero: return "division_by_zero";
    case EvalError::bad_conversion: return "bad_conversion";
    case EvalError::bad_time_zone: return "bad_time_zone";
    case EvalError::no_such_field: return "no_such_field";
    case EvalError::index_out_of_range: return "index_out_of_range";
    case EvalError::too_long: return "too_long";
    case EvalError::host: return "host";
  }
  return "none";
}

Scratch::Scratch(std::size_t stack, std::size_t arena_bytes)
    : memory_(std::make_unique<Memory>(stack, arena_bytes)) {}
Scratch::~Scratch() = default;
Scratch::Scratch(Scratch&&) noexcept = default;
Scratch& Scratch::operator=(Scratch&&) noexcept = default;

Program::Program() = default;
Program::~Program() = default;
Program::Program(const Program&) = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(const Program&) = default;
Program& Program::operator=(Program&&) noexcept = default;

bool Program::is_never_true() const { return code_->never_true; }
const std::string& Program::source() const { return code_->source; }
Type Program::type() const { return code_->type; }
std::size_t Program::cost() const { return code_->cost; }
const std::vector<std::pair<std::string, Input>>& Program::reads() const { return code_->reads; }
bool Program::is_field() const {
  return code_->instrs.size() == 2 && code_->instrs.front().op == Op::input;
}

Outcome Program::eval(Frames frames, Scratch& scratch, const Host* host) const {
  TOCSIN_CHECK(!empty());
  return Machine::run(*code_, frames, scratch, host);
}

Compiled compile(std::string_view source, const Scope& scope, std::optional<Type> expected,
                 const CompileLimits& limits, std::shared_ptr<Branches> watched) {
  TextErrors errors(source);
  if (!is_readable(source, limits, errors)) return {{}, errors.take()};
  const std::vector<Token> tokens = tokenize(source, errors);
  if (!errors.empty()) return {{}, errors.take()};
  Ast ast;
  Node* root = parse(tokens, limits.max_depth, ast, errors);
  if (root == nullptr) return {{}, errors.take()};
  Bytecode code;
  code.source = source;
  code.watched = std::move(watched);
  check(*root, scope, expected, limits, code, errors);
  if (!errors.empty()) return {{}, errors.take()};
  fold(*root, code);
  code.never_true = is_never_true(*root);
  Compiler(limits, code).compile(*root);
  check_size(code, limits, root->span, errors);
  if (!errors.empty()) return {{}, errors.take()};
  if (code.watched) place(*code.watched, source);
  return {Compiler::program_of(std::move(code)), {}};
}

}  // namespace tocsin::cel
