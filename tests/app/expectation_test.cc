#include "app/rule_test/expectation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kAlert =
    R"({"rule":"r","rev":1,"state":"firing","severity":"high","key":{"loc.building":"B7"},"count":2,)"
    R"("summary":{"en":"two","zh":"二"},"place":{"building":"B7","lat":30.5},)"
    R"("evidence":[{"id":"a","values":{"e.level":3.0}},{"id":"b","values":{}}],"shadow":false})";

TEST(Expectation, names_only_the_fields_it_cares_about) {
  EXPECT_THAT(differences(R"({"state":"firing","count":2})", kAlert), IsEmpty());
  EXPECT_THAT(differences(R"({})", kAlert), IsEmpty());
}

TEST(Expectation, an_object_within_names_only_some_too) {
  EXPECT_THAT(differences(R"({"summary":{"en":"two"},"evidence":[{"id":"a"},{"id":"b"}]})", kAlert),
              IsEmpty());
  EXPECT_THAT(differences(R"({"evidence":[{"id":"a"}]})", kAlert),
              ElementsAre(HasSubstr("evidence")));
}

TEST(Expectation, numbers_compare_by_value) {
  EXPECT_THAT(differences(R"({"count":2.0})", kAlert), IsEmpty());
}

TEST(Expectation, a_key_or_place_may_be_named_as_a_rule_names_it) {
  EXPECT_THAT(differences(R"({"loc.building":"B7"})", kAlert), IsEmpty());
  EXPECT_THAT(differences(R"({"loc.building":"B8"})", kAlert),
              ElementsAre("loc.building: expected B8, got B7"));
}

TEST(Expectation, what_differs_is_said_with_both_values) {
  EXPECT_THAT(differences(R"({"severity":"low","count":3})", kAlert),
              ElementsAre("severity: expected low, got high", "count: expected 3, got 2"));
}

TEST(Expectation, a_field_that_no_alert_has_is_an_error_with_the_nearest_name) {
  EXPECT_THAT(differences(R"({"severty":"low"})", kAlert),
              ElementsAre("an alert has no 'severty', did you mean 'severity'?"));
}

TEST(Expectation, a_field_left_out_equals_nothing) {
  EXPECT_THAT(differences(R"({"suppressed_by":"","degraded":false})", kAlert), IsEmpty());
}

TEST(Expectations, a_difference_is_named_by_its_path_and_its_first_character_in_both_languages) {
  const std::string alert =
      R"({"summary":{"en":"Smoke alarm of detector D2","zh":"D2 报警"},"count":2})";
  const std::string wanted = R"({"summary":{"en":"Smoke alarm of detector D1"}})";
  EXPECT_THAT(differences(wanted, alert),
              ElementsAre("summary.en: expected Smoke alarm of detector D1, got Smoke alarm of "
                          "detector D2 (they part at character 26)"));
  EXPECT_THAT(differences(R"({"count":3})", alert, Language::zh),
              ElementsAre("count：期望 3，实际 2"));
}

}  // namespace
}  // namespace tocsin::app
