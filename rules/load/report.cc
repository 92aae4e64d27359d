#include "rules/load/report.h"

#include <algorithm>
#include <tuple>

namespace tocsin::yaml {
namespace {

// Replaces {0}..{9}.
std::string fill(std::string_view text, std::initializer_list<Words> words,
                 std::string Words::*language) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hole = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' &&
                      text[i + 1] >= '0' && text[i + 1] <= '9';
    if (!hole) {
      out += text[i];
      continue;
    }
    const auto index = static_cast<std::size_t>(text[i + 1] - '0');
    if (index < words.size()) out += (words.begin() + index)->*language;
    i += 2;
  }
  return out;
}

}  // namespace

Diagnostic& Report::add(const CodeInfo& code, Span where, std::initializer_list<Words> words,
                        std::string suggestion) {
  Diagnostic d;
  d.code = code.code;
  d.level = code.code.starts_with('W') ? DiagnosticLevel::warning : DiagnosticLevel::error;
  d.message_en = fill(code.en, words, &Words::en);
  d.message_zh = fill(code.zh, words, &Words::zh);
  d.next_step_en = fill(code.next_en, words, &Words::en);
  d.next_step_zh = fill(code.next_zh, words, &Words::zh);
  d.suggestion = std::move(suggestion);
  return add(std::move(d), where);
}

Diagnostic& Report::add(Diagnostic texts, Span where) {
  const bool closing = texts.code == info(Code::yaml_too_many).code;
  if (all_.size() >= kMaxPerFile && !closing) {
    const bool first = all_.size() == kMaxPerFile;
    if (first) add(Code::yaml_too_many, where, {std::to_string(kMaxPerFile)});
    // As grave as the gravest that is not listed.
    const bool error = texts.level == DiagnosticLevel::error;
    if (first || error) all_.back().level = texts.level;
    return surplus_;
  }
  const Position begin = source_.position(where.begin);
  const Position end = source_.position(where.end);
  texts.file = source_.name();
  texts.line = begin.line;
  texts.col = begin.col;
  const std::string_view line = source_.line(begin.line);
  if (line.size() <= kMaxShownLine) texts.source_line = line;
  const std::size_t line_end = count_code_points(line) + 1;
  texts.end_col = std::max(begin.line == end.line ? end.col : line_end, begin.col);
  all_.push_back(std::move(texts));
  return all_.back();
}

Diagnostics Report::take() {
  std::ranges::stable_sort(all_, {}, [](const Diagnostic& d) { return std::tuple(d.line, d.col); });
  return std::exchange(all_, {});
}

}  // namespace tocsin::yaml
