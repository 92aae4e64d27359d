#include "core/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tocsin {
namespace {

char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Optimal string alignment: insert, delete, replace, swap of neighbours.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, previous(b.size() + 1), current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = fold(a[i - 1]) == fold(b[j - 1]);
      current[j] =
          std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0 : 1)});
      const bool swapped =
          i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1]);
      if (swapped) current[j] = std::min(current[j], before[j - 2] + 1);
    }
    before = previous;
    std::swap(previous, current);
  }
  return previous[b.size()];
}

std::size_t tolerance(std::size_t length) { return length <= 4 ? 1 : length <= 8 ? 2 : 3; }

// Bytes of the code point that begins with `lead`.
std::size_t length_of(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

// A caret under `col`; tabs are kept so that it stays under its column, wide characters count two.
std::string caret_line(const Diagnostic& d) {
  std::string pad;
  std::size_t column = 1;
  std::size_t marks = 0;
  const std::size_t end = std::max(d.end_col, d.col + 1);
  for (std::size_t i = 0; i < d.source_line.size() && column < end;) {
    const char lead = d.source_line[i];
    const std::size_t bytes = length_of(lead);
    const std::size_t width = bytes >= 3 ? 2 : 1;
    if (column < d.col) {
      pad += lead == '\t' ? std::string("\t") : std::string(width, ' ');
    } else {
      marks += width;
    }
    i += bytes;
    ++column;
  }
  if (column < d.col) pad.append(d.col - column, ' ');
  return pad + "^" + std::string(marks > 1 ? marks - 1 : 0, '~');
}

// Of a long line, what stands around the mark.
Diagnostic with_short_line(Diagnostic d) {
  constexpr std::size_t kWidth = 160;
  constexpr std::size_t kBefore = 60;
  if (count_code_points(d.source_line) <= kWidth) return d;
  const std::size_t skipped = d.col > kBefore ? d.col - kBefore : 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < skipped && begin < d.source_line.size(); ++i)
    begin += length_of(d.source_line[begin]);
  std::size_t end = begin;
  for (std::size_t i = 0; i < kWidth && end < d.source_line.size(); ++i)
    end += length_of(d.source_line[end]);
  end = std::min(end, d.source_line.size());
  const std::string_view ahead = skipped > 0 ? "..." : "";
  const std::string_view behind = end < d.source_line.size() ? "..." : "";
  d.source_line = fmt::format("{}{}{}", ahead, d.source_line.substr(begin, end - begin), behind);
  d.col = d.col - skipped + ahead.size();
  d.end_col = std::min(d.end_col - std::min(d.end_col, skipped) + ahead.size(),
                       kWidth + ahead.size() + 1);
  return d;
}

}  // namespace

bool has_errors(const Diagnostics& all) {
  return std::ranges::any_of(all,
                             [](const Diagnostic& d) { return d.level == DiagnosticLevel::error; });
}

std::string render(const Diagnostic& d, Language language, bool color) {
  const bool zh = language == Language::zh;
  const bool error = d.level == DiagnosticLevel::error;
  const char* word = error ? (zh ? "错误" : "error") : (zh ? "警告" : "warning");
  const char* paint = !color ? "" : error ? "\033[1;31m" : "\033[1;33m";
  const char* plain = color ? "\033[0m" : "";
  std::string text = d.file;
  if (d.line > 0) text += fmt::format(":{}:{}", d.line, d.col);
  text += fmt::format(": {}{} {}{}: {}\n", paint, word, d.code, plain,
                      zh && !d.message_zh.empty() ? d.message_zh : d.message_en);
  if (!d.source_line.empty()) {
    const Diagnostic shown = with_short_line(d);
    text += fmt::format("  {}\n  {}{}{}\n", shown.source_line, paint, caret_line(shown), plain);
  }
  if (!d.suggestion.empty()) {
    text += zh ? fmt::format("  是否想写 '{}'？\n", d.suggestion)
               : fmt::format("  did you mean '{}'?\n", d.suggestion);
  }
  const std::string& next = zh && !d.next_step_zh.empty() ? d.next_step_zh : d.next_step_en;
  if (!next.empty()) text += fmt::format("  {}: {}\n", zh ? "下一步" : "next", next);
  return text;
}

std::string render_json(const Diagnostic& d, Language language) {
  const bool zh = language == Language::zh;
  nlohmann::ordered_json json;
  json["schema"] = "tocsin.validate/1";
  json["code"] = d.code;
  json["severity"] = d.level == DiagnosticLevel::error ? "error" : "warning";
  json["file"] = d.file;
  json["line"] = d.line;
  json["col"] = d.col;
  json["end_col"] = d.end_col;
  json["message"] = zh && !d.message_zh.empty() ? d.message_zh : d.message_en;
  json["suggestion"] =
      d.suggestion.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(d.suggestion);
  const std::string& next = zh && !d.next_step_zh.empty() ? d.next_step_zh : d.next_step_en;
  if (!next.empty()) json["next"] = next;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t fewest = tolerance(word.size()) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t n = edits(word, candidate);
    if (n < fewest) {
      fewest = n;
      best = candidate;
    }
  }
  return best;
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace tocsin
