#include "rules/load/strict_yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <sstream>
#include <unordered_map>

#include "rules/load/yaml_text.h"

namespace tocsin::yaml {
namespace {

struct TooDeep {};

bool is_word_bool(std::string_view text) {
  static constexpr std::array<std::string_view, 4> kWords{"yes", "no", "on", "off"};
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return std::ranges::find(kWords, lower) != kWords.end();
}

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

// What the writer meant: the rest of the line, without a comment and without what closes around it.
std::string_view meant_by_tag(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  line = line.substr(0, line.find(" #"));
  line = line.substr(0, flow_end(line));
  return line.substr(0, line.find_last_not_of(" \r") + 1);
}

// The parser's events -> one tree of nodes.
class Builder final : public YAML::EventHandler {
 public:
  Builder(Report& report, std::size_t base) : report_(report), base_(base) {}

  std::optional<Node> root;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_anchor(mark, anchor);
    put(node(anchor == 0 ? NodeKind::null : NodeKind::invalid, mark));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    report_.add(Code::yaml_alias, word_at(mark));
    put(node(NodeKind::invalid, mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node scalar = node(NodeKind::scalar, mark);
    const bool tagged = tag != "?" && (tag != "!" || source_at(mark) == '!');
    if (tagged) {
      report_tag(mark);
    } else {
      check_anchor(mark, anchor);
    }
    if (tagged || anchor != 0) {
      scalar.kind = NodeKind::invalid;
    } else {
      read_scalar(scalar, value);
    }
    put(std::move(scalar));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(NodeKind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(NodeKind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    std::optional<Node> key;
    std::unordered_map<std::string, std::size_t> keys;  // where each first stands
  };

  std::size_t offset(const YAML::Mark& mark) const {
    const std::size_t at = base_ + static_cast<std::size_t>(std::max(mark.pos, 0));
    return std::min(at, report_.source().text().size());
  }
  char source_at(const YAML::Mark& mark) const {
    const std::string_view text = report_.source().text();
    return offset(mark) < text.size() ? text[offset(mark)] : '\0';
  }
  // From the mark to the next space.
  Span word_at(const YAML::Mark& mark) const {
    const std::size_t begin = offset(mark);
    const std::size_t end = report_.source().text().find_first_of(" \t\r\n,]}", begin);
    return {begin, std::min(end, report_.source().text().size())};
  }
  Node node(NodeKind kind, const YAML::Mark& mark) const {
    Node made;
    made.kind = kind;
    made.span = {offset(mark), offset(mark) + 1};
    return made;
  }

  void report_tag(const YAML::Mark& mark) {
    const std::size_t begin = offset(mark);
    const std::string_view meant = meant_by_tag(report_.source().text().substr(begin));
    report_.add(Code::yaml_tag, {begin, begin + meant.size()}, {meant});
  }
  void check_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) report_.add(Code::yaml_anchor, word_at(mark));
  }

  void read_scalar(Node& scalar, const std::string& value) {
    const std::string_view source = report_.source().text();
    const std::size_t begin = scalar.span.begin;
    scalar.style = style_at(source, begin);
    scalar.text = value;
    scalar.span.end = text_offsets(source, begin, scalar.style, value).back();
    check_quotes(scalar);
    const bool is_key =
        !open_.empty() && open_.back().node.kind == NodeKind::map && !open_.back().key;
    if (!is_key && scalar.is_plain() && is_word_bool(value)) {
      const bool truth = value.size() == 3 ? (value[0] | 32) == 'y' : (value[1] | 32) == 'n';
      report_.add(Code::yaml_word_bool, scalar.span, {value, truth ? "true" : "false"},
                  truth ? "true" : "false");
      scalar.kind = NodeKind::invalid;
    }
  }
  // The parser takes the end of the document for a closing quote.
  void check_quotes(Node& scalar) {
    const bool quoted =
        scalar.style == ScalarStyle::single_quoted || scalar.style == ScalarStyle::double_quoted;
    const std::string_view written = report_.source().text(scalar.span);
    if (!quoted || (written.size() > 1 && written.back() == written.front())) return;
    report_.add(Code::yaml_syntax, {scalar.span.begin, scalar.span.begin + 1},
                {explain_syntax(YAML::ErrorMsg::EOF_IN_SCALAR)});
    scalar.kind = NodeKind::invalid;
  }
  static ScalarStyle style_at(std::string_view source, std::size_t begin) {
    switch (begin < source.size() ? source[begin] : ' ') {
      case '\'': return ScalarStyle::single_quoted;
      case '"': return ScalarStyle::double_quoted;
      case '|': return ScalarStyle::literal;
      case '>': return ScalarStyle::folded;
      default: return ScalarStyle::plain;
    }
  }

  void open(NodeKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (open_.size() >= kMaxYamlDepth) {
      report_.add(Code::yaml_depth, word_at(mark), {std::to_string(kMaxYamlDepth)});
      throw TooDeep{};
    }
    if (!tag.empty() && tag != "?") report_tag(mark);
    check_anchor(mark, anchor);
    open_.push_back({node(kind, mark), std::nullopt, {}});
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
  void put_entry(Open& map, Node key, Node value) {
    if (key.kind != NodeKind::scalar) {
      if (key.kind != NodeKind::invalid) report_.add(Code::yaml_key, key.span);
      return;
    }
    if (key.is_plain() && key.text == "<<") {
      report_.add(Code::yaml_merge, key.span);
      return;
    }
    const auto [first, is_new] = map.keys.emplace(key.text, key.span.begin);
    if (!is_new) {
      const std::size_t line = report_.source().position(first->second).line;
      report_.add(Code::yaml_duplicate_key, key.span, {key.text, std::to_string(line)});
      return;
    }
    if (value.kind == NodeKind::null) value.span = key.span;
    map.node.entries.push_back({std::move(key), std::move(value)});
  }

  Report& report_;
  std::size_t base_;
  std::vector<Open> open_;
};

void report_syntax(const YAML::ParserException& error, const Chunk& chunk, Report& report) {
  const std::size_t size = report.source().text().size();
  const std::size_t mark =
      error.mark.is_null() ? 0 : static_cast<std::size_t>(std::max(error.mark.pos, 0));
  const std::size_t at = std::min(chunk.text.begin + mark, size);
  if (error.msg == YAML::ErrorMsg::UNKNOWN_ANCHOR) {
    report.add(Code::yaml_alias, {at, at + 1});
  } else {
    report.add(Code::yaml_syntax, {at, at + 1}, {explain_syntax(error.msg)});
  }
}

std::optional<Node> parse_chunk(const Chunk& chunk, Report& report) {
  std::istringstream stream{std::string(report.source().text(chunk.text))};
  Builder builder(report, chunk.text.begin);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return std::nullopt;
    Builder rest(report, chunk.text.begin);
    if (parser.HandleNextDocument(rest) && rest.root) {
      report.add(Code::yaml_syntax, rest.root->span, {explain_syntax("")});
      return std::nullopt;
    }
    return std::move(builder.root);
  } catch (const TooDeep&) {
  } catch (const YAML::ParserException& error) {
    report_syntax(error, chunk, report);
  } catch (const std::exception&) {
    report.add(Code::yaml_syntax, {chunk.text.begin, chunk.text.begin + 1}, {explain_syntax("")});
  }
  return std::nullopt;
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
    std::optional<Node> root = parse_chunk(chunk, report);
    if (root && root->kind != NodeKind::null) documents.push_back({std::move(*root), chunk.text});
  }
  return documents;
}

}  // namespace tocsin::yaml
