#pragma once
/// SourceText: one file's text and where its lines begin. Turns byte offsets into what people
/// count: lines from 1, columns in code points from 1. A byte order mark at the start is left out.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::yaml {

/// Bytes [begin, end) of a SourceText.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Position {
  std::size_t line = 1;
  std::size_t col = 1;
};

class SourceText {
 public:
  SourceText(std::string name, std::string text);

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  std::string_view text(Span span) const {
    return text().substr(span.begin, span.end - span.begin);
  }
  Position position(std::size_t offset) const;
  /// Without its line break. Requires: number from 1.
  std::string_view line(std::size_t number) const;
  std::size_t line_begin(std::size_t number) const { return line_begins_[number - 1]; }
  std::size_t lines() const { return line_begins_.size(); }

 private:
  std::string name_;
  std::string text_;
  std::vector<std::size_t> line_begins_;
};

}  // namespace tocsin::yaml
