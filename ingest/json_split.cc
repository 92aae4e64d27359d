#include "ingest/json_split.h"

#include <cstddef>

namespace tocsin::ingest {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

// One past the string that begins at `at`; the end of the text if it does not close.
std::size_t skip_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

// To the ',' or closing bracket that ends the value at `at`; the end of the text if there is none.
std::size_t skip_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
      continue;
    }
    if (depth == 0 && (c == ',' || c == ']' || c == '}')) return at;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    ++at;
  }
  return text.size();
}

// Where the value of the member "events" of the object at `at` begins; npos: there is none.
std::size_t find_events(std::string_view text, std::size_t at) {
  constexpr std::string_view kName = "\"events\"";
  for (at = skip_space(text, at + 1); at < text.size() && text[at] == '"';) {
    const std::size_t name_end = skip_string(text, at);
    const bool found = text.substr(at, name_end - at) == kName;
    at = skip_space(text, name_end);
    if (at >= text.size() || text[at] != ':') break;
    at = skip_space(text, at + 1);
    if (found) return at;
    at = skip_value(text, at);
    if (at >= text.size() || text[at] != ',') break;
    at = skip_space(text, at + 1);
  }
  return std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Whether nothing stands behind the array that ends before `at` but what closes its object.
bool closes(std::string_view text, std::size_t at, bool in_object) {
  at = skip_space(text, at);
  if (!in_object) return at == text.size();
  while (at < text.size() && text[at] == ',') at = skip_value(text, skip_space(text, at + 1));
  return at < text.size() && text[at] == '}' && skip_space(text, at + 1) == text.size();
}

// JSON's grammar of numbers.
bool is_number(std::string_view token) {
  std::size_t at = token.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < token.size() && is_digit(token[at])) ++at;
    return at > begin;
  };
  const std::size_t first = at;
  if (!digits() || (token[first] == '0' && at - first > 1)) return false;
  if (at < token.size() && token[at] == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
    ++at;
    if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == token.size();
}

bool is_bare(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+' ||
         c == '.';
}

}  // namespace

std::optional<SplitBatch> split_batch(std::string_view text) {
  SplitBatch batch;
  std::size_t at = skip_space(text, 0);
  const bool in_object = at < text.size() && text[at] == '{';
  if (in_object) {
    batch.path = "/events";
    at = find_events(text, at);
  }
  if (at >= text.size() || text[at] != '[') return std::nullopt;
  at = skip_space(text, at + 1);
  while (at < text.size() && text[at] != ']') {
    const std::size_t end = skip_value(text, at);
    if (end >= text.size() || text[end] == '}') {
      batch.rest = text.substr(at);
      return batch;
    }
    batch.events.push_back(trimmed(text.substr(at, end - at)));
    at = text[end] == ',' ? skip_space(text, end + 1) : end;
    const bool nothing_follows = text[end] == ',' && at < text.size() && text[at] == ']';
    if (nothing_follows) {
      batch.rest = text.substr(end);
      return batch;
    }
  }
  if (at >= text.size()) {
    batch.rest = text.substr(text.size() - 1);  // the array does not close
  } else if (!closes(text, at + 1, in_object)) {
    batch.rest = text.substr(at);
  }
  return batch;
}

RejectReason blame(std::string_view text, bool number) {
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      at = skip_string(text, at);
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_bare(text[end])) ++end;
    std::string_view token = text.substr(at, end - at);
    at = end + (token.empty() ? 1 : 0);
    if (token.empty() || token == "true" || token == "false" || token == "null") continue;
    if (is_number(token)) continue;
    if (token.starts_with('-')) token.remove_prefix(1);
    const bool no_number =
        token == "NaN" || token == "nan" || token == "Infinity" || token == "inf";
    return no_number ? RejectReason::not_finite : RejectReason::malformed;
  }
  return number ? RejectReason::out_of_range : RejectReason::malformed;
}

}  // namespace tocsin::ingest
