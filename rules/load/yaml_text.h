#pragma once
/// What strict_yaml does on text before a parser sees it.
#include <vector>

#include "rules/load/report.h"
#include "rules/load/source_text.h"

namespace tocsin::yaml {

/// The text of one document: what stands between lines that begin with `---` or `...`.
struct Chunk {
  Span text;
  bool unreadable = false;  ///< reported already
};

/// Size, UTF-8, control characters. False: not worth parsing.
bool check_text(const SourceText& source, Report& report);

/// Reports tabs and directives on the way. Chunks without any content are left out.
std::vector<Chunk> split_documents(const SourceText& source, Report& report);

}  // namespace tocsin::yaml
