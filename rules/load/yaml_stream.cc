#include "rules/load/yaml_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tocsin::yaml {
namespace {

// Where an enclosing flow map or list ends, or npos: `!a, b: c}`.
std::size_t flow_end(std::string_view line) {
  std::size_t comma = std::string_view::npos;
  int depth = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ',' && depth == 0) comma = std::min(comma, i);
    if ((c == ')' || c == ']' || c == '}') && --depth < 0) return std::min(comma, i);
  }
  return std::string_view::npos;
}

std::size_t line_begin(std::string_view text, std::size_t at) {
  return at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // npos + 1 is 0
}

// Where the tag begins that stands directly before `at`, or npos.
std::size_t tag_before(std::string_view text, std::size_t at) {
  while (at > 0 && text[at - 1] == ' ') --at;
  const std::size_t word = text.find_last_of(" \n,[{", at == 0 ? 0 : at - 1);
  const std::size_t begin = word == std::string_view::npos ? 0 : word + 1;
  return begin < at && text[begin] == '!' ? begin : std::string_view::npos;
}

struct Complaint {
  std::string_view context;  // empty: any
  std::string_view problem;
  const char* en;
  const char* zh;
};
constexpr const char* kOpenQuote = "a quote that is not closed";
constexpr const char* kOpenQuoteZh = "引号没有闭合";
constexpr const char* kBadEscape = "an escape that does not exist; write \\\\ for a backslash";
constexpr const char* kBadEscapeZh = "不存在的转义；反斜杠请写作 \\\\";
constexpr std::array kComplaints{
    Complaint{"", "did not find expected key",
              "a line that does not fit its neighbours: indentation, or a missing ':'",
              "该行与上下文不符：检查缩进，或缺少 ':'"},
    Complaint{"", "could not find expected ':'", "a key without ':', or a text without its key",
              "键后缺少 ':'，或文本没有所属的键"},
    Complaint{"", "did not find expected ',' or '}'", "a '{' that is not closed, or a missing ','",
              "'{' 没有闭合，或缺少 ','"},
    Complaint{"", "did not find expected ',' or ']'", "a '[' that is not closed, or a missing ','",
              "'[' 没有闭合，或缺少 ','"},
    Complaint{"", "did not find expected '-' indicator",
              "a line that does not fit the list above: check its indentation",
              "该行与上面的列表不符：检查缩进"},
    Complaint{"", "mapping values are not allowed in this context", "a ':' that cannot stand here",
              "此处不能出现 ':'"},
    Complaint{"", "mapping keys are not allowed in this context", "a key that cannot stand here",
              "此处不能出现键"},
    Complaint{"", "block sequence entries are not allowed in this context",
              "a '-' that cannot stand here", "此处不能出现 '-'"},
    Complaint{"", "found unexpected end of stream", kOpenQuote, kOpenQuoteZh},
    Complaint{"", "found unexpected document indicator", kOpenQuote, kOpenQuoteZh},
    Complaint{"", "found character that cannot start any token",
              "a character that cannot begin a value", "该字符不能作为值的开头"},
    Complaint{"", "did not find expected <document start>", "text after the end of the document",
              "文档结束后还有内容"},
    Complaint{"", "did not find expected node content", "a value is missing, or cannot stand here",
              "缺少值，或该值不能出现在此处"},
    Complaint{"", "found unknown escape character", kBadEscape, kBadEscapeZh},
    Complaint{"", "did not find expected hexdecimal number", kBadEscape, kBadEscapeZh},
    Complaint{"", "found invalid Unicode character escape code", kBadEscape, kBadEscapeZh},
    Complaint{"while scanning a block scalar", "",
              "a block text whose first line does not say how it is meant: | or >, perhaps with -",
              "块文本的首行写法有误：应为 | 或 >，可加 -"},
};

Words explain(std::string_view context, std::string_view problem) {
  const auto at = std::ranges::find_if(kComplaints, [&](const Complaint& one) {
    return (one.context.empty() || one.context == context) &&
           (one.problem.empty() || one.problem == problem);
  });
  if (at != kComplaints.end()) return {at->en, at->zh};
  return {std::string(problem), std::string(problem)};
}

Fault unquoted(const CodeInfo& code, std::string_view text, std::size_t begin) {
  const std::string_view meant = meant_value(text.substr(begin));
  const Span span{begin, begin + std::max<std::size_t>(meant.size(), 1)};
  return {&code, span, std::string(meant), span};
}

