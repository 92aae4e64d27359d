#include "rules/load/yaml_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "rules/load/strict_yaml.h"

namespace tocsin::yaml {
namespace {

// Length of the UTF-8 sequence at the start of `text`; 0: none (RFC 3629: no overlong forms, no
// surrogates, at most U+10FFFF).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return follows(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool overlong = lead == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = lead == 0xed && byte(1) >= 0xa0;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool overlong = lead == 0xf0 && byte(1) < 0x90;
    const bool too_high = lead == 0xf4 && byte(1) >= 0x90;
    return follows(1) && follows(2) && follows(3) && !overlong && !too_high ? 4 : 0;
  }
  return 0;
}

bool is_control(std::string_view text, std::size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c == '\r') return at + 1 >= text.size() || text[at + 1] != '\n';
  return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
}

bool blank_or_comment(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first == std::string_view::npos || line[first] == '#';
}

bool is_marker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) && (line.size() == marker.size() || line[marker.size()] == ' ' ||
                                      line[marker.size()] == '\t');
}

// One report per line. True: a tab within the indentation, where it changes the structure.
bool report_tab(std::string_view line, std::size_t begin, Report& report) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos) return false;
  report.add(Code::yaml_tab, {begin + tab, begin + tab + 1});
  return line.find_first_not_of(" \t") > tab;
}

}  // namespace

bool check_text(const SourceText& source, Report& report) {
  const std::string_view text = source.text();
  if (text.size() > kMaxYamlBytes) {
    report.add(Code::yaml_size, {0, 0}, {std::to_string(kMaxYamlBytes)});
    return false;
  }
  bool good = true;
  std::size_t bad_line_end = 0;  // one report per line
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text.substr(at));
    const bool control = length == 1 && is_control(text, at);
    if ((length == 0 || control) && at >= bad_line_end) {
      if (length == 0) {
        report.add(Code::yaml_utf8, {at, at + 1});
      } else {
        report.add(Code::yaml_control, {at, at + 1}, {fmt::format("0x{:02x}", text[at])});
      }
      bad_line_end = std::min(text.find('\n', at), text.size());
      good = false;
    }
    at += std::max<std::size_t>(length, 1);
  }
  return good;
}

std::vector<Chunk> split_documents(const SourceText& source, Report& report) {
  std::vector<Chunk> chunks;
  Chunk chunk;
  bool content = false;
  const auto finish = [&](std::size_t end, std::size_t next) {
    chunk.text.end = end;
    if (content || chunk.unreadable) chunks.push_back(chunk);
    chunk = {{next, next}, false};
    content = false;
  };
  for (std::size_t n = 1; n <= source.lines(); ++n) {
    const std::string_view line = source.line(n);
    const std::size_t begin = source.line_begin(n);
    if (report_tab(line, begin, report)) chunk.unreadable = true;
    if (is_marker(line, "---") || is_marker(line, "...")) {
      finish(begin, begin + 3);
      content = !blank_or_comment(line.substr(3));
    } else if (!content && line.starts_with('%')) {
      report.add(Code::yaml_directive, {begin, begin + line.size()});
      chunk.unreadable = true;
    } else if (!blank_or_comment(line)) {
      content = true;
    }
  }
  finish(source.text().size(), source.text().size());
  return chunks;
}

}  // namespace tocsin::yaml
