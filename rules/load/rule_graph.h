#pragma once
/// RuleGraph: which rule stands above which: by `alert.<rule>` as an event type, by `inhibits`, by
/// `roll_up`. Gives each its level, and the order to compile them in; refuses circles.
///
/// Limits: kMaxLevels, because each level costs every moment.
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rules/load/collected.h"

namespace tocsin::rules {

inline constexpr std::uint32_t kMaxLevels = 16;

/// "alert.smoke-single" -> "smoke-single"; empty: no such type.
std::string_view alert_rule_of(std::string_view event_type);

class RuleGraph {
 public:
  /// A rule, or (parent) the roll-up of one.
  struct Item {
    std::string_view name;
    RuleText* rule = nullptr;
    bool parent = false;
    std::uint32_t level = 0;
  };

  explicit RuleGraph(std::deque<RuleText>& rules);

  /// Those below first. Reports circles, and what is over kMaxLevels.
  std::vector<Item> in_order();

 private:
  struct Edge {
    std::size_t to = 0;
    const yaml::Node* node = nullptr;  ///< where it is said...
    RuleFile* file = nullptr;          ///< ...and in which file
  };
  struct Vertex {
    Item item;
    std::vector<Edge> above;
    std::size_t below = 0;  ///< not yet in order
    bool done = false;
  };

  void add(RuleText& rule, std::string_view name, bool parent);
  void connect(const RuleText& rule);
  void connect(std::string_view from, std::string_view to, const yaml::Node& node, RuleFile* file);
  void take_free();
  void refuse_circle();
  std::size_t remaining_below(std::size_t vertex, const Edge** by) const;

  std::vector<Vertex> vertices_;
  std::map<std::string_view, std::size_t> by_name_;
  std::vector<Item> order_;
};

}  // namespace tocsin::rules
