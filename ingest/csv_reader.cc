#include "ingest/csv_reader.h"

#include <algorithm>

namespace tocsin::ingest {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && (is_space(text.back()) || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string without_doubled_quotes(std::string_view raw) {
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    out += raw[i];
    if (raw[i] == '"') ++i;
  }
  return out;
}

}  // namespace

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
}

void CsvReader::skip_blank_lines() {
  while (at_ < text_.size()) {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    if (!trimmed(text_.substr(at_, end - at_)).empty()) return;
    at_ = std::min(end + 1, text_.size());
    ++line_;
  }
}

bool CsvReader::next(CsvRow& row) {
  skip_blank_lines();
  if (at_ >= text_.size()) return false;
  row_begin_ = at_;
  row.line = line_;
  row.source = text_.substr(at_, std::min(text_.find('\n', at_), text_.size()) - at_);
  if (row.source.ends_with('\r')) row.source.remove_suffix(1);
  row.cells.clear();
  row.fault = CsvFault::none;
  bool more = true;
  while (more) {
    std::size_t first = at_;
    while (first < text_.size() && is_space(text_[first])) ++first;
    if (first < text_.size() && text_[first] == '"') {
      at_ = first;
      row.cells.push_back(quoted_cell(row));
    } else {
      row.cells.push_back(plain_cell());
    }
    more = end_cell();
  }
  return true;
}

CsvCell CsvReader::quoted_cell(CsvRow& row) {
  const std::size_t begin = ++at_;
  bool doubled = false;
  while (true) {
    at_ = std::min(text_.find('"', at_), text_.size());
    if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
    doubled = true;
    at_ += 2;
  }
  const std::string_view raw = text_.substr(begin, at_ - begin);
  line_ += static_cast<std::size_t>(std::ranges::count(raw, '\n'));
  CsvCell cell{raw, begin - 1 - row_begin_};
  if (doubled) cell.text = unescaped_.emplace_back(without_doubled_quotes(raw));
  if (at_ >= text_.size()) {
    row.fault = CsvFault::open_quote;
    return cell;
  }
  ++at_;
  const std::size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
  if (!trimmed(text_.substr(at_, end - at_)).empty()) row.fault = CsvFault::after_quote;
  return cell;
}

CsvCell CsvReader::plain_cell() const {
  const std::size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
  return {trimmed(text_.substr(at_, end - at_)), at_ - row_begin_};
}

bool CsvReader::end_cell() {
  at_ = std::min(text_.find_first_of(",\n", at_), text_.size());
  if (at_ >= text_.size()) return false;
  const bool comma = text_[at_++] == ',';
  if (!comma) ++line_;
  return comma;
}

}  // namespace tocsin::ingest
