#include "app/runtime/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/runtime/engine_loop.h"

namespace tocsin::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricText, BucketsAreCumulativeAndEndWithInfinity) {
  MetricText out;
  out.histogram("tocsin_x_seconds", "X.", {{0.1, 1.0}, {2, 3, 4}, 7.5});
  const std::string text = out.text();
  EXPECT_THAT(text, HasSubstr("# TYPE tocsin_x_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("tocsin_x_seconds_bucket{le=\"0.1\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("tocsin_x_seconds_bucket{le=\"1\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("tocsin_x_seconds_bucket{le=\"+Inf\"} 9\n"));
  EXPECT_THAT(text, HasSubstr("tocsin_x_seconds_count 9\n"));
  EXPECT_THAT(text, HasSubstr("tocsin_x_seconds_sum 7.5"));
}

TEST(MetricText, AFamilyStandsOnceWithAllItsLabels) {
  MetricText out;
  out.counter("tocsin_a_total", "A.", 1, {{"rule", "one"}});
  out.gauge("tocsin_b", "B.", 2);
  out.counter("tocsin_a_total", "A.", 3, {{"rule", "with \"quotes\""}});
  const std::string text = out.text();
  EXPECT_EQ(text.find("# TYPE tocsin_a_total"), text.rfind("# TYPE tocsin_a_total"));
  EXPECT_THAT(text, HasSubstr("tocsin_a_total{rule=\"one\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("tocsin_a_total{rule=\"with \\\"quotes\\\"\"} 3\n"));
}

TEST(EngineMetrics, EveryColumnOfTheBooksIsThereAndTheBalanceIsShown) {
  EngineStatus status;
  status.books.received = 10;
  status.books.accepted = 6;
  status.books.duplicate = 2;
  status.books.late = 1;
  status.books.rejected_by[static_cast<std::size_t>(RejectReason::privacy)] = 1;
  MetricText good;
  add_engine_metrics(good, status);
  const std::string text = good.text();
  EXPECT_THAT(text, HasSubstr("tocsin_events_received_total 10\n"));
  EXPECT_THAT(text, HasSubstr("tocsin_events_rejected_total{reason=\"privacy\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("tocsin_books_balanced 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("{device")));
  status.books.accepted = 5;
  MetricText bad;
  add_engine_metrics(bad, status);
  EXPECT_THAT(bad.text(), HasSubstr("tocsin_books_balanced 0\n"));
}

}  // namespace
}  // namespace tocsin::app
