#include "rules/key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "rules/kept_event.h"
#include "support.h"

namespace tocsin::rules::test {
namespace {

std::string bytes_of(const Value& v) {
  std::string bytes;
  append_key(bytes, v);
  return bytes;
}

TEST(Key, BytesOrderAsTheValuesDo) {
  const std::vector<Value> ordered{Value::boolean(false),
                                   Value::boolean(true),
                                   Value::int64(std::numeric_limits<std::int64_t>::min()),
                                   Value::int64(-1),
                                   Value::int64(0),
                                   Value::int64(256),
                                   Value::uint64(1),
                                   Value::uint64(~std::uint64_t{0}),
                                   Value::float64(-2.5),
                                   Value::float64(-1),
                                   Value::float64(0),
                                   Value::float64(1e300),
                                   Value::string(""),
                                   Value::string("B1"),
                                   Value::string(std::string_view("B1\0", 3)),
                                   Value::string("B10"),
                                   Value::string("B2"),
                                   Value::string("楼"),
                                   Value::timestamp(-5, 1),
                                   Value::timestamp(3, 0)};
  for (std::size_t i = 1; i < ordered.size(); ++i) {
    EXPECT_LT(bytes_of(ordered[i - 1]), bytes_of(ordered[i])) << i;
  }
}

TEST(Key, DecodesToWhatWentIn) {
  const Value items[] = {Value::string("a"), Value::string(std::string_view("\0b", 2))};
  const std::vector<Value> values{
      Value::string("楼\n"), Value::int64(-7),        Value::uint64(7),      Value::float64(-0.25),
      Value::boolean(true),  Value::timestamp(-1, 5), Value::duration(9, 1), Value::list(items)};
  std::string bytes;
  for (const Value& v : values) append_key(bytes, v);
  const std::vector<OwnedValue> back = decode_key(bytes);
  ASSERT_EQ(back.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_TRUE(identical(back[i].view(), values[i])) << i;
  }
}

TEST(Key, TwoTextsAreNotOneLongerText) {
  std::string two = bytes_of(Value::string("a")) + bytes_of(Value::string("b"));
  EXPECT_NE(two, bytes_of(Value::string("a")) + bytes_of(Value::string("bc")));
  EXPECT_NE(bytes_of(Value::string("ab")) + bytes_of(Value::string("")), two);
}

TEST(KeptEvent, OutlivesTheFrameItCameFrom) {
  KeptRef kept;
  {
    std::string tag = "sprinklered";
    const Value tags[] = {Value::string(tag), Value::string("tall")};
    TestEvent from{.arr = 5, .device = "a-device-with-a-long-name-0001", .id = "x", .op = "reset"};
    Event event = make_event(from, 42);
    event.slot(CommonSlot::tags) = Value::list(tags);
    event.ts = from_unix_ms(3);
    kept = KeptRef::copy(event, 99);
    std::ranges::fill(tag, '#');
    std::ranges::fill(from.device, '#');
  }
  EXPECT_EQ(kept->slot(kDevice).as_string(), "a-device-with-a-long-name-0001");
  EXPECT_EQ(kept->slot(CommonSlot::tags).as_list()[0].as_string(), "sprinklered");
  EXPECT_EQ(kept->slot(kLevel).as_int(), 3);
  EXPECT_FALSE(kept->slot(kDivisor).is_set());
  EXPECT_EQ(kept->log_position(), 42u);
  EXPECT_EQ(kept->fingerprint(), 99u);

  std::array<Value, kMaxSlots> frame;
  kept->expand(frame);
  EXPECT_EQ(frame[kOp].as_string(), "reset");
  EXPECT_FALSE(frame[kDivisor].is_set());
}

}  // namespace
}  // namespace tocsin::rules::test
