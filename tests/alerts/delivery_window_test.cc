#include "alerts/delivery_window.h"

#include <gtest/gtest.h>

namespace tocsin::alerts {
namespace {

TEST(DeliveryWindow, SettlesOnlyOverAnUnbrokenRun) {
  DeliveryWindow window;
  window.reset(4);
  for (const LogPosition p : {5, 7, 8}) window.add(p);  // 6 is no alert's
  EXPECT_TRUE(window.settle(7));
  EXPECT_EQ(window.settled(), 4u);
  EXPECT_EQ(window.outstanding(), 2u);
  EXPECT_TRUE(window.settle(5));
  EXPECT_EQ(window.settled(), 7u);
  EXPECT_TRUE(window.settle(8));
  EXPECT_EQ(window.settled(), 8u);
  EXPECT_EQ(window.outstanding(), 0u);
}

TEST(DeliveryWindow, AReportOfAnEarlierSessionOrASecondOneIsNotCounted) {
  DeliveryWindow window;
  window.add(1);
  EXPECT_TRUE(window.settle(1));
  EXPECT_FALSE(window.settle(1));
  EXPECT_FALSE(window.settle(9));
  window.add(2);
  window.reset(1);
  EXPECT_FALSE(window.settle(2));
  EXPECT_EQ(window.settled(), 1u);
}

TEST(DeliveryWindow, WhatCouldNotBeSentIsTakenBack) {
  DeliveryWindow window;
  window.add(1);
  window.add(2);
  window.retract(2);
  EXPECT_TRUE(window.settle(1));
  EXPECT_EQ(window.settled(), 1u);
  EXPECT_EQ(window.outstanding(), 0u);
  window.add(2);
}

}  // namespace
}  // namespace tocsin::alerts
