#pragma once
/// Diagnostics as a product: what is wrong in a file someone wrote, where, and what to do about it.
/// Used for rules, configuration and registry alike. Columns count code points from 1.
#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

enum class DiagnosticLevel : unsigned char { error, warning };
enum class Language : unsigned char { en, zh };

struct Diagnostic {
  std::string code;  ///< "E2103"; W for warnings
  DiagnosticLevel level = DiagnosticLevel::error;
  std::string file;
  std::size_t line = 0;  ///< from 1; 0: the file as a whole
  std::size_t col = 0;
  std::size_t end_col = 0;  ///< one past the last; col: a point
  std::string message_en;
  std::string message_zh;
  std::string suggestion;    ///< the nearest right word; empty: none
  std::string next_step_en;  ///< what to do; empty: obvious from the message
  std::string next_step_zh;
  std::string source_line;  ///< the line itself, for the caret
};

using Diagnostics = std::vector<Diagnostic>;

bool has_errors(const Diagnostics& all);

/// `file:line:col: error E2103: message`, the source line, a caret, did-you-mean, next step.
std::string render(const Diagnostic& d, Language language, bool color);
/// {"schema":"tocsin.validate/1","code":...,"severity":...,"file":...,"line":...,"col":...,"end_col":...,
///  "message":...,"suggestion":...} on one line, without a newline. suggestion is null where none.
std::string render_json(const Diagnostic& d, Language language);

/// The candidate nearest to `word` (Damerau-Levenshtein, case folded), if near enough to be a typo:
/// at most 1 edit up to 4 letters, 2 up to 8, 3 beyond. Ties: the first. Empty: none.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// Number of code points in UTF-8 text (invalid bytes count one each).
std::size_t count_code_points(std::string_view text);

}  // namespace tocsin
