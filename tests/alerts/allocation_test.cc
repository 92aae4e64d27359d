// Writing an alert as JSON allocates nothing once its buffer is large enough.
#include <gtest/gtest.h>

#include "alerts/alert_json.h"
#include "tests/alerts/sample_alert.h"
#include "tests/support/allocations.h"

namespace tocsin::alerts {
namespace {

TEST(Allocation, NoneForAnAlertWithItsEvidence) {
  AlertRevision alert = testing::smoke_alert();
  alert.evidence.resize(8, alert.evidence[0]);
  std::string out;
  append_alert_json(alert, out);
  out.clear();
  const std::size_t before = testing::allocations();
  append_alert_json(alert, out);
  EXPECT_EQ(testing::allocations(), before);
}

}  // namespace
}  // namespace tocsin::alerts
