#pragma once
/// Report: collects what is wrong in one file, with position and source line. Texts come from
/// codes.h. Limits: kMaxPerFile diagnostics; one more says that there are others.
#include <initializer_list>
#include <string>
#include <utility>

#include "core/diagnostic.h"
#include "rules/load/codes.h"
#include "rules/load/source_text.h"

namespace tocsin::yaml {

/// A piece of a message: the same in both languages, or one for each.
struct Words {
  Words(const char* both) : en(both), zh(both) {}
  Words(std::string_view both) : en(both), zh(both) {}
  Words(const std::string& both) : en(both), zh(both) {}
  Words(std::string in_english, std::string in_chinese)
      : en(std::move(in_english)), zh(std::move(in_chinese)) {}
  std::string en;
  std::string zh;
};

class Report {
 public:
  static constexpr std::size_t kMaxPerFile = 500;
  static constexpr std::size_t kMaxShownLine = 4096;  ///< bytes; a longer line is not shown

  /// `source` must outlive the report.
  explicit Report(const SourceText& source) : source_(source) {}

  const SourceText& source() const { return source_; }
  /// Returns the diagnostic so that the caller may add to it; valid until the next add().
  Diagnostic& add(const CodeInfo& code, Span where, std::initializer_list<Words> words = {},
                  std::string suggestion = {});
  Diagnostic& add(Code code, Span where, std::initializer_list<Words> words = {},
                  std::string suggestion = {}) {
    return add(info(code), where, words, std::move(suggestion));
  }
  /// With texts of another source, such as the expression compiler.
  Diagnostic& add(Diagnostic texts, Span where);

  std::size_t size() const { return all_.size(); }
  /// Forgets what was added since there were `size`.
  void cut(std::size_t size) { all_.resize(size); }

  bool has_errors() const { return tocsin::has_errors(all_); }
  /// In order of position.
  Diagnostics take();

 private:
  const SourceText& source_;
  Diagnostics all_;
  Diagnostic surplus_;  // takes what is over the limit
};

}  // namespace tocsin::yaml
