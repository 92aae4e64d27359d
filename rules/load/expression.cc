#include "rules/load/expression.h"

#include <algorithm>

#include "rules/cel/cel.h"

namespace tocsin::rules {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_letter(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Walks over an expression as its lexer would, just far enough to tell names from text and numbers.
class NameFinder {
 public:
  explicit NameFinder(std::string_view text) : text_(text) {}

  std::vector<NameUse> find() {
    while (at_ < text_.size()) step();
    return std::move(names_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void step() {
    const std::size_t prefix = string_prefix();
    if (peek(prefix) == '"' || peek(prefix) == '\'') {
      skip_string(prefix);
    } else if (text_.substr(at_).starts_with("//")) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (is_digit(peek())) {
      while (is_word(peek()) || (peek() == '.' && is_digit(peek(1)))) ++at_;
    } else if (is_letter(peek())) {
      read_name();
    } else if (peek() == '.') {
      ++at_;
      skip_space();
      while (is_word(peek())) ++at_;  // a member of what stands before
    } else {
      ++at_;
    }
  }

  // r, b, rb, br before a quote; 0 where there is none.
  std::size_t string_prefix() const {
    const auto is_prefix = [](char c) { return c == 'r' || c == 'R' || c == 'b' || c == 'B'; };
    std::size_t n = 0;
    while (n < 2 && is_prefix(peek(n))) ++n;
    return peek(n) == '"' || peek(n) == '\'' ? n : 0;
  }

  void skip_string(std::size_t prefix) {
    const bool raw = text_.substr(at_, prefix).find_first_of("rR") != std::string_view::npos;
    at_ += prefix;
    const std::string_view triple = text_.substr(at_, 3);
    const bool long_form = triple == R"(""")" || triple == "'''";
    const std::string close(long_form ? 3 : 1, peek());
    at_ += close.size();
    while (at_ < text_.size() && !text_.substr(at_).starts_with(close)) {
      at_ += !raw && peek() == '\\' ? 2 : 1;
    }
    at_ = std::min(at_ + close.size(), text_.size());
  }

  void skip_space() {
    while (is_space(peek())) ++at_;
  }

  void read_name() {
    NameUse name;
    name.begin = at_;
    while (true) {
      while (is_word(peek())) ++at_;
      name.end = at_;
      if (peek() != '.' || !is_letter(peek(1))) break;
      ++at_;
    }
    name.path = text_.substr(name.begin, name.end - name.begin);
    skip_space();
    name.call = peek() == '(';
    names_.push_back(name);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<NameUse> names_;
};

// More bytes than the longest expression can have.
constexpr std::size_t kMaxExpandedBytes = 4 * cel::CompileLimits{}.max_length;

// The byte where code point `n` begins.
std::size_t byte_of(std::string_view text, std::size_t n) {
  std::size_t at = 0;
  const auto continues = [&] { return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80; };
  for (; n > 0 && at < text.size(); --n) {
    ++at;
    while (at < text.size() && continues()) ++at;
  }
  return at;
}

}  // namespace

Expression Expression::part(std::size_t begin, std::size_t end) const {
  const auto at = [&](std::size_t i) { return offsets.begin() + static_cast<std::ptrdiff_t>(i); };
  return {text.substr(begin, end - begin), {at(begin), at(end) + 1}, {}};
}

yaml::Span Expression::span(std::size_t begin, std::size_t end) const {
  const std::size_t first = byte_of(text, begin);
  std::size_t last = std::max(byte_of(text, end), first);
  while (last + 1 < offsets.size() && offsets[last] <= offsets[first]) ++last;
  return {offsets[first], std::max(offsets[last], offsets[first] + 1)};
}

std::string_view Expression::text_at(std::size_t begin, std::size_t end) const {
  const std::size_t first = byte_of(text, begin);
  const std::size_t last = std::max(byte_of(text, end), first);
  return std::string_view(text).substr(first, last - first);
}

std::string_view Expression::condition_at(std::size_t at) const {
  const std::size_t byte = byte_of(text, at);
  for (const Inserted& i : inserted) {
    if (byte >= i.begin && byte < i.end) return i.name;
  }
  return {};
}

Expression expression_of(const yaml::Node& scalar, const yaml::SourceText& source) {
  std::vector<std::size_t> offsets =
      text_offsets(source.text(), scalar.span.begin, scalar.style, scalar.text);
  const bool quoted = scalar.style == yaml::ScalarStyle::single_quoted ||
                      scalar.style == yaml::ScalarStyle::double_quoted;
  if (quoted) --offsets.back();  // the text ends before its closing quote
  return {scalar.text, std::move(offsets), {}};
}

std::vector<NameUse> names_in(std::string_view expression) { return NameFinder(expression).find(); }

Expression with_conditions(Expression expression,
                           std::map<std::string, Condition, std::less<>>& conditions) {
  Expression out;
  std::size_t done = 0;
  const auto copy = [&](std::size_t end) {
    out.text += expression.text.substr(done, end - done);
    for (; done < end; ++done) out.offsets.push_back(expression.offsets[done]);
  };
  for (const NameUse& name : names_in(expression.text)) {
    if (out.text.size() > kMaxExpandedBytes) break;  // too long to compile, however it goes on
    const auto condition = conditions.find(name.path);
    if (condition == conditions.end() || name.call) continue;
    condition->second.used = true;
    copy(name.begin);
    const std::string inserted = "(" + condition->second.expression->text + ")";
    out.inserted.push_back({out.text.size(), out.text.size() + inserted.size(), condition->first});
    out.text += inserted;
    out.offsets.insert(out.offsets.end(), inserted.size(), expression.offsets[name.begin]);
    done = name.end;
  }
  if (out.inserted.empty()) return expression;
  copy(expression.text.size());
  out.offsets.push_back(expression.offsets.back());
  return out;
}

}  // namespace tocsin::rules
