// docs/rules_reference.md, and the schema of rule files: the loader's tables and nothing else.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "rules/load/loader.h"
#include "rules/load/rule_keys.h"
#include "tests/app/support.h"

namespace tocsin::docs {
namespace {

using rules::Keys;
using ::testing::HasSubstr;

TEST(Reference, the_page_is_what_the_tables_say) {
  EXPECT_EQ(app::testing::slurp(TOCSIN_SOURCE "/docs/rules_reference.md"), rules::rules_reference())
      << "tocsin schema rules --markdown > docs/rules_reference.md";
}

TEST(Reference, every_key_has_a_line) {
  const std::string page = rules::rules_reference();
  for (const Keys keys :
       {rules::rule_keys(), rules::absent_keys(), rules::silence_keys(), rules::roll_up_when_keys(),
        rules::calendar_keys(), rules::repeat_keys(), rules::test_device_keys()}) {
    for (const yaml::KeySpec& key : keys) {
      EXPECT_FALSE(key.doc.empty()) << key.name;
      EXPECT_THAT(page, HasSubstr(fmt::format("\n| `{}` |", key.name)));
    }
  }
}

TEST(Reference, a_limits_text_says_the_default_that_is_used) {
  for (const rules::LimitSpec& limit : rules::limit_specs()) {
    const auto key = std::ranges::find(rules::limit_keys(), limit.name, &yaml::KeySpec::name);
    ASSERT_NE(key, rules::limit_keys().end()) << limit.name;
    EXPECT_TRUE(key->doc.ends_with(fmt::format("default {}", rules::Limits{}.*limit.field)))
        << limit.name << ": " << key->doc;
  }
}

void expect_same_keys(const nlohmann::json& schema, Keys keys, const std::string& where) {
  std::size_t available = 0;
  for (const yaml::KeySpec& key : keys) {
    if (key.presence == yaml::Presence::not_yet) continue;
    ++available;
    const std::string name(key.name);
    ASSERT_TRUE(schema.at("properties").contains(name)) << where << "." << name;
    const nlohmann::json& value = schema.at("properties").at(name);
    EXPECT_EQ(value.at("description"), key.doc) << where << "." << name;
    if (key.type == yaml::ValueType::map && !key.keys.empty())
      expect_same_keys(value, key.keys, where + "." + name);
  }
  EXPECT_EQ(schema.at("properties").size(), available) << where;
}

TEST(Reference, the_json_schema_has_the_same_keys) {
  const auto schema = nlohmann::json::parse(rules::rules_json_schema());
  expect_same_keys(schema, rules::rule_keys(), "rule");
  expect_same_keys(schema.at("$defs").at("bundle"), rules::bundle_keys(), "bundle");
}

}  // namespace
}  // namespace tocsin::docs
