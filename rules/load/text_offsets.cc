// Finds the characters of a scalar's text in the source again: the parser unquotes, unescapes and
// folds without saying from where.
#include "rules/load/strict_yaml.h"

namespace tocsin::yaml {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

class Walk {
 public:
  Walk(std::string_view source, std::size_t begin, ScalarStyle style)
      : source_(source), at_(begin), style_(style) {
    if (style == ScalarStyle::single_quoted || style == ScalarStyle::double_quoted) ++at_;
    if (style == ScalarStyle::literal || style == ScalarStyle::folded) skip_header();
  }

  // Where the next byte of the text comes from.
  std::size_t next(char c, bool continues) {
    if (pending_ > 0 && continues) return here_;  // further bytes of an escaped code point
    pending_ = 0;
    skip_line_continuation();
    if (is_space(c)) return space(c);
    while (at_ < source_.size() && is_space(source_[at_])) ++at_;
    skip_line_continuation();
    here_ = at_;
    if (is_escape()) {
      pending_ = 1;
      at_ += escape_length();
    } else {
      at_ += style_ == ScalarStyle::single_quoted && c == '\'' ? 2 : 1;
    }
    return here_;
  }

  // Behind the closing quote, or behind the last character.
  std::size_t end() {
    const bool quoted =
        style_ == ScalarStyle::single_quoted || style_ == ScalarStyle::double_quoted;
    if (!quoted) return std::min(at_, source_.size());
    skip_line_continuation();
    while (at_ < source_.size() && is_space(source_[at_])) ++at_;
    return std::min(at_ + 1, source_.size());
  }

 private:
  void skip_header() {
    while (at_ < source_.size() && source_[at_] != '\n') ++at_;
    ++at_;
  }

  bool is_escape() const {
    return style_ == ScalarStyle::double_quoted && at_ < source_.size() && source_[at_] == '\\';
  }

  // A backslash at the end of a line joins it with the next.
  void skip_line_continuation() {
    while (is_escape() && at_ + 1 < source_.size() &&
           (source_[at_ + 1] == '\n' || source_[at_ + 1] == '\r')) {
      ++at_;
      while (at_ < source_.size() && is_space(source_[at_])) ++at_;
    }
  }

  std::size_t escape_length() const {
    switch (at_ + 1 < source_.size() ? source_[at_ + 1] : ' ') {
      case 'x': return 4;
      case 'u': return 6;
      case 'U': return 10;
      default: return 2;
    }
  }

  // A space of the text stands for one character, an escape, or folded lines, which the next
  // visible character skips.
  std::size_t space(char c) {
    here_ = at_;
    if (is_escape()) {
      at_ += escape_length();
    } else if (at_ < source_.size() && source_[at_] == c) {
      ++at_;
    }
    return here_;
  }

  std::string_view source_;
  std::size_t at_;
  ScalarStyle style_;
  std::size_t here_ = 0;
  int pending_ = 0;
};

}  // namespace

std::vector<std::size_t> text_offsets(std::string_view source, std::size_t begin, ScalarStyle style,
                                      std::string_view text) {
  Walk walk(source, begin, style);
  std::vector<std::size_t> offsets;
  offsets.reserve(text.size() + 1);
  for (const char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xc0) == 0x80;
    offsets.push_back(std::min(walk.next(c, continues), source.size()));
  }
  offsets.push_back(walk.end());
  return offsets;
}

}  // namespace tocsin::yaml
