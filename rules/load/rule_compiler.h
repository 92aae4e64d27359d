#pragma once
/// RuleCompiler: one RuleText -> its Rule, in the steps of compile(); how compile_rule() does it.
/// Its parts are in compile_pattern.cc, compile_form.cc and compile_alert.cc.
///
/// Thread: one. Lifetime: within compile_rule().
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/load/compiler.h"

namespace tocsin::rules {

/// Its condition holds for no event of any of its types.
bool never(const Pattern& pattern,
           cel::Program Pattern::Alternative::*condition = &Pattern::Alternative::where);

class RuleCompiler {
 public:
  RuleCompiler(RuleText& text, BundleText& bundle, const Catalogue& catalogue)
      : text_(text),
        rule_(text.rule),
        bundle_(bundle),
        catalogue_(catalogue),
        report_(text.file->report),
        expressions_(report_, bundle, text.calendars, text.rule.limits) {}

  void compile(const LoadOptions& options, std::vector<WatchedCondition>& watched);

 private:
  using Wanted = ExpressionCompiler::Wanted;
  using Node = yaml::Node;

  // Patterns: event types, keys, conditions, and what they read as evidence.
  void compile_latest();
  Pattern keyed_pattern(const EventTypes& types);
  void compile_defaults(const Node& map, const EventTypes& types, LatestCell& cell);
  Pattern compile_step(const PatternText& text);
  Pattern compile_pattern(const PatternText& text, const EventTypes& types);
  EventTypes resolve_types(const PatternText& text);
  std::vector<std::uint16_t> slots_of(const std::vector<const Node*>& fields, const EventType& type,
                                      std::string_view needed_by);
  bool is_new_lack(const Node& field, const EventType& type);
  void note_openers();
  FieldSpec spec_of(const KeyField& key) const;
  void note_keys(const EventTypes& types);
  void compile_where(const PatternText& text, const EventTypes& types, Pattern& pattern,
                     RuleScope::LatestScope* latest);
  void compile_each(const Node& text, const EventTypes& types, Pattern& pattern,
                    cel::Program Pattern::Alternative::*program, Wanted wanted,
                    RuleScope::LatestScope* latest);
  cel::Program compile_on(const Expression& expression, const EventTypes& one,
                          RuleScope::LatestScope* latest, Wanted wanted, bool name_type);
  static void note_event_reads(const cel::Program& program, const EventType& type,
                               Pattern::Alternative& alternative);
  void note_reads(const cel::Program& program);
  static void note_read(Pattern& pattern, const EventTypes& types, std::uint16_t slot);
  Pattern& pattern_at(std::size_t step);
  RuleScope outer_scope();

  // The form.
  void compile_form();
  void compile_silence(SilenceForm& silence);
  std::vector<std::uint16_t> device_keys();
  void compile_sequence(SequenceForm& sequence);
  void compile_aggregate(AggregateForm& aggregate);
  void compile_sustained(SustainedForm& sustained);
  void compile_value(Pattern& pattern);
  bool check_number(const cel::Program& program, const Node& node, std::string_view what);
  std::optional<double> constant(const Node* node, std::string_view what);
  void compile_steps(std::vector<Step>& steps, cel::Program& condition);

  // The alert.
  void compile_identity();
  void compile_alert();
  bool can_break() const;
  void compile_quiet_hours();
  void compile_summary(const RuleScope& scope);
  OrEvent compile_or_event(const PatternText& text);

  // Limits.
  void check_limits();
  void check_reachable(const Node* node, std::string_view what, std::uint32_t wanted);
  bool is_fire() const;
  void apply_limits(const std::vector<LimitText>& limits, RuleFile* file);
  void refuse_low(yaml::Report& report, const Node& node, std::string_view name,
                  std::uint32_t value, std::uint32_t least) const;

  RuleText& text_;
  Rule& rule_;
  BundleText& bundle_;
  const Catalogue& catalogue_;
  yaml::Report& report_;
  ExpressionCompiler expressions_;
  const EventType device_{.id = {}, .name = "device", .fields = {}};  // of `silence`
  std::vector<EventTypes> types_;                                     // by step
  EventTypes all_types_;
  RuleScope::LatestScope latest_;
  std::vector<KeyField> keys_;
  std::vector<const EventType*> key_owners_;  // who gave keys_[i] its type
  std::vector<std::pair<const Node*, const EventType*>> lacks_;
};

}  // namespace tocsin::rules
