#include "alerts/alert_proto.h"

#include <gtest/gtest.h>

#include "tests/alerts/sample_alert.h"

namespace tocsin::alerts {
namespace {

using tocsin::testing::full_alert;
using tocsin::testing::smoke_alert;

TEST(AlertProto, KeepsEveryFieldAndEveryTypeOfValue) {
  for (const AlertRevision& alert : {smoke_alert(), full_alert(), AlertRevision{}}) {
    const auto back = alert_from_bytes(alert_to_bytes(alert));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, alert);
  }
}

TEST(AlertProto, TextThatIsNotUtf8IsRepairedRatherThanLost) {
  AlertRevision alert = smoke_alert();
  alert.summary.en = "level \xFF!";
  const auto back = alert_from_bytes(alert_to_bytes(alert));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->summary.en, "level \uFFFD!");
}

TEST(AlertProto, RefusesBytesThatAreNoAlert) {
  EXPECT_EQ(alert_from_bytes("\xFF\xFF").error(), ParseError::syntax);
  EXPECT_EQ(alert_from_bytes("").error(), ParseError::unknown_word);
}

}  // namespace
}  // namespace tocsin::alerts
