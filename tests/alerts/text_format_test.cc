#include "alerts/text_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/alerts/sample_alert.h"

namespace tocsin::alerts {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using tocsin::testing::smoke_alert;

TextOptions plain(Language language = Language::en) {
  TextOptions options;
  options.language = language;
  options.time_zone = "UTC";
  return options;
}

TEST(TextFormat, SaysWhenHowBadWhereWhichRuleAndWhy) {
  EXPECT_EQ(TextFormat(plain()).line(smoke_alert()),
            "00:00:41 CRITICAL Lakeside / B7  Smoke confirmed: 2 detectors in B7 (count 2)");
  EXPECT_EQ(TextFormat(plain(Language::zh)).line(smoke_alert()),
            "00:00:41 红色警报 Lakeside / B7  烟雾已确认：B7 2 个探测器报烟（2 次）");
}

TEST(TextFormat, AResolveSaysItsReason) {
  AlertRevision alert = smoke_alert();
  alert.state = AlertState::resolved;
  alert.reason = Reason::quiet;
  EXPECT_EQ(TextFormat(plain()).line(alert),
            "00:00:41 resolved Lakeside / B7  Smoke confirmed: quiet (count 2)");
  EXPECT_THAT(TextFormat(plain(Language::zh)).line(alert), HasSubstr("警报解除"));
}

TEST(TextFormat, EachSeverityHasItsWordAndColour) {
  TextOptions options = plain();
  options.color = true;
  const TextFormat format(options);
  AlertRevision alert = smoke_alert();
  EXPECT_THAT(format.line(alert), HasSubstr("\x1b[31;1mCRITICAL\x1b[0m"));
  alert.severity = Severity::high;
  EXPECT_THAT(format.line(alert), HasSubstr("\x1b[38;5;208mHIGH\x1b[0m    "));
  alert.severity = Severity::medium;
  EXPECT_THAT(format.line(alert), HasSubstr("\x1b[33mMEDIUM\x1b[0m  "));
  alert.severity = Severity::low;
  EXPECT_THAT(format.line(alert), HasSubstr("\x1b[34;1mLOW\x1b[0m     "));
}

TEST(TextFormat, PlacesHaveTheirNamesWhereARegistryKnowsThem) {
  Registry registry;
  Place place;
  place.place_id = "B7";
  place.kind = PlaceKind::building;
  place.name_en = "Tower 7";
  place.name_zh = "7 号楼";
  registry.add_place(place);
  TextOptions options = plain();
  options.registry = &registry;
  EXPECT_THAT(TextFormat(options).line(smoke_alert()), HasSubstr("Lakeside / Tower 7  "));
  options.language = Language::zh;
  EXPECT_THAT(TextFormat(options).line(smoke_alert()), HasSubstr("Lakeside / 7 号楼  "));
}

TEST(TextFormat, WithoutAPlaceTheKeySaysWhatItIsAbout) {
  AlertRevision alert = smoke_alert();
  alert.place = {};
  EXPECT_THAT(TextFormat(plain()).line(alert), HasSubstr("CRITICAL B7  "));
  alert.key.clear();
  EXPECT_THAT(TextFormat(plain()).line(alert), HasSubstr("CRITICAL -  "));
}

TEST(TextFormat, ADeepPlaceShowsItsInnermostLevels) {
  AlertRevision alert = smoke_alert();
  alert.place = {"c", "t", "v", "g", "s", "b", "f", "", "", {}, {}};
  EXPECT_THAT(TextFormat(plain()).line(alert), HasSubstr("CRITICAL s / b / f  "));
}

TEST(TextFormat, ASensorCannotWriteToTheTerminal) {
  AlertRevision alert = smoke_alert();
  alert.summary.en = "x\x1b[2Jy\nz\xC2\x9Bw\xFF";
  const std::string line = TextFormat(plain()).line(alert);
  EXPECT_THAT(line, HasSubstr("x [2Jy z w\uFFFD"));
  EXPECT_THAT(line, Not(HasSubstr("\x1b")));
}

TEST(TextFormat, AMissingTranslationFallsBackToTheOther) {
  AlertRevision alert = smoke_alert();
  alert.summary.zh.clear();
  alert.title = {};
  EXPECT_THAT(TextFormat(plain(Language::zh)).line(alert),
              HasSubstr("smoke-confirmed：2 detectors in B7"));
}

TEST(TextFormat, MarksWhatIsNotAnOrdinaryAlert) {
  AlertRevision alert = tocsin::testing::full_alert();
  EXPECT_THAT(TextFormat(plain()).line(alert),
              HasSubstr("[shadow] [late] [degraded] [historical] [suppressed]"));
}

}  // namespace
}  // namespace tocsin::alerts
