#include "rules/cel/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.h"
#include "core/diagnostic.h"
#include "rules/cel/types.h"

namespace tocsin::cel {
namespace {

// "e.level" of a chain of selections; its first name, or null if it does not start with one.
const Node* path_of(const Node& node, std::string& path) {
  const Node* root = &node;
  std::vector<std::string_view> parts;
  for (; root->kind == NodeKind::select; root = root->children[0]) parts.push_back(root->text);
  if (root->kind != NodeKind::name) return nullptr;
  path = root->text;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) path += fmt::format(".{}", *part);
  return root;
}

std::string_view parent_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot + 1);
}

std::string first_starting_with(std::string_view prefix, const std::vector<std::string>& names) {
  const auto starts = [&](const std::string& name) { return name.starts_with(prefix); };
  const auto found = std::find_if(names.begin(), names.end(), starts);
  return found == names.end() ? std::string() : *found;
}

// The nearest last part among the names with the same parts before it.
std::string nearest_sibling(std::string_view path, const std::vector<std::string>& names) {
  const std::string_view parent = parent_of(path);
  std::vector<std::string> last_parts;
  for (const std::string& name : names) {
    if (name.starts_with(parent)) last_parts.push_back(name.substr(parent.size()));
  }
  const std::string last = nearest(path.substr(parent.size()), last_parts);
  return last.empty() ? last : fmt::format("{}{}", parent, last);
}

}  // namespace

bool Names::resolve(Node& node) {
  std::string path;
  const Node* root = path_of(node, path);
  if (root == nullptr) return false;
  if (const Node* macro = root->rooted ? nullptr : bound(root->text)) {
    const Type element{macro->children[0]->type.element};
    if (node.kind == NodeKind::select) {
      no_field(node, element);
    } else {
      node.kind = NodeKind::local;
      node.binder = macro;
      node.type = element;
    }
  } else if (const auto input = scope_.find(path)) {
    found(node, path, *input);
  } else {
    unknown(node, path);
  }
  return true;
}

const Node* Names::bound(std::string_view name) const {
  const auto same = [&](const Binding& b) { return b.name == name; };
  const auto found = std::find_if(bindings_.rbegin(), bindings_.rend(), same);
  return found == bindings_.rend() ? nullptr : found->macro;
}

void Names::found(Node& node, const std::string& path, const Input& input) {
  node.type = input.type;
  if (input.constant) {
    TOCSIN_CHECK(input.constant->kind() == input.type.kind);
    node.kind = NodeKind::literal;
    node.value = OwnedValue(*input.constant);
    if (is_list(node)) node.min_items = node.max_items = input.constant->as_list().size();
    return;
  }
  node.kind = NodeKind::input;
  node.input = input;
  node.max_items = limits_.max_list_items;
  note_read(path, input);
}

void Names::note_read(const std::string& path, const Input& input) {
  const auto same = [&](const auto& read) { return read.first == path; };
  const bool repeated = std::any_of(code_.reads.begin(), code_.reads.end(), same);
  if (!repeated) code_.reads.emplace_back(path, input);
  code_.frames = std::max<std::size_t>(code_.frames, input.frame + std::size_t{1});
}

void Names::no_field(const Node& selection, Type type) {
  if (type.kind == ValueKind::unset) return;
  errors_.add(ErrorCode::unknown_name, selection.text_span,
              {fmt::format("a {} has no field '{}'", to_string(type), selection.text),
               fmt::format("{} 类型没有字段“{}”", to_string(type), selection.text)});
}

void Names::unknown(const Node& node, const std::string& path) {
  if (node.kind == NodeKind::select) {
    std::string parent;
    path_of(*node.children[0], parent);
    if (const auto value = scope_.find(parent)) return no_field(node, value->type);
  }
  std::vector<std::string> names = scope_.names();
  const std::string field = first_starting_with(fmt::format("{}.", path), names);
  if (!field.empty()) return not_a_value(node, path, field);
  for (const Binding& binding : bindings_) names.push_back(binding.name);
  errors_.add(ErrorCode::unknown_name, node.span,
              {fmt::format("unknown name '{}'", path), fmt::format("未知的名称“{}”", path)},
              nearest_name(path, names));
}

void Names::not_a_value(const Node& node, const std::string& path, const std::string& field) {
  errors_.add(ErrorCode::unknown_name, node.span,
              {fmt::format("'{}' is not a value; its fields are, such as {}", path, field),
               fmt::format("“{}”本身不是值；请使用它的字段，例如 {}", path, field)},
              field);
}

std::string nearest_name(std::string_view path, const std::vector<std::string>& names) {
  const std::string_view parent = parent_of(path);
  const bool parent_known = !parent.empty() && !first_starting_with(parent, names).empty();
  if (parent_known) {
    if (std::string sibling = nearest_sibling(path, names); !sibling.empty()) return sibling;
  }
  const std::string ending = fmt::format(".{}", path.substr(parent.size()));
  const auto ends = [&](const std::string& name) { return name.ends_with(ending); };
  const auto found = std::find_if(names.begin(), names.end(), ends);
  if (found != names.end()) return *found;
  return parent_known ? std::string() : nearest(path, names);
}

}  // namespace tocsin::cel
