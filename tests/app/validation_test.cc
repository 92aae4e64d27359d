#include "app/validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/app/support.h"

namespace tocsin::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kGood =
    "format: tocsin/1\nrule: smoke\nseverity: high\nfor_each: [device_id]\n"
    "match: {event: {event: smoke.alarm}}\n";

Validation validate(const std::vector<std::string>& paths) { return validate_paths(paths); }

TEST(Validate, files_are_told_apart_by_name_and_content) {
  EXPECT_EQ(kind_of_file("x/tocsin.yaml", ""), FileKind::config);
  EXPECT_EQ(kind_of_file("prod.yaml", "# x\nkafka:\n  topic: t\n"), FileKind::config);
  EXPECT_EQ(kind_of_file("bundle.yaml", "limits: {}\n"), FileKind::rules);
  EXPECT_EQ(kind_of_file("a.yaml", kGood), FileKind::rules);
  EXPECT_EQ(kind_of_file("a.yaml", "rulle: x\n"), FileKind::rules);
  EXPECT_EQ(kind_of_file("r/places.csv", ""), FileKind::registry);
}

std::vector<std::string> codes(const Validation& found) {
  std::vector<std::string> all;
  for (const Diagnostic& d : found.diagnostics) all.push_back(d.code);
  return all;
}

TEST(Validate, a_good_bundle_is_summed_up) {
  const testing::Folder folder;
  folder.write("rules/a.yaml", kGood);
  const Validation found = validate({folder.path("rules")});
  EXPECT_THAT(codes(found), ElementsAre("W2913"));  // it has no test
  EXPECT_THAT(found.rules,
              ElementsAre("smoke: event, high, live, for each device_id, 0 tests; state: none"));
}

TEST(Validate, every_error_of_every_file_comes_at_once) {
  const testing::Folder folder;
  folder.write("rules/a.yaml", "format: tocsin/1\nrulle: x\n");
  folder.write("tocsin.yaml", "kafka: {topik: x}\n");
  const Validation found = validate({folder.path("rules"), folder.path("tocsin.yaml")});
  std::set<std::string> files;
  for (const Diagnostic& d : found.diagnostics)
    files.insert(std::filesystem::path(d.file).filename());
  EXPECT_THAT(files, ElementsAre("a.yaml", "tocsin.yaml"));
}

TEST(Validate, a_single_rule_file_is_checked_with_the_bundle_beside_it) {
  const testing::Folder folder;
  const std::string bundle =
      folder.write("rules/bundle.yaml", "conditions: {hot: \"e.level > 1.0\", other: \"true\"}\n");
  const std::string rule =
      folder.write("rules/a.yaml",
                   "format: tocsin/1\nrule: smoke\nseverity: high\nfor_each: [device_id]\n"
                   "match: {event: {event: smoke.alarm, where: hot}}\n");
  const Validation found = validate({rule});
  EXPECT_THAT(codes(found), ElementsAre("W2913"));
  EXPECT_EQ(found.bundle_beside, bundle);
  EXPECT_EQ(validate({rule, bundle}).bundle_beside, "");
  EXPECT_EQ(validate({folder.path("rules")}).bundle_beside, "");
}

TEST(Validate, rule_files_of_folders_with_different_bundles_get_none) {
  const testing::Folder folder;
  folder.write("a/bundle.yaml", "limits: {}\n");
  folder.write("b/bundle.yaml", "limits: {}\n");
  const std::string a = folder.write("a/a.yaml", kGood);
  const std::string b = folder.write("b/b.yaml", "rule: x\n");
  EXPECT_EQ(validate({a, b}).bundle_beside, "");
  EXPECT_EQ(validate({a}).bundle_beside, folder.path("a/bundle.yaml"));
}

TEST(Validate, a_registry_is_recognised_by_its_files) {
  const testing::Folder folder;
  folder.write(
      "r/places.csv",
      "place_id,parent_id,kind,name_zh,name_en,lat,lon,adjacent,tags\nC,,city,市,City,,,,\n");
  folder.write("r/devices.csv",
               "device_id,kind,place_id,gateway_id,heartbeat_interval_s,state,tags\n"
               "D1,smoke_detector,C,g1,3600,commissioned,\n");
  for (const std::string& path : {folder.path("r"), folder.path("r/devices.csv")}) {
    const Validation found = validate({path});
    EXPECT_THAT(found.diagnostics, IsEmpty());
    EXPECT_EQ(found.registries, 1u);
    EXPECT_EQ(found.devices, 1u);
  }
}

TEST(Validate, what_cannot_be_read_is_named_and_the_rest_is_checked) {
  const testing::Folder folder;
  const Validation found = validate({folder.path("missing"), folder.write("a.yaml", "rulle: x\n")});
  EXPECT_THAT(found.unreadable, HasSubstr("missing"));
  EXPECT_FALSE(found.diagnostics.empty());
  const testing::Folder empty;
  EXPECT_THAT(validate({empty.path()}).unreadable, HasSubstr("no *.yaml"));
}

TEST(Validate, a_rule_file_with_another_ending_is_not_left_out_in_silence) {
  const testing::Folder folder;
  folder.write("a.yaml", kGood);
  const std::string other = folder.write("b.yml", kGood);
  EXPECT_THAT(validate({folder.path()}).unreadable, HasSubstr(other));
}

}  // namespace
}  // namespace tocsin::app
