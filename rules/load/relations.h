#pragma once
/// What rules of a bundle say of each other, once they are compiled: their alerts as event types,
/// who suppresses whom, and the roll-ups, each a rule of its own.
#include <deque>
#include <string>
#include <vector>

#include "rules/load/compiler.h"
#include "rules/load/rule_graph.h"

namespace tocsin::rules {

class Relations {
 public:
  Relations(std::deque<RuleText>& rules, BundleText& bundle, const Catalogue& catalogue,
            const LoadOptions& options)
      : rules_(rules), bundle_(bundle), catalogue_(catalogue), options_(options) {}

  /// The rules whose alerts may be named; reports a roll-up that has the name of another.
  void declare();
  /// The rule, or the roll-up, is compiled: what its alerts look like.
  void define(const RuleGraph::Item& item);
  /// After all of them: `inhibits`.
  void check_inhibits();
  /// Rules that hear from nobody.
  void lint() const;
  /// Adds the roll-ups; writes down who stands where. Requires: no errors; the set has all rules.
  void link(RuleSet& set);

 private:
  struct Suppresses {
    std::string by;
    std::string victim;
    std::vector<InhibitedBy::Alternative> alternatives;
  };
  struct Parent {
    std::string child;
    Rule rule;
    std::vector<const EventType*> openers;
    std::vector<RolledUp::Alternative> alternatives;
  };

  RuleText* find(std::string_view rule);
  void check_inhibits(RuleText& rule, const yaml::Node& name);
  void define_rule(RuleText& rule);
  void define_parent(RuleText& rule, std::uint32_t level);
  const FieldSpec* roll_up_field(RuleText& rule);
  bool may_share(RuleText& rule, const FieldSpec& by, RollUpForm& form);
  Rule parent_of(const RuleText& rule, const FieldSpec& by) const;

  std::deque<RuleText>& rules_;
  BundleText& bundle_;
  const Catalogue& catalogue_;
  const LoadOptions& options_;
  std::vector<Suppresses> suppresses_;
  std::deque<Parent> parents_;
};

}  // namespace tocsin::rules