// What follows the key of the line `at` is in: a value that holds a ':' and wants quotes.
std::optional<Span> value_around(std::string_view text, std::size_t at) {
  const std::size_t begin = line_begin(text, at);
  const std::size_t colon = text.find(": ", begin);
  if (colon >= at) return std::nullopt;
  const std::size_t value = text.find_first_not_of(' ', colon + 1);
  const std::string_view meant = meant_value(text.substr(value));
  const bool starts_plain = std::string_view("{[\"'|>").find(text[value]) == std::string_view::npos;
  if (!starts_plain || value + meant.size() <= at) return std::nullopt;
  return Span{value, value + meant.size()};
}

}  // namespace

std::string_view meant_value(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  line = line.substr(0, line.find(" #"));
  line = line.substr(0, flow_end(line));
  return line.substr(0, line.find_last_not_of(" \r") + 1);
}

Stream::Stream(std::string_view text, std::size_t base) : text_(text), base_(base) {
  yaml_parser_initialize(&parser_);
  yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                               text.size());
}

Stream::~Stream() {
  yaml_event_delete(&event_);
  yaml_parser_delete(&parser_);
}

bool Stream::next() {
  yaml_event_delete(&event_);
  return yaml_parser_parse(&parser_, &event_) != 0;
}

std::size_t Stream::offset(const yaml_mark_t& mark) {
  if (mark.index < characters_) characters_ = bytes_ = 0;
  while (characters_ < mark.index && bytes_ < text_.size()) {
    ++bytes_;
    while (bytes_ < text_.size() && (static_cast<unsigned char>(text_[bytes_]) & 0xc0) == 0x80)
      ++bytes_;
    ++characters_;
  }
  return base_ + bytes_;
}

Fault Stream::in_file(Fault fault) const {
  const auto shift = [&](Span& span) {
    span.begin += base_;
    span.end += base_;
  };
  shift(fault.where);
  if (fault.spoilt) shift(*fault.spoilt);
  return fault;
}

Fault Stream::fault() {
  const std::string_view context = parser_.context == nullptr ? "" : parser_.context;
  const std::string_view problem = parser_.problem == nullptr ? "" : parser_.problem;
  if (parser_.error == YAML_READER_ERROR) {
    const std::size_t at = std::min(parser_.problem_offset, text_.size());
    return in_file({&info(Code::yaml_control),
                    {at, at + 1},
                    fmt::format("U+{:04X}", parser_.problem_value),
                    {}});
  }
  const std::size_t at = offset(parser_.problem_mark) - base_;
  const std::size_t from = context.empty() ? at : offset(parser_.context_mark) - base_;
  const Words words = explain(context, problem);
  const CodeInfo& syntax = info(Code::yaml_syntax);

  if (context == "while scanning a tag" || problem == "found undefined tag handle")
    return in_file(unquoted(info(Code::yaml_tag), text_, from));
  if (context == "while scanning an anchor" || context == "while scanning an alias") {
    if (const std::size_t tag = tag_before(text_, from); tag != std::string_view::npos)
      return in_file(unquoted(info(Code::yaml_tag), text_, tag));
    const bool anchor = context == "while scanning an anchor";
    return in_file(unquoted(info(anchor ? Code::yaml_anchor : Code::yaml_alias), text_, from));
  }
  if (problem == "found character that cannot start any token") {
    Fault fault = unquoted(syntax, text_, at);
    fault.about = words;
    return in_file(fault);
  }
  if (context.ends_with(" a quoted scalar")) {  // scanning one, or parsing its escapes
    const std::size_t end = std::min(text_.find('\n', from), text_.size());
    const bool open = words.en == kOpenQuote;
    const std::size_t place = open ? from : at;
    return in_file({&syntax, {place, place + 1}, words, Span{from, end}});
  }
  if (problem == "mapping values are not allowed in this context")
    return in_file({&syntax, {at, at + 1}, words, value_around(text_, at)});
  // What is open is told where it opens, unless the trouble is on the same line.
  const bool opens = problem.find(" or ']'") != problem.npos ||
                     problem.find(" or '}'") != problem.npos || problem.ends_with("expected ':'");
  const bool far = line_begin(text_, from) != line_begin(text_, std::min(at, text_.size()));
  const std::size_t place = opens && far ? from : at;
  return in_file({&syntax, {place, place + 1}, words, {}});
}

}  // namespace tocsin::yaml
