#include "app/runtime/degraded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DegradedNews, AStateIsSaidWhenItBeginsAndWhenItEndsAndNotBetween) {
  DegradedNews news;
  EXPECT_THAT(news.look({}), IsEmpty());
  EXPECT_THAT(news.look({{Part::kafka, "Kafka is away"}}), ElementsAre("degraded: Kafka is away"));
  EXPECT_THAT(news.look({{Part::kafka, "Kafka is away (another error)"}}), IsEmpty());
  EXPECT_THAT(news.look({}), ElementsAre("over: Kafka is away"));
  EXPECT_THAT(news.look({{Part::kafka, "again"}}), ElementsAre("degraded: again"));
}

TEST(DegradedNews, StatesOfSeveralPartsAreKeptApart) {
  DegradedNews news;
  EXPECT_THAT(
      news.look({{Part::event_log, "log events: full"}, {Part::alert_log, "log alerts: full"}}),
      ElementsAre("degraded: log events: full", "degraded: log alerts: full"));
  EXPECT_THAT(news.look({{Part::alert_log, "log alerts: full"}, {Part::broker, "broker gone"}}),
              ElementsAre("degraded: broker gone", "over: log events: full"));
}

}  // namespace
}  // namespace tocsin::app
