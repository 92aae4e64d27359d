// What the engine really takes for keys and partials, against the bound that is said beforehand.
#include "rules/state_bound.h"

#include <gtest/gtest.h>

#include "support.h"
#include "tests/support/allocations.h"

namespace tocsin::rules::test {
namespace {

constexpr std::size_t kMany = 2000;
constexpr std::size_t kTextBytes = 8;
// A bound is of use if it is not several times what is needed.
constexpr double kLeastPartOfBound = 0.55;

Catalogue small_catalogue() {
  Catalogue catalogue;
  for (std::uint16_t type = 0; type < kTypes; ++type) {
    std::vector<FieldSpec> fields(3);
    const char* const names[] = {"level", "divisor", "op"};
    for (std::size_t i = 0; i < fields.size(); ++i) {
      fields[i].name = names[i];
      fields[i].kind = i == 2 ? ValueKind::string : ValueKind::int64;
    }
    catalogue.add(std::string(type_name(static_cast<Type>(type))), std::move(fields));
  }
  return catalogue;
}

std::string eight(char prefix, std::size_t number) {
  std::string digits = std::to_string(number);
  return prefix + std::string(kTextBytes - 1 - digits.size(), '0') + digits;
}

// Every slot is set, every text has kTextBytes.
void apply_full(Engine& engine, Type type, std::size_t i, std::size_t building,
                std::vector<AlertRevision>& said) {
  const auto at = static_cast<std::int64_t>(i);
  const std::string text = eight('T', i);
  const TestEvent full{.type = type,
                       .arr = at,
                       .device = eight('D', 1),
                       .id = text,
                       .building = eight('B', building),
                       .zone = eight('Z', 1),
                       .level = 1,
                       .divisor = 1,
                       .op = text,
                       .gateway = eight('G', 1)};
  Event event = make_event(full, i + 1);
  for (std::size_t slot = 0; slot < kCommonSlots + 3; ++slot) {
    const bool number = slot < kCommonSlots && common_fields()[slot].kind != ValueKind::string;
    if (event.slots[slot].is_set()) continue;
    event.slots[slot] = number ? Value::int64(1) : Value::string(text);
  }
  engine.apply(event, said);
}

std::size_t bytes_for(const Rule& rule, Type type, std::size_t buildings) {
  std::vector<AlertRevision> said;
  const auto rules = bundle({rule});
  Engine engine(rules, nullptr);
  apply_full(engine, type, 0, 0, said);
  const std::size_t before = testing::bytes_in_use();
  for (std::size_t i = 1; i <= kMany; ++i) apply_full(engine, type, i, i % buildings, said);
  return testing::bytes_in_use() - before;
}

// Dedup's memory of the same events is not the form's.
std::size_t bytes_of_form(const Rule& rule, Type type, std::size_t buildings) {
  const Rule idle = event_rule("idle", {{kSmoke, kGate}, "e.level > 100"});
  return bytes_for(rule, type, buildings) - bytes_for(idle, type, buildings);
}

void expect_bounded(const Rule& rule, Type type = kSmoke) {
  const StateBound bound = state_bound(rule, small_catalogue(), {kTextBytes, 0});
  const auto per_key = static_cast<double>(bytes_of_form(rule, type, kMany + 1)) / kMany;
  EXPECT_LE(per_key, static_cast<double>(bound.per_key + bound.per_partial));
  EXPECT_GE(per_key, kLeastPartOfBound * static_cast<double>(bound.per_key + bound.per_partial));
  const auto per_partial = static_cast<double>(bytes_of_form(rule, type, 1)) / kMany;
  EXPECT_LE(per_partial, static_cast<double>(bound.per_partial));
  EXPECT_GE(per_partial, kLeastPartOfBound * static_cast<double>(bound.per_partial));
}

TEST(StateBound, of_a_count_holds_for_many_keys_and_many_events) {
  expect_bounded(count_rule("many", {{kSmoke}}, 5000, 60 * kMin));
}

TEST(StateBound, of_all_steps_holds_for_many_keys_and_many_candidates) {
  Rule rule = all_rule("both", {{{kSmoke}}, {{kFlame}}}, 60 * kMin);
  std::get<AllForm>(rule.form).keep = kMany + 1;
  expect_bounded(rule);
}

TEST(StateBound, of_a_sequence_holds_for_many_keys_and_many_candidates) {
  expect_bounded(sequence_rule("order", {{{kSmoke}}, {{kFlame}}}, 60 * kMin));
}

TEST(StateBound, of_pending_absences_holds_for_many_keys) {
  Rule rule = sequence_rule("absent", {{{kGate}}}, -1);
  then_absent(rule, {{kFlame}}, 60 * kMin);
  const StateBound bound = state_bound(rule, small_catalogue(), {kTextBytes, 0});
  const auto used = static_cast<double>(bytes_of_form(rule, kGate, kMany + 1)) / kMany;
  EXPECT_LE(used, static_cast<double>(bound.per_key + bound.per_pending));
  EXPECT_GE(used, kLeastPartOfBound * static_cast<double>(bound.per_key + bound.per_pending));
}

TEST(StateBound, of_a_sustained_run_is_its_first_and_its_newest_sample) {
  SustainedForm form;
  form.lasts = form.max_gap = Duration(60 * kMin);
  const Rule rule = sustained_rule("run", {{kSmoke}}, form, "e.level > 0", "");
  const StateBound bound = state_bound(rule, small_catalogue(), {kTextBytes, 0});
  EXPECT_EQ(bound.per_partial, 0u);
  for (const std::size_t samples : {2u, 20u}) {
    const std::size_t keys = kMany / samples;
    const std::size_t used = bytes_of_form(rule, kSmoke, keys) / keys;
    EXPECT_LE(used, bound.per_key) << samples << " samples each";
    EXPECT_GE(static_cast<double>(used), kLeastPartOfBound * static_cast<double>(bound.per_key));
  }
}

TEST(StateBound, of_single_events_is_nothing) {
  const StateBound bound = state_bound(event_rule("one", {{kSmoke}}), small_catalogue());
  EXPECT_EQ(bound.per_key + bound.per_partial + bound.per_pending, 0u);
}

TEST(StateBound, names_the_limits_of_the_rule) {
  Rule rule = count_rule("many", {{kSmoke}}, 2, kMin);
  rule.limits.max_keys = 7;
  rule.limits.max_events_per_window = 9;
  const StateBound bound = state_bound(rule, small_catalogue());
  EXPECT_EQ(bound.keys, 7u);
  EXPECT_EQ(bound.partials, 9u);
}

}  // namespace
}  // namespace tocsin::rules::test
