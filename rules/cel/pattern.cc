#include "rules/cel/pattern.h"

#include <re2/re2.h>

namespace tocsin::cel {
namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

re2::RE2::Options options() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(Pattern::kMaxPatternMemory));
  return options;
}

}  // namespace

Pattern::Pattern(std::string_view source)
    : regex_(std::make_shared<const re2::RE2>(piece(source), options())) {
  // The search's own structures are made by the first search: here, not in an evaluation.
  if (ok()) found_in(source);
}

bool Pattern::ok() const { return regex_->ok(); }
std::string Pattern::error() const { return regex_->error(); }

std::size_t Pattern::size() const { return static_cast<std::size_t>(regex_->ProgramSize()); }

bool Pattern::found_in(std::string_view text) const {
  return re2::RE2::PartialMatch(piece(text), *regex_);
}

}  // namespace tocsin::cel
