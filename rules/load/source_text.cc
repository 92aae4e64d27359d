#include "rules/load/source_text.h"

#include <algorithm>

#include "core/diagnostic.h"

namespace tocsin::yaml {

SourceText::SourceText(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)), line_begins_{0} {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text_.starts_with(kByteOrderMark)) text_.erase(0, kByteOrderMark.size());
  for (std::size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1)) {
    line_begins_.push_back(at + 1);
  }
}

Position SourceText::position(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto after = std::ranges::upper_bound(line_begins_, offset);
  const auto line = static_cast<std::size_t>(after - line_begins_.begin());
  const std::size_t begin = line_begins_[line - 1];
  return {line, count_code_points(text().substr(begin, offset - begin)) + 1};
}

std::string_view SourceText::line(std::size_t number) const {
  const std::size_t begin = line_begins_[number - 1];
  std::string_view line = text().substr(begin, text_.find('\n', begin) - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace tocsin::yaml
