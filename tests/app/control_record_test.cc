#include "app/replay/control_record.h"

#include <gtest/gtest.h>

namespace tocsin::app {
namespace {

using Kind = ControlRecord::Kind;

TEST(ControlRecord, each_kind_is_read) {
  const std::pair<const char*, Kind> cases[] = {
      {R"({"engine":"restart"})", Kind::restart},
      {R"({"engine":"down","arr":1000})", Kind::down},
      {R"({"engine":"up","arr":"1970-01-01T00:00:01Z"})", Kind::up},
      {R"({"arr":1000,"engine":"tick"})", Kind::tick},
      {R"({"engine":"gateway","id":"g1","state":"down","arr":1000})", Kind::gateway},
      {R"({"engine":"reload","rules":"other.yaml","arr":1000})", Kind::reload},
  };
  for (const auto& [line, kind] : cases) {
    const auto record = parse_control(line);
    ASSERT_TRUE(record) << line;
    EXPECT_EQ(record->error, "") << line;
    EXPECT_EQ(record->kind, kind) << line;
    EXPECT_EQ(record->arr == from_unix_ms(1000), kind != Kind::restart) << line;
  }
}

TEST(ControlRecord, a_gateway_says_which_and_how) {
  const auto record = parse_control(R"({"engine":"gateway","id":"g1","state":"up","arr":1})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->gateway, "g1");
  EXPECT_TRUE(record->up);
}

TEST(ControlRecord, a_command_names_what_it_closes) {
  const auto by_id = parse_control(R"({"command":{"verb":"close","alert_id":"f00"},"arr":1})");
  ASSERT_TRUE(by_id);
  EXPECT_EQ(by_id->error, "");
  EXPECT_EQ(by_id->close.alert_id, "f00");
  const auto by_key =
      parse_control(R"({"command":{"verb":"close","rule":"r","key":{"a":"x","b":3}},"arr":1})");
  ASSERT_TRUE(by_key);
  EXPECT_EQ(by_key->close.rule, "r");
  EXPECT_EQ(by_key->close.key,
            (std::vector<std::pair<std::string, std::string>>{{"a", "x"}, {"b", "3"}}));
}

TEST(ControlRecord, a_wrong_one_says_what_is_wrong) {
  for (const char* line :
       {R"({"engine":"explode"})", R"({"engine":7})", R"({"engine":"reload","arr":1})",
        R"({"engine":"gateway","arr":1})", R"({"engine":"tick","arr":"soon"})",
        R"({"engine":"tick","arr":1e300})", R"({"command":{"verb":"ack"},"arr":1})",
        R"({"command":7})", R"({"command":{}})", R"({"command":{"verb":"close"}})",
        R"({"command":{"verb":"close","alert_id":"a","key":{}}})",
        R"({"command":{"verb":"close","alert":"a"}})"}) {
    const auto record = parse_control(line);
    ASSERT_TRUE(record) << line;
    EXPECT_NE(record->error, "") << line;
  }
}

TEST(ControlRecord, a_command_without_a_verb_is_told_which_there_is) {
  const auto record = parse_control(R"({"command":{"rule":"r"}})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->error, R"(a command needs "verb": "close")");
}

TEST(ControlRecord, an_event_or_no_json_at_all_is_none) {
  for (const char* line :
       {R"({"type":"smoke.alarm","device_id":"D","engine":"restart"})", R"(["engine"])",
        R"("engine")", R"({"engine":)", "", R"({"type":"command"})"}) {
    EXPECT_FALSE(parse_control(line)) << line;
  }
}

TEST(ControlRecord, its_first_key_gives_it_away) {
  EXPECT_TRUE(begins_as_control(R"(  { "engine" : "restart"})"));
  EXPECT_TRUE(begins_as_control(R"({"command":{}})"));
  EXPECT_FALSE(begins_as_control(R"({"type":"engine"})"));
  EXPECT_FALSE(begins_as_control(""));
}

}  // namespace
}  // namespace tocsin::app
