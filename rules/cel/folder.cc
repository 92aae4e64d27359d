#include "rules/cel/folder.h"

#include <algorithm>

#include "rules/cel/machine.h"
#include "rules/cel/overload.h"

namespace tocsin::cel {
namespace {

bool is_time(ValueKind kind) { return kind == ValueKind::timestamp || kind == ValueKind::duration; }

class Folder {
 public:
  explicit Folder(const Bytecode& prepared) : prepared_(prepared) {}

  void fold(Node& node) {
    for (Node* child : node.children) fold(*child);
    const bool constant = !node.children.empty() &&
                          std::all_of(node.children.begin(), node.children.end(), is_literal);
    if (constant) replace(node);
    node.may_fail = may_fail(node);
  }

 private:
  static bool is_literal(const Node* node) { return node->kind == NodeKind::literal; }

  void replace(Node& node) {
    switch (node.kind) {
      case NodeKind::call:
      case NodeKind::index: return call(node);
      case NodeKind::list: return list(node);
      default: return;
    }
  }

  void become(Node& node, const Value& value) {
    node.value = OwnedValue(value);
    node.kind = NodeKind::literal;
    node.children.clear();
  }

  void call(Node& node) {
    Value args[2];
    for (std::size_t i = 0; i < node.children.size(); ++i) args[i] = node.children[i]->value.view();
    if (node.overload == nullptr) return become(node, Value::boolean(!args[0].as_bool()));
    arena_.reset();
    Runtime runtime{arena_, prepared_};
    if (node.overload->run(args, runtime, node.operand) == kOk) become(node, args[0]);
  }

  void list(Node& node) {
    std::vector<Value> items;
    for (const Node* item : node.children) items.push_back(item->value.view());
    become(node, Value::list(items));
  }

  static bool may_fail(const Node& node) {
    const auto fails = [](const Node* child) { return child->may_fail; };
    if (std::any_of(node.children.begin(), node.children.end(), fails)) return true;
    switch (node.kind) {
      case NodeKind::input: return is_time(node.type.kind);
      case NodeKind::call:
      case NodeKind::index: return node.overload != nullptr && node.overload->may_fail;
      case NodeKind::list:   // the arena may be full
      case NodeKind::macro:  // the list may be longer than it may be
      case NodeKind::host_call: return true;
      default: return false;
    }
  }

  const Bytecode& prepared_;
  Arena arena_{kFoldArena};

  static constexpr std::size_t kFoldArena = 16 * 1024;
};

}  // namespace

void fold(Node& root, const Bytecode& prepared) { Folder(prepared).fold(root); }

}  // namespace tocsin::cel
