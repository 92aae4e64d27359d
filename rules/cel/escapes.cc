#include "rules/cel/escapes.h"

#include <fmt/format.h>

#include <charconv>

#include "rules/cel/lexer.h"

namespace tocsin::cel {
namespace {

constexpr std::string_view kSimple = "abfnrtv\\?\"'`";
constexpr std::string_view kSimpleValues = "\a\b\f\n\r\t\v\\?\"'`";

bool is_scalar_value(std::uint32_t c) { return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF); }

struct Coded {
  std::size_t skip;    // characters before the digits, after the backslash
  std::size_t digits;  // exactly so many
  int base;
};

std::optional<Coded> coded_escape(char letter) {
  switch (letter) {
    case 'x':
    case 'X': return Coded{1, 2, 16};
    case 'u': return Coded{1, 4, 16};
    case 'U': return Coded{1, 8, 16};
    case '0':
    case '1':
    case '2':
    case '3': return Coded{0, 3, 8};
    default: return std::nullopt;
  }
}

class Decoder {
 public:
  Decoder(std::string_view body, std::size_t offset, TextErrors& errors)
      : body_(body), offset_(offset), errors_(errors) {}

  std::string decode() {
    while (at_ < body_.size()) {
      const std::size_t backslash = std::min(body_.find('\\', at_), body_.size());
      out_ += body_.substr(at_, backslash - at_);
      at_ = backslash;
      if (at_ < body_.size()) escape();
    }
    return std::move(out_);
  }

 private:
  void escape() {
    const char letter = at_ + 1 < body_.size() ? body_[at_ + 1] : '\0';
    if (const std::size_t i = kSimple.find(letter); letter != '\0' && i != std::string_view::npos) {
      out_ += kSimpleValues[i];
      at_ += 2;
    } else if (const auto coded = coded_escape(letter)) {
      code_point(*coded);
    } else {
      bad(2);
    }
  }

  void code_point(const Coded& coded) {
    const std::string_view digits = body_.substr(at_ + 1 + coded.skip).substr(0, coded.digits);
    std::uint32_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, coded.base);
    const bool whole = digits.size() == coded.digits && read.ec == std::errc{} && read.ptr == end;
    const std::size_t length = 1 + coded.skip + coded.digits;
    if (!whole || !is_scalar_value(value)) return bad(length);
    append_utf8(value, out_);
    at_ += length;
  }

  // Marks at most `length` bytes, ending between characters.
  void bad(std::size_t length) {
    std::size_t end = std::min(at_ + length, body_.size());
    while (end < body_.size() && (body_[end] & 0xC0) == 0x80) ++end;
    const std::string text(body_.substr(at_, end - at_));
    errors_.add(
        ErrorCode::bad_escape, {offset_ + at_, offset_ + end},
        {fmt::format("'{}' is not an escape sequence; a backslash is written \\\\, "
                     "and r\"...\" takes every character as it is",
                     text),
         fmt::format("“{}”不是转义序列；反斜杠写作 \\\\，r\"...\" 按原样读取所有字符", text)});
    at_ = end;
  }

  std::string_view body_;
  std::size_t offset_;
  TextErrors& errors_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

void append_utf8(char32_t c, std::string& out) {
  const auto push = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return push(c);
  if (c < 0x800) {
    push(0xC0 | c >> 6);
  } else {
    if (c < 0x10000) {
      push(0xE0 | c >> 12);
    } else {
      push(0xF0 | c >> 18);
      push(0x80 | (c >> 12 & 0x3F));
    }
    push(0x80 | (c >> 6 & 0x3F));
  }
  push(0x80 | (c & 0x3F));
}

std::string decode_escapes(std::string_view body, std::size_t offset, TextErrors& errors) {
  return Decoder(body, offset, errors).decode();
}

}  // namespace tocsin::cel
