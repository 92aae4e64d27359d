#include "rules/load/strict_yaml.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

#include "rules/load/yaml_stream.h"
#include "rules/load/yaml_text.h"

namespace tocsin::yaml {
namespace {

constexpr std::size_t kMaxRepairs = 50;  // per document; after them its first fault is its last

bool is_word_bool(std::string_view text) {
  if (text.size() < 2 || text.size() > 3) return false;
  static constexpr std::array<std::string_view, 4> kWords{"yes", "no", "on", "off"};
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return std::ranges::find(kWords, lower) != kWords.end();
}

bool is_null(const yaml_event_t& event) {
  const auto& scalar = event.data.scalar;
  const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
  return scalar.style == YAML_PLAIN_SCALAR_STYLE &&
         (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
}

ScalarStyle style_of(const yaml_event_t& event) {
  switch (event.data.scalar.style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: return ScalarStyle::single_quoted;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return ScalarStyle::double_quoted;
    case YAML_LITERAL_SCALAR_STYLE: return ScalarStyle::literal;
    case YAML_FOLDED_SCALAR_STYLE: return ScalarStyle::folded;
    default: return ScalarStyle::plain;
  }
}

// The events of one document -> one tree of nodes.
class Builder {
 public:
  /// `spoilt`: scalars that begin there were reported already.
  Builder(Report& report, const std::vector<Span>& spoilt) : report_(report), spoilt_(spoilt) {}

  std::optional<Node> root;

  /// False: deeper than the limit, and reported.
  bool take(const yaml_event_t& event, Span span) {
    span_ = span;
    switch (event.type) {
      case YAML_ALIAS_EVENT:
        report_.add(Code::yaml_alias, word());
        put(node(NodeKind::invalid));
        return true;
      case YAML_SCALAR_EVENT: scalar(event); return true;
      case YAML_SEQUENCE_START_EVENT:
        return open(NodeKind::sequence, event.data.sequence_start.tag,
                    event.data.sequence_start.anchor);
      case YAML_MAPPING_START_EVENT:
        return open(NodeKind::map, event.data.mapping_start.tag, event.data.mapping_start.anchor);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: close(); return true;
      default: return true;
    }
  }

 private:
  struct Open {
    Node node;
    std::optional<Node> key;
    std::unordered_map<std::string, std::size_t> keys;  // of a large map: where each first stands
  };

  // From where the event begins to the next space.
  Span word() const {
    const std::size_t end = report_.source().text().find_first_of(" \t\r\n,]}", span_.begin);
    return {span_.begin, std::min(end, report_.source().text().size())};
  }
  Node node(NodeKind kind) const {
    Node made;
    made.kind = kind;
    made.span = {span_.begin, span_.begin + 1};
    return made;
  }

  // True: it has a tag or an anchor, which is reported.
  bool decorated(const yaml_char_t* tag, const yaml_char_t* anchor) {
    if (tag != nullptr) {
      const std::string_view meant = meant_value(report_.source().text().substr(span_.begin));
      report_.add(Code::yaml_tag, {span_.begin, span_.begin + meant.size()}, {meant});
    } else if (anchor != nullptr) {
      report_.add(Code::yaml_anchor, word());
    }
    return tag != nullptr || anchor != nullptr;
  }

  void scalar(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    const bool spoilt = std::ranges::find(spoilt_, span_.begin, &Span::begin) != spoilt_.end();
    if (decorated(scalar.tag, scalar.anchor) || spoilt) return put(node(NodeKind::invalid));
    if (is_null(event)) return put(node(NodeKind::null));
    Node read = node(NodeKind::scalar);
    read.style = style_of(event);
    read.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
    read.span.end = end_of(read);
    check_word(read);
    put(std::move(read));
  }

  // libyaml counts the empty lines behind a block text to it.
  std::size_t end_of(const Node& scalar) const {
    const bool block = scalar.style == ScalarStyle::literal || scalar.style == ScalarStyle::folded;
    if (!block) return span_.end;
    return text_offsets(report_.source().text(), span_.begin, scalar.style, scalar.text).back();
  }

  void check_word(Node& scalar) {
    const bool is_key =
        !open_.empty() && open_.back().node.kind == NodeKind::map && !open_.back().key;
    if (is_key || !scalar.is_plain() || !is_word_bool(scalar.text)) return;
    const std::string& text = scalar.text;
    const bool truth = text.size() == 3 ? (text[0] | 32) == 'y' : (text[1] | 32) == 'n';
    report_.add(Code::yaml_word_bool, scalar.span, {text, truth ? "true" : "false"},
                truth ? "true" : "false");
    scalar.kind = NodeKind::invalid;
  }

  bool open(NodeKind kind, const yaml_char_t* tag, const yaml_char_t* anchor) {
    if (open_.size() >= kMaxYamlDepth) {
      report_.add(Code::yaml_depth, word(), {std::to_string(kMaxYamlDepth)});
      return false;
    }
    decorated(tag, anchor);
    open_.push_back({node(kind), std::nullopt, {}});
    return true;
  }
  void close() {
    Node done = std::move(open_.back().node);
    open_.pop_back();
    put(std::move(done));
  }

  void put(Node value) {
    if (open_.empty()) {
      root = std::move(value);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == NodeKind::sequence) {
      parent.node.items.push_back(std::move(value));
    } else if (!parent.key) {
      parent.key = std::move(value);
    } else {
      put_entry(parent, std::move(*parent.key), std::move(value));
      parent.key.reset();
    }
  }
  // Where the key stands already. Most maps are small: looking through them costs less than a
  // table.
  static std::optional<std::size_t> place_of(const std::string& key, Open& map) {
    constexpr std::size_t kSmall = 16;
    const auto& entries = map.node.entries;
    if (entries.size() < kSmall) {
      const Entry* const found = map.node.find(key);
      return found == nullptr ? std::nullopt : std::optional(found->key.span.begin);
    }
    if (map.keys.empty()) {
      for (const Entry& entry : entries) map.keys.emplace(entry.key.text, entry.key.span.begin);
    } else {
      map.keys.emplace(entries.back().key.text, entries.back().key.span.begin);
    }
    const auto found = map.keys.find(key);
    return found == map.keys.end() ? std::nullopt : std::optional(found->second);
  }
  void put_entry(Open& map, Node key, Node value) {
    if (key.kind != NodeKind::scalar) {
      if (key.kind != NodeKind::invalid) report_.add(Code::yaml_key, key.span);
      return;
    }
    if (key.is_plain() && key.text == "<<") {
      report_.add(Code::yaml_merge, key.span);
      return;
    }
    if (const auto first = place_of(key.text, map)) {
      const std::size_t line = report_.source().position(*first).line;
      report_.add(Code::yaml_duplicate_key, key.span, {key.text, std::to_string(line)});
      return;
    }
    if (value.kind == NodeKind::null) value.span = key.span;
    map.node.entries.push_back({std::move(key), std::move(value)});
  }

  Report& report_;
  const std::vector<Span>& spoilt_;
  Span span_;  // of the event
  std::vector<Open> open_;
};

// One reading of a document, as far as it goes.
struct Reading {
  std::optional<Node> root;
  std::optional<Fault> fault;
};

Reading read_once(std::string_view text, std::size_t base, const std::vector<Span>& spoilt,
                  Report& report) {
  Stream stream(text, base);
  Builder builder(report, spoilt);
  while (stream.next()) {
    if (stream.event().type == YAML_STREAM_END_EVENT) return {std::move(builder.root), {}};
    if (!builder.take(stream.event(), stream.span())) return {};
  }
  return {{}, stream.fault()};
}

void replace(std::string& text, Span span, std::size_t base) {
  for (std::size_t i = span.begin; i < span.end; ++i) {
    if (text[i - base] != '\n' && text[i - base] != '\r') text[i - base] = 'x';
  }
}

// A fault that spoils one value is reported, the value replaced, and the document read again: its
// other faults are to come in the same run.
std::optional<Node> read_document(const Chunk& chunk, Report& report) {
  std::string text(report.source().text(chunk.text));
  std::vector<Span> spoilt;
  while (true) {
    const std::size_t before = report.size();
    Reading reading = read_once(text, chunk.text.begin, spoilt, report);
    if (!reading.fault) return std::move(reading.root);
    const Fault& fault = *reading.fault;
    const bool repaired = fault.spoilt && spoilt.size() < kMaxRepairs &&
                          (spoilt.empty() || spoilt.back().begin < fault.spoilt->begin);
    if (repaired) report.cut(before);
    report.add(*fault.code, fault.where, {fault.about});
    if (!repaired) return std::nullopt;
    spoilt.push_back(*fault.spoilt);
    replace(text, spoilt.back(), chunk.text.begin);
  }
}

}  // namespace

const Entry* Node::find(std::string_view key) const {
  const auto at = std::ranges::find_if(entries, [&](const Entry& e) { return e.key.text == key; });
  return at == entries.end() ? nullptr : &*at;
}

std::vector<Document> read_yaml(const SourceText& source, Report& report) {
  std::vector<Document> documents;
  if (!check_text(source, report)) return documents;
  for (const Chunk& chunk : split_documents(source, report)) {
    if (chunk.unreadable) continue;
    std::optional<Node> root = read_document(chunk, report);
    if (root && root->kind != NodeKind::null) documents.push_back({std::move(*root), chunk.text});
  }
  return documents;
}

}  // namespace tocsin::yaml
