#include "rules/load/compiler.h"

#include "rules/load/rule_compiler.h"

namespace tocsin::rules {

void RuleCompiler::compile(const LoadOptions& options, std::vector<WatchedCondition>& watched) {
  if (options.watch_branches) expressions_.watch(rule_.name, watched);
  apply_limits(bundle_.limits, bundle_.file);
  apply_limits(text_.limits, text_.file);
  compile_latest();
  compile_form();
  for (const KeyField& key : keys_) text_.key_fields.push_back(spec_of(key));
  note_openers();
  compile_identity();
  compile_alert();
  check_limits();
  rule_.latest_reads = latest_.reads;
  if (latest_.reads.size() > kMaxSlots) {
    report_.add(Code::out_of_range, text_.latest.front().name->span,
                {"latest.*", "0", std::to_string(kMaxSlots), std::to_string(latest_.reads.size())});
  }
  if (expressions_.uses_registry() && !options.have_registry && text_.name != nullptr) {
    report_.add(Code::needs_registry, text_.name->span, {rule_.name, "adjacent()"});
  }
  const bool silence = std::holds_alternative<SilenceForm>(rule_.form);
  if (silence && !options.have_registry && text_.name != nullptr) {
    report_.add(Code::silence_unwatched, text_.name->span, {rule_.name});
  }
  if (!silence && text_.first_event != nullptr) {
    report_.add(Code::only_silence, text_.first_event->span);
  }
}

void RuleCompiler::check_limits() {
  if (expressions_.cost() > rule_.limits.max_cost && text_.name != nullptr) {
    report_.add(Code::rule_cost, text_.name->span,
                {std::to_string(expressions_.cost()), std::to_string(rule_.limits.max_cost)});
  }
  const auto* const all = std::get_if<AllForm>(&rule_.form);
  const auto* const sequence = std::get_if<SequenceForm>(&rule_.form);
  const std::uint32_t keep = all ? all->keep : sequence ? sequence->keep : kDefaultKeep;
  if (text_.keep != nullptr && is_fire() && keep < kDefaultKeep) {
    refuse_low(report_, *text_.keep, "keep", keep, kDefaultKeep);
  }
  if (const auto* count = std::get_if<CountForm>(&rule_.form))
    check_reachable(text_.at_least, "at_least", count->at_least);
  if (const auto* aggregate = std::get_if<AggregateForm>(&rule_.form))
    check_reachable(text_.min_samples, "min_samples", aggregate->min_samples);
}

void RuleCompiler::check_reachable(const Node* node, std::string_view what, std::uint32_t wanted) {
  const std::uint32_t most = rule_.limits.max_events_per_window;
  if (node == nullptr || wanted <= most) return;
  report_.add(Code::at_least_limit, node->span,
              {std::to_string(wanted), std::to_string(most), what});
}

bool RuleCompiler::is_fire() const { return rule_.category == "fire"; }

void RuleCompiler::apply_limits(const std::vector<LimitText>& limits, RuleFile* file) {
  for (const LimitText& limit : limits) {
    rule_.limits.*limit.spec->field = limit.value;
    const std::uint32_t least = Limits{}.*limit.spec->field;
    if (is_fire() && limit.value < least) {
      refuse_low(file->report, *limit.node, limit.spec->name, limit.value, least);
    }
  }
}

void RuleCompiler::refuse_low(yaml::Report& report, const Node& node, std::string_view name,
                              std::uint32_t value, std::uint32_t least) const {
  report.add(Code::fire_limit, node.span,
             {name, std::to_string(value), std::to_string(least), rule_.name});
}

void compile_rule(RuleText& rule, BundleText& bundle, const Catalogue& catalogue,
                  const LoadOptions& options, std::vector<WatchedCondition>& watched) {
  RuleCompiler(rule, bundle, catalogue).compile(options, watched);
  rule.rule.version = rule_version(rule, bundle);
  rule.rule.match_hash = match_hash(rule);
}

void lint_rule(const RuleText& rule) {
  yaml::Report& report = rule.file->report;
  for (const Param& param : rule.params) {
    if (!param.used) report.add(Code::unused_param, param.key->span, {param.name});
  }
  for (const LatestText& cell : rule.latest) {
    if (!cell.used) report.add(Code::unused_latest, cell.name->span, {cell.name->text});
  }
  const Resolve& resolve = rule.rule.alert.resolve;
  const bool timed = resolve.quiet_for || resolve.after || resolve.breaks_for;
  if (resolve.or_event && !timed && !resolve.on_first_event && never(resolve.or_event->pattern)) {
    report.add(Code::never_ends, rule.name->span, {rule.rule.name});
  }
  for (const EscalationText& step : rule.escalations) {
    if (step.severity >= rule.rule.severity) continue;
    report.add(Code::idle_escalation, step.severity_node->span,
               {to_string(step.severity), to_string(rule.rule.severity)});
  }
}

}  // namespace tocsin::rules
