#pragma once
/// RuleText -> Rule: names become slots, expressions programs. Thread: any.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/catalogue.h"
#include "rules/load/collected.h"
#include "rules/load/expression.h"
#include "rules/load/scope.h"

namespace tocsin::rules {

/// Compiles expressions of one file and reports their errors where they stand.
class ExpressionCompiler {
 public:
  /// `calendars`: filled with those that expressions ask. `limits` must outlive it.
  ExpressionCompiler(yaml::Report& report, BundleText& bundle, std::set<std::uint32_t>& calendars,
                     const Limits& limits)
      : report_(report), bundle_(bundle), calendars_(calendars), limits_(limits) {}

  enum class Wanted : bool { condition, any };
  /// `type`: the event type it is checked for, where there are several. An error that was reported
  /// for another type is not repeated. Empty program: reported.
  cel::Program compile(const Expression& expression, const RuleScope& scope, Wanted wanted,
                       std::string_view type = {});

  bool uses_registry() const { return uses_registry_; }
  /// Of all expressions so far; of one that is compiled for several types the greatest.
  /// Over the limit, what follows is not compiled any more.
  std::size_t cost() const { return cost_; }
  const Limits& limits() const { return limits_; }
  /// Conditions note what they see from now on; what notes it is added to `watched`.
  void watch(std::string rule, std::vector<WatchedCondition>& watched) {
    rule_ = std::move(rule);
    watched_ = &watched;
  }

 private:
  struct Reported {
    std::string code;
    std::size_t begin;
    std::size_t end;
    bool operator==(const Reported&) const = default;
  };
  bool calendars_known(const Expression& expression);
  bool ask_calendar(const Expression& expression, const NameUse& call);
  void report(const cel::CompileError& error, const Expression& expression, const RuleScope& scope,
              std::string_view type);
  bool is_new(Reported one);
  void note_cost(std::size_t place, std::size_t cost);
  void add_watched(std::shared_ptr<cel::Branches> branches, const Expression& expression);

  yaml::Report& report_;
  BundleText& bundle_;
  std::set<std::uint32_t>& calendars_;
  const Limits& limits_;
  std::vector<Reported> reported_;
  std::map<std::size_t, std::size_t> costs_;  // by place in the file
  std::size_t cost_ = 0;                      // their sum
  std::string rule_;
  std::vector<WatchedCondition>* watched_ = nullptr;
  bool uses_registry_ = false;
};

/// `{{expr}}` text -> pieces.
Template compile_template(const yaml::Node& text, const RuleScope& scope,
                          ExpressionCompiler& compiler, yaml::Report& report);

/// Finishes rule.rule. Marks conditions as used. `watched`: if the options ask for it.
void compile_rule(RuleText& rule, BundleText& bundle, const Catalogue& catalogue,
                  const LoadOptions& options, std::vector<WatchedCondition>& watched);

/// Things that are allowed and probably not meant; for bundles without errors.
void lint_rule(const RuleText& rule);
/// A condition of the bundle that no rule names: what can be said of it without an event.
void check_unused(const Condition& condition);
/// Equal for rules that match the same: structure, `match`, params, latest and mode.
std::string twin_key(const RuleText& rule);

/// Settings for every type of the catalogue.
std::vector<TypeSettings> compile_types(const BundleText& bundle, const Catalogue& catalogue);

/// The type of that name, or reported.
const EventType* resolve_type(const yaml::Node& name, const Catalogue& catalogue,
                              yaml::Report& report);
/// The same, or the alerts of a rule of the bundle. Null without a report: of a rule that has
/// faults of its own.
const EventType* resolve_type(const yaml::Node& name, const Catalogue& catalogue,
                              AlertTypes& alerts, yaml::Report& report);
/// The type's field of that name, or reported as what `needed_by` needs.
const FieldSpec* resolve_field(const yaml::Node& field, const EventType& type,
                               std::string_view needed_by, yaml::Report& report);

/// Everything of the rule that names event types.
std::vector<PatternText> patterns_of(const RuleText& rule);

/// "sha256:...": the document and what the bundle adds to it.
std::string rule_version(const RuleText& rule, const BundleText& bundle);
/// Of what a structural edit changes.
std::string match_hash(const RuleText& rule);

}  // namespace tocsin::rules
