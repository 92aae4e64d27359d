#pragma once
/// RegistryTable: one file of a registry as a table with named columns, and the diagnostics about
/// it. What the loaders of places and devices share.
///
/// Thread: one. Lifetime: cells live as long as the table and the text of its file.
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.h"
#include "core/source_file.h"
#include "ingest/csv_reader.h"

namespace tocsin::ingest {

struct ColumnSpec {
  std::string_view name;
  bool required = false;  ///< the file is no registry without it
};

/// A message in both languages, and what helps.
struct Complaint {
  std::string_view code;
  std::string en;
  std::string zh;
  std::string suggestion = {};
  std::string next_en = {};
  std::string next_zh = {};
};

class RegistryTable {
 public:
  /// Reads the header and reports what is wrong with it.
  RegistryTable(const SourceFile& file, std::span<const ColumnSpec> columns, Diagnostics& out);

  /// False: the file has no usable header; there are no rows.
  bool usable() const { return usable_; }

  /// The next row that is well formed; others are reported and counted as refused.
  bool next(CsvRow& row);

  /// Empty if the file has no such column.
  std::string_view cell(const CsvRow& row, std::size_t column) const {
    const std::size_t at = position_[column];
    return at < row.cells.size() ? row.cells[at].text : std::string_view{};
  }

  /// An error about a cell; the row counts as refused.
  void refuse(const CsvRow& row, std::size_t column, Complaint complaint);
  void warn(const CsvRow& row, std::size_t column, Complaint complaint);

  /// Reports text that is too long or looks private; true: it is fine. `limit` in bytes.
  bool check_text(const CsvRow& row, std::size_t column, std::size_t limit);

  std::size_t refused() const { return refused_; }
  /// Call last: puts the diagnostics in order of lines and adds how many were not kept.
  void finish();

 private:
  void read_header();
  void require_columns();
  void report(DiagnosticLevel level, const CsvRow& row, std::size_t cell, Complaint complaint);

  const SourceFile& file_;
  std::span<const ColumnSpec> columns_;
  Diagnostics& out_;
  CsvReader reader_;
  std::vector<std::size_t> position_;  // of each column in a row
  std::size_t width_ = 0;              // cells of the header
  bool usable_ = false;
  std::size_t refused_ = 0;       // rows
  std::size_t refused_line_ = 0;  // of the newest one
  std::size_t reported_ = 0;
  std::size_t errors_dropped_ = 0;
};

/// Parts of "a;b;c", without empty ones.
std::vector<std::string> split_list(std::string_view text);

}  // namespace tocsin::ingest
