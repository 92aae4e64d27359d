#include "ingest/registry_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "ingest/privacy.h"
#include "ingest/registry_csv.h"
#include "ingest/utf8.h"

namespace tocsin::ingest {
namespace {

constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
constexpr std::size_t kSourceLineBytes = 400;

Complaint fault_complaint(CsvFault fault) {
  if (fault == CsvFault::open_quote) {
    return {"E4007",
            "a quoted cell does not end",
            "引号内的单元格没有结束",
            {},
            "close it with \"; a quote inside is written \"\"",
            "用 \" 结束；单元格内的引号写作 \"\""};
  }
  return {"E4007", "text after a closing quote", "结束引号之后还有文字",
          {},      "quote the whole cell",       "请给整个单元格加引号"};
}

}  // namespace

RegistryTable::RegistryTable(const SourceFile& file, std::span<const ColumnSpec> columns,
                             Diagnostics& out)
    : file_(file),
      columns_(columns),
      out_(out),
      reader_(file.text),
      position_(columns.size(), kAbsent) {
  if (is_utf8(file.text)) {
    read_header();
    return;
  }
  report(DiagnosticLevel::error, {}, 0,
         {"E4008",
          "the file is not UTF-8",
          "文件不是 UTF-8 编码",
          {},
          "save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")",
          "请另存为 UTF-8（表格软件中选“CSV UTF-8”）"});
}

void RegistryTable::read_header() {
  CsvRow header;
  if (!reader_.next(header)) {
    return report(DiagnosticLevel::error, {}, 0,
                  {"E4002", "the file has no header", "文件没有表头"});
  }
  width_ = header.cells.size();
  std::vector<std::string> names;
  for (const ColumnSpec& column : columns_) names.emplace_back(column.name);
  for (std::size_t i = 0; i < width_; ++i) {
    const std::string_view name = header.cells[i].text;
    const auto it = std::ranges::find(columns_, name, &ColumnSpec::name);
    if (it == columns_.end()) {
      report(DiagnosticLevel::error, header, i,
             {"E4003", fmt::format("unknown column '{}'", name), fmt::format("未知的列“{}”", name),
              nearest(name, names), fmt::format("the columns are {}", fmt::join(names, ",")),
              fmt::format("可用的列：{}", fmt::join(names, ","))});
      continue;
    }
    std::size_t& position = position_[static_cast<std::size_t>(it - columns_.begin())];
    if (position != kAbsent) {
      report(DiagnosticLevel::error, header, i,
             {"E4005", fmt::format("column '{}' is there twice", name),
              fmt::format("列“{}”重复", name)});
      continue;
    }
    position = i;
  }
  require_columns();
}

void RegistryTable::require_columns() {
  usable_ = true;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!columns_[i].required || position_[i] != kAbsent) continue;
    usable_ = false;
    CsvRow first;
    first.line = 1;
    report(DiagnosticLevel::error, first, 0,
           {"E4004", fmt::format("the column '{}' is missing; no row is read", columns_[i].name),
            fmt::format("缺少列“{}”，未读取任何行", columns_[i].name)});
  }
}

bool RegistryTable::next(CsvRow& row) {
  while (usable_ && reader_.next(row)) {
    if (row.fault != CsvFault::none) {
      ++refused_;
      report(DiagnosticLevel::error, row, row.cells.size() - 1, fault_complaint(row.fault));
    } else if (row.cells.size() != width_) {
      ++refused_;
      report(DiagnosticLevel::error, row, row.cells.size() - 1,
             {"E4006",
              fmt::format("{} cells, but the header has {}", row.cells.size(), width_),
              fmt::format("本行有 {} 个单元格，表头有 {} 个", row.cells.size(), width_),
              {},
              "quote cells that hold a comma",
              "含逗号的单元格请加引号"});
    } else {
      return true;
    }
  }
  return false;
}

void RegistryTable::refuse(const CsvRow& row, std::size_t column, Complaint complaint) {
  if (row.line != refused_line_) ++refused_;
  refused_line_ = row.line;
  report(DiagnosticLevel::error, row, position_[column], std::move(complaint));
}

void RegistryTable::warn(const CsvRow& row, std::size_t column, Complaint complaint) {
  report(DiagnosticLevel::warning, row, position_[column], std::move(complaint));
}

bool RegistryTable::check_text(const CsvRow& row, std::size_t column, std::size_t limit) {
  const std::string_view text = cell(row, column);
  if (looks_private(text)) {
    refuse(row, column,
           {"E4301",
            "text that looks like an ID number, phone number or plate",
            "文字疑似身份证号、手机号或车牌号",
            {},
            "a registry names places and devices, never people",
            "台账只写地点和设备，不写个人信息"});
    return false;
  }
  if (text.size() <= limit) return true;
  refuse(row, column,
         {"E4302", fmt::format("{} bytes, the limit is {}", text.size(), limit),
          fmt::format("长度 {} 字节，上限 {}", text.size(), limit)});
  return false;
}

void RegistryTable::report(DiagnosticLevel level, const CsvRow& row, std::size_t cell,
                           Complaint complaint) {
  if (reported_ == kMaxDiagnosticsPerFile) {
    ++errors_dropped_;
    return;
  }
  ++reported_;
  Diagnostic d;
  d.code = complaint.code;
  d.level = level;
  d.file = file_.name;
  d.line = row.line;
  if (row.line > 0) d.col = 1;
  if (cell < row.cells.size() && row.cells[cell].offset <= row.source.size()) {
    d.col = 1 + count_code_points(row.source.substr(0, row.cells[cell].offset));
    d.end_col = d.col + std::max<std::size_t>(1, count_code_points(row.cells[cell].text));
  }
  // Private text is not repeated.
  if (complaint.code != "E4301") d.source_line = cut_utf8(row.source, kSourceLineBytes);
  d.message_en = std::move(complaint.en);
  d.message_zh = std::move(complaint.zh);
  d.suggestion = std::move(complaint.suggestion);
  d.next_step_en = std::move(complaint.next_en);
  d.next_step_zh = std::move(complaint.next_zh);
  out_.push_back(std::move(d));
}

void RegistryTable::finish() {
  std::ranges::stable_sort(out_, {}, [](const Diagnostic& d) { return std::tuple(d.line, d.col); });
  if (errors_dropped_ == 0) return;
  Diagnostic d;
  d.code = "E4009";
  d.file = file_.name;
  d.message_en = fmt::format("{} more problems are not listed", errors_dropped_);
  d.message_zh = fmt::format("另有 {} 个问题未列出", errors_dropped_);
  out_.push_back(std::move(d));
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    std::string_view part = text.substr(0, end);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace tocsin::ingest
