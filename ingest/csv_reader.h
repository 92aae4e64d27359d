#pragma once
/// CSV text -> rows of cells, without copying what has no escapes. See registry_csv.h for the
/// dialect.
/// Thread: one. Lifetime: cells live as long as the reader and the text.
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::ingest {

enum class CsvFault : unsigned char {
  none,
  open_quote,   ///< the text ends inside quotes
  after_quote,  ///< something between a closing quote and the next comma
};

struct CsvCell {
  std::string_view text;  ///< without quotes, escapes and spaces around it
  std::size_t offset =
      0;  ///< of its first byte (quotes included) from the beginning of the row's line
};

struct CsvRow {
  std::size_t line = 0;     ///< on which it begins, from 1
  std::string_view source;  ///< that line
  std::vector<CsvCell> cells;
  CsvFault fault = CsvFault::none;
};

class CsvReader {
 public:
  explicit CsvReader(std::string_view text);

  /// The next row that is not blank; false: no more. `row` is used again.
  bool next(CsvRow& row);

 private:
  void skip_blank_lines();
  CsvCell quoted_cell(CsvRow& row);
  CsvCell plain_cell() const;
  /// Past the cell's end; true: another follows on this row.
  bool end_cell();

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t row_begin_ = 0;
  std::size_t line_ = 1;
  std::deque<std::string> unescaped_;
};

}  // namespace tocsin::ingest
