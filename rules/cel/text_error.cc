#include "rules/cel/text_error.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/diagnostic.h"

namespace tocsin::cel {

void TextErrors::add(ErrorCode code, Span where, Message message, std::string suggestion) {
  if (errors_.size() == kMaxErrors) return;
  const std::size_t begin = count_code_points(source_.substr(0, where.begin));
  const std::string_view marked = source_.substr(where.begin, where.end - where.begin);
  errors_.push_back({.code = fmt::format("E{}", static_cast<int>(code)),
                     .message_en = std::move(message.en),
                     .message_zh = std::move(message.zh),
                     .suggestion = std::move(suggestion),
                     .begin = begin,
                     .end = begin + count_code_points(marked)});
}

std::vector<CompileError> TextErrors::take() {
  std::stable_sort(errors_.begin(), errors_.end(),
                   [](const CompileError& a, const CompileError& b) { return a.begin < b.begin; });
  return std::move(errors_);
}

}  // namespace tocsin::cel
