#pragma once
/// Every diagnostic code of files people write, with its texts in both languages, in one table: the
/// loader reports from it and help pages read it.
///
///     E1xxx  the file is no strict YAML        E2xxx  structure, words, names
///     E3xxx  expressions (made by rules/cel)   W      lints
///
/// Texts hold {0}, {1}, ... for what Report::add is given.
#include <cstdint>
#include <span>
#include <string_view>

namespace tocsin {

enum class Code : std::uint8_t {
  // E10: YAML
  yaml_syntax,
  yaml_utf8,
  yaml_control,
  yaml_tab,
  yaml_tag,
  yaml_anchor,
  yaml_alias,
  yaml_merge,
  yaml_duplicate_key,
  yaml_word_bool,
  yaml_depth,
  yaml_size,
  yaml_directive,
  yaml_key,
  yaml_one_document,
  yaml_too_many,
  // E21: structure
  wrong_kind,
  missing_key,
  unknown_key,
  empty_value,
  empty_collection,
  listed_twice,
  bad_duration,
  bad_integer,
  bad_number,
  bad_boolean,
  out_of_range,
  unknown_word,
  bad_name,
  too_long,
  // E22: rules
  bad_format,
  duplicate_rule,
  one_form,
  unknown_event_type,
  missing_field,
  field_kinds,
  identity_subset,
  reserved_name,
  param_kind,
  param_bounds,
  param_range,
  step_count,
  fire_limit,
  at_least_limit,
  rule_cost,
  sequence_steps,
  step_shape,
  absent_place,
  two_windows,
  idle_key,
  unknown_rule,
  rule_circle,
  too_many_levels,
  alert_word,
  suppressed_fire,
  roll_up_threshold,
  share_population,
  one_threshold,
  clear_side,
  empty_window,
  not_a_number,
  needs_value,
  no_condition,
  also_sample,
  one_interval,
  device_field,
  only_silence,
  // E23: bundle
  second_bundle,
  bad_clock,
  bad_zone,
  empty_span,
  unknown_calendar,
  calendar_name,
  quiet_fire,
  alert_settings,
  // E24: templates
  template_unclosed,
  template_empty,
  template_holes,
  // E25: tests
  test_step_kind,
  test_value_kind,
  test_order,
  test_rule,
  test_must_reach,
  test_engine,
  test_alert,
  // W
  unused_param,
  unused_condition,
  unused_calendar,
  unused_latest,
  vacuous_test,
  idle_escalation,
  needs_registry,
  silence_unwatched,
  no_rule,
  shadow_alerts,
  share_registry,
  never_matches,
  never_ends,
  twin_rules,
  no_tests,
  count_,
};

struct CodeInfo {
  Code id{};
  std::string_view code;  ///< "E2103"
  std::string_view en;
  std::string_view zh;
  std::string_view next_en;  ///< what to do; may be empty
  std::string_view next_zh;
};

const CodeInfo& info(Code code);
/// In order of Code.
std::span<const CodeInfo> all_codes();

}  // namespace tocsin
