#pragma once
/// A strict YAML 1.2 reader for files people write: rules and configuration. Positions for
/// everything, several documents per file, and no feature that surprises: tags, anchors, aliases,
/// merge keys, directives, tabs, duplicate keys, and bare yes/no/on/off are errors with a hint.
///
/// Works on text. Thread: any. A document with a syntax error is reported and left out; the others
/// are read. Limits: kMaxYamlBytes per file, kMaxYamlDepth levels.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/load/report.h"
#include "rules/load/source_text.h"

namespace tocsin::yaml {

inline constexpr std::size_t kMaxYamlBytes = 1024 * 1024;
inline constexpr std::size_t kMaxYamlDepth = 64;

enum class NodeKind : std::uint8_t {
  null,  ///< empty, ~ or null
  scalar,
  sequence,
  map,
  invalid,  ///< reported already: whoever meets it stays silent
};

enum class ScalarStyle : std::uint8_t { plain, single_quoted, double_quoted, literal, folded };

struct Entry;

struct Node {
  NodeKind kind = NodeKind::null;
  ScalarStyle style = ScalarStyle::plain;
  std::string text;            ///< of a scalar, unquoted and unfolded
  Span span;                   ///< of a scalar: all of it; else where it begins
  std::vector<Node> items;     ///< of a sequence
  std::vector<Entry> entries;  ///< of a map, in the file's order, keys unique

  bool is_plain() const { return kind == NodeKind::scalar && style == ScalarStyle::plain; }
  const Entry* find(std::string_view key) const;  ///< nullptr: no such key
};

struct Entry {
  Node key;
  Node value;
};

struct Document {
  Node root;
  Span text;  ///< from its first line to its last, without `---`
};

/// Empty documents are left out.
std::vector<Document> read_yaml(const SourceText& source, Report& report);

/// Where each byte of a scalar's text stands in the source; one more for its end. Follows quotes,
/// escapes, folding and indentation.
std::vector<std::size_t> text_offsets(std::string_view source, std::size_t begin, ScalarStyle style,
                                      std::string_view text);

}  // namespace tocsin::yaml
