#include "rules/cel/lexer.h"

#include <fmt/format.h>

#include <charconv>

#include "rules/cel/escapes.h"
#include "rules/cel/number_text.h"

namespace tocsin::cel {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_word_start(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_word_start(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

// Longer ones first.
constexpr std::string_view kSymbols[] = {"&&", "||", "==", "!=", "<=", ">=", "<", ">",
                                         "+",  "-",  "*",  "/",  "%",  "!",  "?", ":",
                                         ".",  ",",  "(",  ")",  "[",  "]",  "{", "}"};

// What people used to other languages write, and what it is here.
std::string_view meant_by(char c) {
  switch (c) {
    case '=': return "==";
    case '&': return "&&";
    case '|': return "||";
    default: return "";
  }
}

class Lexer {
 public:
  Lexer(std::string_view source, TextErrors& errors) : source_(source), errors_(errors) {}

  std::vector<Token> run() {
    for (skip_blank(); at_ < source_.size(); skip_blank()) next();
    tokens_.push_back({.kind = TokenKind::end, .span = {source_.size(), source_.size()}});
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  void skip_blank() {
    while (at_ < source_.size()) {
      if (is_space(peek())) {
        ++at_;
      } else if (peek() == '/' && peek(1) == '/') {
        at_ = std::min(source_.find('\n', at_), source_.size());
      } else {
        return;
      }
    }
  }

  void next() {
    if (quoted()) return;
    if (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) return number();
    if (is_word_start(peek())) return word();
    for (const std::string_view symbol : kSymbols) {
      if (source_.substr(at_).starts_with(symbol)) return push(TokenKind::symbol, symbol.size());
    }
    unexpected();
  }

  void push(TokenKind kind, std::size_t length) {
    tokens_.push_back({.kind = kind,
                       .span = {at_, at_ + length},
                       .text = std::string(source_.substr(at_, length))});
    at_ += length;
  }

  void word() {
    std::size_t length = 1;
    while (is_word(peek(length))) ++length;
    push(TokenKind::identifier, length);
  }

  // A string with its prefix, if one starts here.
  bool quoted() {
    std::size_t prefix = 0;
    bool raw = false;
    bool bytes = false;
    for (; prefix < 2; ++prefix) {
      const char c = peek(prefix);
      if ((c == 'r' || c == 'R') && !raw) {
        raw = true;
      } else if ((c == 'b' || c == 'B') && !bytes) {
        bytes = true;
      } else {
        break;
      }
    }
    if (peek(prefix) != '"' && peek(prefix) != '\'') return false;
    string(prefix, raw, bytes);
    return true;
  }

  void string(std::size_t prefix, bool raw, bool bytes) {
    const std::size_t begin = at_;
    const char quote = peek(prefix);
    const bool triple = peek(prefix + 1) == quote && peek(prefix + 2) == quote;
    const std::size_t body = begin + prefix + (triple ? 3 : 1);
    const std::size_t end = closing_quote(body, quote, triple, raw);
    if (end == std::string_view::npos) return unterminated(begin);
    at_ = end + (triple ? 3 : 1);
    if (bytes) return bytes_literal({begin, at_});
    const std::string_view text = source_.substr(body, end - body);
    tokens_.push_back({.kind = TokenKind::string,
                       .span = {begin, at_},
                       .text = raw ? std::string(text) : decode_escapes(text, body, errors_)});
  }

  // Where the closing quote starts; npos if the literal does not end.
  std::size_t closing_quote(std::size_t from, char quote, bool triple, bool raw) const {
    const std::string close(triple ? 3 : 1, quote);
    for (std::size_t i = from; i < source_.size(); ++i) {
      if (source_.substr(i).starts_with(close)) return i;
      if (!triple && (source_[i] == '\n' || source_[i] == '\r')) return std::string_view::npos;
      if (!raw && source_[i] == '\\') ++i;
    }
    return std::string_view::npos;
  }

  void unterminated(std::size_t begin) {
    const std::size_t end = std::min(source_.find('\n', begin), source_.size());
    errors_.add(ErrorCode::unterminated_string, {begin, end},
                {"the string is not closed", "字符串没有结束引号"});
    at_ = end;
  }

  void bytes_literal(Span span) {
    errors_.add(ErrorCode::not_supported, span,
                {"bytes literals are not supported; use a string without the b",
                 "不支持 bytes 字面量；请去掉 b，使用字符串"});
  }

  void number() {
    const std::size_t begin = at_;
    Token token;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X') && is_hex(peek(2))) {
      at_ += 2;
      while (is_hex(peek())) ++at_;
      integer(token, begin + 2, 16);
    } else {
      if (digits_are_double()) {
        real(token, begin);
      } else {
        integer(token, begin, 10);
      }
    }
    if (is_word(peek())) return number_runs_on(begin);
    token.span = {begin, at_};
    token.text = std::string(source_.substr(begin, at_ - begin));
    tokens_.push_back(std::move(token));
  }

  // Walks over the digits; true if there was a fraction or an exponent.
  bool digits_are_double() {
    const auto digits = [this] {
      while (is_digit(peek())) ++at_;
    };
    bool real = false;
    digits();
    if (peek() == '.' && is_digit(peek(1))) {
      real = true;
      ++at_;
      digits();
    }
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if ((peek() == 'e' || peek() == 'E') && is_digit(peek(1 + sign))) {
      real = true;
      at_ += 1 + sign;
      digits();
    }
    return real;
  }

  void integer(Token& token, std::size_t digits, int base) {
    const auto read =
        std::from_chars(source_.data() + digits, source_.data() + at_, token.integer, base);
    if (read.ec != std::errc{}) out_of_range(digits);
    token.kind = TokenKind::int_number;
    if (peek() == 'u' || peek() == 'U') {
      token.kind = TokenKind::uint_number;
      ++at_;
    }
  }

  void real(Token& token, std::size_t begin) {
    token.kind = TokenKind::double_number;
    const auto value = parse_magnitude(source_.substr(begin, at_ - begin));
    if (!value) out_of_range(begin);
    token.number = value.value_or(0);
  }

  void out_of_range(std::size_t begin) {
    errors_.add(ErrorCode::bad_number, {begin, at_},
                {"the number does not fit in 64 bits", "数值超出 64 位的范围"});
  }

  void number_runs_on(std::size_t begin) {
    while (is_word(peek())) ++at_;
    const std::string text(source_.substr(begin, at_ - begin));
    const bool duration = std::string_view("hms").find(text.back()) != std::string_view::npos;
    std::string hint = duration ? fmt::format("duration(\"{}\")", text) : std::string();
    errors_.add(ErrorCode::bad_number, {begin, at_},
                {fmt::format("'{}' is not a number", text), fmt::format("“{}”不是数值", text)},
                std::move(hint));
  }

  void unexpected() {
    if (peek() == '`') return quoted_identifier();
    std::size_t length = 1;
    while (at_ + length < source_.size() && (source_[at_ + length] & 0xC0) == 0x80) ++length;
    const std::string text(source_.substr(at_, length));
    const auto first = static_cast<unsigned char>(text[0]);
    const bool printable = first >= 0x20 && first != 0x7F;
    const std::string shown =
        printable ? fmt::format("'{}'", text) : fmt::format("U+{:04X}", unsigned{first});
    errors_.add(
        ErrorCode::unexpected_character, {at_, at_ + length},
        {fmt::format("unexpected character {}", shown), fmt::format("意外的字符 {}", shown)},
        std::string(meant_by(text[0])));
    at_ += length;
  }

  void quoted_identifier() {
    const std::size_t close = source_.find('`', at_ + 1);
    const std::size_t end = close == std::string_view::npos ? source_.size() : close + 1;
    errors_.add(ErrorCode::not_supported, {at_, end},
                {"quoted identifiers are not supported", "不支持带反引号的标识符"});
    at_ = end;
  }

  std::string_view source_;
  TextErrors& errors_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

// Length of the valid sequence at the start of `text`; 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool bad = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ||
                   (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F);
  return bad ? 0 : length;
}

}  // namespace

std::vector<Token> tokenize(std::string_view source, TextErrors& errors) {
  return Lexer(source, errors).run();
}

std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = sequence_length(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

}  // namespace tocsin::cel
