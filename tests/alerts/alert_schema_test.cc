#include "alerts/alert_schema.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "alerts/alert_json.h"
#include "tests/alerts/sample_alert.h"

namespace tocsin::alerts {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> names_in(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

std::vector<std::string> names_in(std::span<const SchemaField> fields) {
  std::vector<std::string> names;
  for (const SchemaField& field : fields) names.emplace_back(field.name);
  return names;
}

TEST(AlertSchema, ListsExactlyTheFieldsThatAreRenderedInTheirOrder) {
  const Json line = Json::parse(alert_to_json(tocsin::testing::full_alert()));
  EXPECT_EQ(names_in(alert_fields()), names_in(line));
  EXPECT_EQ(names_in(place_fields()), names_in(line["place"]));
  EXPECT_EQ(names_in(evidence_fields()), names_in(line["evidence"][0]));
}

TEST(AlertSchema, WhatItRequiresIsThereInTheBarestAlert) {
  const Json line = Json::parse(alert_to_json(AlertRevision{}));
  for (const SchemaField& field : alert_fields()) {
    EXPECT_TRUE(!field.required || line.contains(std::string(field.name))) << field.name;
  }
  EXPECT_TRUE(line["place"].empty());
}

TEST(AlertSchema, IsJsonAndKnowsEveryWord) {
  const Json schema = Json::parse(alert_schema());
  EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(schema["$defs"]["severity"]["enum"], Json({"low", "medium", "high", "critical"}));
  EXPECT_EQ(schema["$defs"]["reason"]["enum"].size(), 15u);
  EXPECT_EQ(schema["$defs"]["reason"]["enum"].back(), "evicted");
  EXPECT_EQ(schema["$defs"]["kind"]["enum"], Json({"rule", "rule.error", "rule.limit"}));
}

}  // namespace
}  // namespace tocsin::alerts
