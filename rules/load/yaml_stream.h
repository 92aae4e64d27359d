#pragma once
/// libyaml for one document: its events with offsets in the file, and what it complains of in our
/// words, with a way to read on where the rest of the document is not in doubt.
///
/// Thread: one. Lifetime: the text given to it must outlive it.
#include <yaml.h>

#include <optional>
#include <string_view>

#include "rules/load/report.h"
#include "rules/load/source_text.h"

namespace tocsin::yaml {

/// What the writer of a value without quotes meant: the rest of the line, without a comment and
/// without what closes around it.
std::string_view meant_value(std::string_view text);

/// Where libyaml stopped.
struct Fault {
  const CodeInfo* code = nullptr;
  Span where;
  Words about{""};
  std::optional<Span> spoilt;  ///< text that, replaced, lets the rest be read
};

class Stream {
 public:
  /// `text`: one document. `base`: where it begins in the file.
  Stream(std::string_view text, std::size_t base);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// The next event, valid until the call after it. False: fault() says why.
  bool next();
  const yaml_event_t& event() const { return event_; }
  /// Of the event in the file.
  Span span() { return {offset(event_.start_mark), offset(event_.end_mark)}; }

  Fault fault();

 private:
  std::size_t offset(const yaml_mark_t& mark);
  Fault in_file(Fault fault) const;

  std::string_view text_;
  std::size_t base_;
  yaml_parser_t parser_{};
  yaml_event_t event_{};
  // libyaml counts characters: those up to here, and their bytes.
  std::size_t characters_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace tocsin::yaml
