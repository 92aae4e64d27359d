#include "rules/load/rule_graph.h"

#include <algorithm>

#include "rules/load/compiler.h"

namespace tocsin::rules {

std::string_view alert_rule_of(std::string_view event_type) {
  constexpr std::string_view kPrefix = "alert.";
  return event_type.starts_with(kPrefix) ? event_type.substr(kPrefix.size()) : std::string_view();
}

RuleGraph::RuleGraph(std::deque<RuleText>& rules) {
  for (RuleText& rule : rules) {
    if (rule.name == nullptr) continue;
    add(rule, rule.rule.name, false);
    if (rule.roll_up && rule.roll_up->as != nullptr) add(rule, rule.roll_up->as->text, true);
  }
  for (const RuleText& rule : rules) {
    if (rule.name != nullptr) connect(rule);
  }
}

void RuleGraph::add(RuleText& rule, std::string_view name, bool parent) {
  if (!by_name_.emplace(name, vertices_.size()).second) return;  // reported elsewhere
  vertices_.emplace_back().item = {.name = name, .rule = &rule, .parent = parent};
}

void RuleGraph::connect(const RuleText& rule) {
  const auto hears = [&](const PatternText& pattern) {
    for (const yaml::Node* event : pattern.events) {
      const std::string_view below = alert_rule_of(event->text);
      if (!below.empty()) connect(below, rule.rule.name, *event, rule.file);
    }
  };
  for (const PatternText& pattern : patterns_of(rule)) hears(pattern);
  for (const yaml::Node* name : rule.inhibits) {
    connect(rule.rule.name, name->text, *name, rule.file);
  }
  if (rule.roll_up && rule.roll_up->as != nullptr) {
    connect(rule.rule.name, rule.roll_up->as->text, *rule.roll_up->as, rule.file);
  }
}

void RuleGraph::connect(std::string_view from, std::string_view to, const yaml::Node& node,
                        RuleFile* file) {
  const auto below = by_name_.find(from);
  const auto above = by_name_.find(to);
  if (below == by_name_.end() || above == by_name_.end()) return;
  vertices_[below->second].above.push_back({above->second, &node, file});
  ++vertices_[above->second].below;
}

std::vector<RuleGraph::Item> RuleGraph::in_order() {
  const std::size_t all = vertices_.size();
  for (take_free(); order_.size() < all; take_free()) refuse_circle();
  std::ranges::stable_sort(order_, [](const Item& a, const Item& b) {
    return std::pair(a.level, a.name) < std::pair(b.level, b.name);
  });
  return std::move(order_);
}

// Takes what has nothing left below, over and over.
void RuleGraph::take_free() {
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < vertices_.size(); ++i) {
    if (!vertices_[i].done && vertices_[i].below == 0) ready.push_back(i);
  }
  while (!ready.empty()) {
    Vertex& vertex = vertices_[ready.back()];
    ready.pop_back();
    vertex.done = true;
    order_.push_back(vertex.item);
    for (const Edge& edge : vertex.above) {
      Vertex& above = vertices_[edge.to];
      if (above.done) continue;
      above.item.level = std::max(above.item.level, vertex.item.level + 1);
      if (above.item.level == kMaxLevels) {
        edge.file->report.add(Code::too_many_levels, edge.node->span,
                              {above.item.name, std::to_string(kMaxLevels)});
      }
      if (--above.below == 0) ready.push_back(edge.to);
    }
  }
}

// One that is below `vertex` and not in order yet: there is always one.
std::size_t RuleGraph::remaining_below(std::size_t vertex, const Edge** by) const {
  for (std::size_t i = 0; i < vertices_.size(); ++i) {
    if (vertices_[i].done) continue;
    for (const Edge& edge : vertices_[i].above) {
      if (edge.to != vertex) continue;
      *by = &edge;
      return i;
    }
  }
  return vertex;
}

// Everything that is left is in a circle or above one: going down long enough goes round.
void RuleGraph::refuse_circle() {
  const auto left = [](const Vertex& v) { return !v.done; };
  std::size_t at =
      static_cast<std::size_t>(std::ranges::find_if(vertices_, left) - vertices_.begin());
  std::vector<std::size_t> path;
  std::vector<const Edge*> edges;
  while (std::ranges::find(path, at) == path.end()) {
    path.push_back(at);
    edges.push_back(nullptr);
    at = remaining_below(at, &edges.back());
  }
  const auto first = std::ranges::find(path, at) - path.begin();
  std::vector<std::size_t> circle(path.begin() + first, path.end());
  const Edge& said = *edges[static_cast<std::size_t>(first)];
  std::ranges::reverse(circle);  // from below to above
  const auto name = [&](std::size_t vertex) { return vertices_[vertex].item.name; };
  std::ranges::rotate(circle, std::ranges::min_element(circle, {}, name));
  std::string names;
  for (const std::size_t vertex : circle) {
    names += std::string(name(vertex)) + " -> ";
  }
  names += name(circle.front());
  said.file->report.add(Code::rule_circle, said.node->span, {names});
  for (const std::size_t vertex : circle) {
    vertices_[vertex].done = true;
    vertices_[vertex].item.rule->in_circle = true;
    order_.push_back(vertices_[vertex].item);
    for (const Edge& edge : vertices_[vertex].above) --vertices_[edge.to].below;
  }
}

}  // namespace tocsin::rules
