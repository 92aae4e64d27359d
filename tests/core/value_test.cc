#include "core/value.h"

#include <gtest/gtest.h>

#include <limits>

namespace tocsin {
namespace {

TEST(Value, DurationBeforeZeroKeepsNanosecondsPositive) {
  const Value v = Value::duration(Duration{-500});
  EXPECT_EQ(v.seconds(), -1);
  EXPECT_EQ(v.nanos(), 500'000'000u);
  EXPECT_EQ(v.millis(), -500);
  EXPECT_EQ(to_text(v), "-0.5s");
}

TEST(Value, TextOfTimestampIsRfc3339) {
  EXPECT_EQ(to_text(Value::timestamp(from_unix_ms(1767225600123))), "2026-01-01T00:00:00.123Z");
}

TEST(Value, TextOfDoubleReadsBack) {
  EXPECT_EQ(to_text(Value::float64(0.1)), "0.1");
  EXPECT_EQ(to_text(Value::float64(std::numeric_limits<double>::infinity())), "Infinity");
}

TEST(Value, IdenticalTellsKindsApart) {
  EXPECT_FALSE(identical(Value::int64(1), Value::uint64(1)));
  EXPECT_TRUE(identical(Value::string("a"), Value::string(std::string("a"))));
}

TEST(Value, TotalOrderPlacesEveryDouble) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(total_order(Value::float64(nan), Value::float64(nan)), std::strong_ordering::equal);
  EXPECT_NE(total_order(Value::float64(0.0), Value::float64(-0.0)), std::strong_ordering::equal);
}

TEST(OwnedValue, CopyOfAListOutlivesItsSource) {
  OwnedValue copy;
  {
    std::string text = "a string too long for the small buffer of std::string";
    const Value items[] = {Value::string(text), Value::int64(7)};
    copy = OwnedValue(Value::list(items));
    text.assign(text.size(), 'x');
  }
  const OwnedValue moved = std::move(copy);
  EXPECT_EQ(to_text(moved.view()), "[a string too long for the small buffer of std::string, 7]");
}

}  // namespace
}  // namespace tocsin
