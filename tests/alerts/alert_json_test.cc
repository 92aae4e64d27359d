#include "alerts/alert_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "alerts/json_text.h"
#include "tests/alerts/sample_alert.h"

namespace tocsin::alerts {
namespace {

using ::testing::HasSubstr;
using tocsin::testing::full_alert;
using tocsin::testing::smoke_alert;

std::string json_of(const Value& value) {
  std::string out;
  append_json_value(value, out);
  return out;
}

TEST(AlertJson, HasTheFieldsOfTheContractInItsOrder) {
  EXPECT_EQ(
      alert_to_json(smoke_alert()),
      R"({"alert_id":"0123456789abcdef0123456789abcdef","rule":"smoke-confirmed","rev":1,)"
      R"("state":"firing","severity":"critical","category":"fire","key":{"loc.building":"B7"},)"
      R"("opened_at":1767225641000,"at":1767225641000,"reason":"matched","count":2,"distinct":2,)"
      R"("summary":{"en":"2 detectors in B7","zh":"B7 2 个探测器报烟"},)"
      R"("place":{"site":"Lakeside","building":"B7"},)"
      R"("evidence":[{"id":"g1-1","device_id":"D1","type":"smoke.alarm","ts":1767225600000,)"
      R"("values":{"e.level":3.0}}],)"
      R"("rule_version":"sha256:00","log_position":123,"shadow":false,"late":false,)"
      R"("degraded":false,"schema":"tocsin.alert/1","kind":"rule",)"
      R"("title":{"en":"Smoke confirmed","zh":"烟雾已确认"},"evidence_dropped":0,"attached":{},)"
      R"("historical":false,"suppressed_by":"","owner":"","department":"","plan_id":""})");
}

TEST(AlertJson, WritesEachKindOfValueInOneSpelling) {
  EXPECT_EQ(json_of(Value()), "null");
  EXPECT_EQ(json_of(Value::boolean(false)), "false");
  EXPECT_EQ(json_of(Value::int64(INT64_MIN)), "-9223372036854775808");
  EXPECT_EQ(json_of(Value::uint64(UINT64_MAX)), "18446744073709551615");
  EXPECT_EQ(json_of(Value::timestamp(1'767'225'600, 5'000'000)), R"("2026-01-01T00:00:00.005Z")");
  EXPECT_EQ(json_of(Value::duration(3, 500'000'000)), R"("3.5s")");
  const Value items[] = {Value::int64(1), Value::string("a")};
  EXPECT_EQ(json_of(Value::list(items)), R"([1,"a"])");
}

TEST(AlertJson, DoublesAreShortAndStayDoubles) {
  EXPECT_EQ(json_of(Value::float64(3)), "3.0");
  EXPECT_EQ(json_of(Value::float64(-0.0)), "-0.0");
  EXPECT_EQ(json_of(Value::float64(0.1)), "0.1");
  EXPECT_EQ(json_of(Value::float64(1.0 / 3)), "0.3333333333333333");
  EXPECT_EQ(json_of(Value::float64(1e22)), "1e+22");
  EXPECT_EQ(json_of(Value::float64(5e-324)), "5e-324");
  EXPECT_EQ(json_of(Value::float64(std::nan(""))), R"("NaN")");
  EXPECT_EQ(json_of(Value::float64(-INFINITY)), R"("-Infinity")");
}

TEST(AlertJson, EscapesWhatJsonMustAndRepairsWhatIsNotUtf8) {
  EXPECT_EQ(json_of(Value::string("a\"b\\c\n\x01")), R"("a\"b\\c\n\u0001")");
  EXPECT_EQ(json_of(Value::string("烟 \xF0\x9F\x94\xA5")), "\"烟 \xF0\x9F\x94\xA5\"");
  EXPECT_EQ(json_of(Value::string("a\xFF\xC0\x80z")), "\"a\uFFFD\uFFFD\uFFFDz\"");
  EXPECT_EQ(json_of(Value::string("\xED\xA0\x80")), "\"\uFFFD\uFFFD\uFFFD\"");
  EXPECT_EQ(json_of(Value::string("cut \xE7\x83")), "\"cut \uFFFD\uFFFD\"");
}

TEST(AlertJson, APlaceHasOnlyKnownLevels) {
  AlertRevision alert = smoke_alert();
  alert.place = {};
  EXPECT_THAT(alert_to_json(alert), HasSubstr(R"("place":{},)"));
  alert.place.lat = 31.0;
  alert.place.lon = std::nan("");
  EXPECT_THAT(alert_to_json(alert), HasSubstr(R"("place":{"lat":31.0},)"));
}

TEST(AlertJson, ReadsBackWhatItWrote) {
  const AlertRevision alert = smoke_alert();
  const auto back = alert_from_json(alert_to_json(alert));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, alert);
}

TEST(AlertJson, ReadingBackKeepsAllThatJsonCanSay) {
  const std::string line = alert_to_json(full_alert());
  const auto back = alert_from_json(line);
  ASSERT_TRUE(back);
  EXPECT_EQ(alert_to_json(*back), line);
}

TEST(AlertJson, RefusesWhatIsNotAnAlertByReason) {
  const std::string good = alert_to_json(smoke_alert());
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string line = good;
    line.replace(line.find(from), from.size(), to);
    return alert_from_json(line).error();
  };
  EXPECT_EQ(alert_from_json("").error(), ParseError::syntax);
  EXPECT_EQ(alert_from_json(good.substr(0, 50)).error(), ParseError::syntax);
  EXPECT_EQ(alert_from_json("[]").error(), ParseError::wrong_type);
  EXPECT_EQ(alert_from_json("{}").error(), ParseError::missing_field);
  EXPECT_EQ(with("\"rev\":1", "\"rev\":-1"), ParseError::wrong_type);
  EXPECT_EQ(with("\"rev\":1", "\"rev\":4294967296"), ParseError::wrong_type);
  EXPECT_EQ(with("\"rev\":1", "\"rev\":1.5"), ParseError::wrong_type);
  EXPECT_EQ(with("\"count\":2", "\"cnt\":2"), ParseError::missing_field);
  EXPECT_EQ(with("\"firing\"", "\"burning\""), ParseError::unknown_word);
  EXPECT_EQ(with("\"kind\":\"rule\"", "\"kind\":\"ruler\""), ParseError::unknown_word);
}

TEST(AlertJson, DeepJsonIsRefusedWithoutHarm) {
  EXPECT_EQ(alert_from_json(std::string(100'000, '[')).error(), ParseError::syntax);
}

}  // namespace
}  // namespace tocsin::alerts
