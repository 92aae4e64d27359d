#include "alerts/json_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "alerts/utf8.h"

namespace tocsin::alerts {
namespace {

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

void append_escaped(char c, std::string& out) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
  }
}

// Appends the character at the front of `text`, which is not plain; returns its length.
std::size_t append_special(std::string_view text, std::string& out) {
  const std::size_t length = utf8_length(text);
  if (length == 0) {
    out += kReplacement;
    return 1;
  }
  if (length == 1) {
    append_escaped(text[0], out);
  } else {
    out += text.substr(0, length);
  }
  return length;
}

template <class Integer>
void append_integer(Integer number, std::string& out) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end.ptr);
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t done = 0;
  while (done < text.size()) {
    std::size_t end = done;
    while (end < text.size() && is_plain(text[end])) ++end;
    out += text.substr(done, end - done);
    done = end;
    if (done < text.size()) done += append_special(text.substr(done), out);
  }
  out += '"';
}

void append_json_int(std::int64_t number, std::string& out) { append_integer(number, out); }
void append_json_uint(std::uint64_t number, std::string& out) { append_integer(number, out); }

void append_json_double(double number, std::string& out) {
  if (!std::isfinite(number)) {
    append_json_string(to_text(Value::float64(number)), out);
    return;
  }
  const std::size_t start = out.size();
  fmt::format_to(std::back_inserter(out), "{}", number);
  if (out.find_first_of(".e", start) == std::string::npos) out += ".0";
}

void append_json_value(const Value& value, std::string& out) {
  switch (value.kind()) {
    case ValueKind::unset: out += "null"; return;
    case ValueKind::boolean: out += value.as_bool() ? "true" : "false"; return;
    case ValueKind::int64: append_json_int(value.as_int(), out); return;
    case ValueKind::uint64: append_json_uint(value.as_uint(), out); return;
    case ValueKind::float64: append_json_double(value.as_double(), out); return;
    case ValueKind::string: append_json_string(value.as_string(), out); return;
    case ValueKind::timestamp:
    case ValueKind::duration: append_json_string(to_text(value), out); return;
    case ValueKind::list: break;
  }
  out += '[';
  bool first = true;
  for (const Value& item : value.as_list()) {
    if (!first) out += ',';
    first = false;
    append_json_value(item, out);
  }
  out += ']';
}

}  // namespace tocsin::alerts
