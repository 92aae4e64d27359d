// docs/rules_reference.md, and the schema of rule files: the loader's tables and nothing else.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <set>

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

TEST(Reference, the_command_that_the_page_names_prints_it_and_of_rules_only) {
  const app::testing::Ended page = app::testing::tocsin({"schema", "rules", "--markdown"});
  EXPECT_EQ(page.code, 0);
  EXPECT_EQ(page.out, rules::rules_reference());
  const app::testing::Ended other = app::testing::tocsin({"schema", "config", "--markdown"});
  EXPECT_EQ(other.code, 2);
  EXPECT_EQ(other.out, "");
  EXPECT_THAT(other.err, HasSubstr("only of rules"));
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

void expect_explained(Keys keys, const std::string& page, const std::string& where) {
  for (const yaml::KeySpec& key : keys) {
    const bool place = key.name.starts_with("loc.");  // the page says once what all places are
    if (place) continue;
    const RE2 word(fmt::format(R"(\b{}\b)", RE2::QuoteMeta(std::string(key.name))));
    EXPECT_TRUE(RE2::PartialMatch(page, word)) << where << "." << key.name;
    expect_explained(key.keys, page, where + "." + std::string(key.name));
  }
}

TEST(Guide, no_key_is_left_unmentioned) {
  const std::string page = app::testing::slurp(TOCSIN_SOURCE "/docs/rules.md");
  expect_explained(rules::rule_keys(), page, "rule");
  expect_explained(rules::bundle_keys(), page, "bundle");
  expect_explained(rules::test_file_keys(), page, "test file");
}

// Rows of its own key tables: "| `key` | default | ..." below "| key ...".
TEST(Guide, its_tables_name_no_key_that_is_not_there) {
  std::set<std::string> known;
  const std::function<void(Keys)> collect = [&](Keys keys) {
    for (const yaml::KeySpec& key : keys) {
      known.insert(std::string(key.name));
      collect(key.keys);
    }
  };
  collect(rules::rule_keys());
  collect(rules::bundle_keys());
  std::size_t rows = 0;
  bool inside = false;
  for (const std::string& line :
       app::testing::lines_of(app::testing::slurp(TOCSIN_SOURCE "/docs/rules.md"))) {
    inside = line.starts_with("| key") || (inside && line.starts_with("|"));
    if (!inside || !line.starts_with("| `")) continue;
    const std::string cell = line.substr(2, line.find(" | ") - 2);
    std::string name;
    for (re2::StringPiece rest(cell); RE2::FindAndConsume(&rest, "`([a-z_]+)`", &name); ++rows)
      EXPECT_TRUE(known.contains(name)) << line;
  }
  EXPECT_GT(rows, 50U);
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
  for (const yaml::KeySpec& key : keys) {
    const std::string name(key.name);
    ASSERT_TRUE(schema.at("properties").contains(name)) << where << "." << name;
    const nlohmann::json& value = schema.at("properties").at(name);
    EXPECT_EQ(value.at("description"), key.doc) << where << "." << name;
    if (key.type == yaml::ValueType::map && !key.keys.empty())
      expect_same_keys(value, key.keys, where + "." + name);
  }
  EXPECT_EQ(schema.at("properties").size(), keys.size()) << where;
}

TEST(Reference, the_json_schema_has_the_same_keys) {
  const auto schema_of = [](rules::RuleDocument document) {
    return nlohmann::json::parse(rules::rules_json_schema(document));
  };
  using rules::RuleDocument;
  expect_same_keys(schema_of(RuleDocument::rule), rules::rule_keys(), "rule");
  expect_same_keys(schema_of(RuleDocument::bundle), rules::bundle_keys(), "bundle");
  expect_same_keys(schema_of(RuleDocument::test_file), rules::test_file_keys(), "test file");
}

}  // namespace
}  // namespace tocsin::docs
