#pragma once
/// Value: one typed datum of an event, a parameter or an expression. 16 bytes, trivially copyable,
/// owns nothing: strings and lists point into memory that must outlive it.
/// OwnedValue: the same with its own storage, for what is kept (alerts, keys, parameters).
#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace tocsin {

enum class ValueKind : std::uint8_t {
  unset,
  boolean,
  int64,
  uint64,
  float64,
  string,
  timestamp,
  duration,
  list,
};

std::string_view to_string(
    ValueKind kind);  ///< CEL's type names: "bool", "int", "uint", "double"...

class Value {
 public:
  constexpr Value() : int_(0) {}
  static constexpr Value boolean(bool b) { return Value(ValueKind::boolean, 0, b ? 1 : 0); }
  static constexpr Value int64(std::int64_t i) { return Value(ValueKind::int64, 0, i); }
  static constexpr Value uint64(std::uint64_t u) {
    Value v(ValueKind::uint64, 0, 0);
    v.uint_ = u;
    return v;
  }
  static constexpr Value float64(double d) {
    Value v(ValueKind::float64, 0, 0);
    v.double_ = d;
    return v;
  }
  /// Requires: text.size() < 4 GiB.
  static constexpr Value string(std::string_view text) {
    Value v(ValueKind::string, static_cast<std::uint32_t>(text.size()), 0);
    v.chars_ = text.data();
    return v;
  }
  static constexpr Value list(std::span<const Value> items) {
    Value v(ValueKind::list, static_cast<std::uint32_t>(items.size()), 0);
    v.items_ = items.data();
    return v;
  }
  /// Seconds since the epoch, rounded down, and nanoseconds in [0, 1e9).
  static constexpr Value timestamp(std::int64_t seconds, std::uint32_t nanos) {
    return Value(ValueKind::timestamp, nanos, seconds);
  }
  static constexpr Value timestamp(Timestamp t) { return split(ValueKind::timestamp, unix_ms(t)); }
  /// Seconds rounded down, and nanoseconds in [0, 1e9): -0.5 s is (-1, 500'000'000).
  static constexpr Value duration(std::int64_t seconds, std::uint32_t nanos) {
    return Value(ValueKind::duration, nanos, seconds);
  }
  static constexpr Value duration(Duration d) { return split(ValueKind::duration, d.count()); }

  constexpr ValueKind kind() const { return kind_; }
  constexpr bool is_set() const { return kind_ != ValueKind::unset; }

  // Each Requires the kind it names.
  constexpr bool as_bool() const { return int_ != 0; }
  constexpr std::int64_t as_int() const { return int_; }
  constexpr std::uint64_t as_uint() const { return uint_; }
  constexpr double as_double() const { return double_; }
  constexpr std::string_view as_string() const { return {chars_, aux_}; }
  constexpr std::span<const Value> as_list() const { return {items_, aux_}; }
  constexpr std::int64_t seconds() const { return int_; }
  constexpr std::uint32_t nanos() const { return aux_; }
  /// A timestamp or duration in whole milliseconds, rounded down.
  constexpr std::int64_t millis() const { return int_ * 1000 + aux_ / 1'000'000; }

 private:
  constexpr Value(ValueKind kind, std::uint32_t aux, std::int64_t i)
      : kind_(kind), aux_(aux), int_(i) {}
  static constexpr Value split(ValueKind kind, std::int64_t ms) {
    std::int64_t s = ms / 1000;
    std::int64_t rest = ms % 1000;
    if (rest < 0) {
      rest += 1000;
      --s;
    }
    return Value(kind, static_cast<std::uint32_t>(rest * 1'000'000), s);
  }

  ValueKind kind_ = ValueKind::unset;
  std::uint32_t aux_ = 0;  // length of a string or list; nanoseconds of a time
  union {
    std::int64_t int_;
    std::uint64_t uint_;
    double double_;
    const char* chars_;
    const Value* items_;
  };
};
static_assert(sizeof(Value) == 16);

/// Same kind and same content (a double by its bits: NaN equals itself). Not CEL's `==`.
bool identical(const Value& a, const Value& b);

/// A total order over identical-able values: by kind, then content (strings by bytes). Used where
/// an order must not depend on a hash.
std::strong_ordering total_order(const Value& a, const Value& b);

/// A hash that is the same on every machine and in every run (xxh3 of kind and content).
std::uint64_t stable_hash(const Value& v, std::uint64_t seed = 0);

class OwnedValue {
 public:
  OwnedValue() = default;
  explicit OwnedValue(const Value& v);
  OwnedValue(const OwnedValue& other) : OwnedValue(other.view()) {}
  OwnedValue(OwnedValue&&) noexcept = default;
  OwnedValue& operator=(const OwnedValue& other) { return *this = OwnedValue(other.view()); }
  OwnedValue& operator=(OwnedValue&&) noexcept = default;

  /// Valid while this OwnedValue lives; moving it keeps the view valid.
  const Value& view() const { return value_; }
  friend bool operator==(const OwnedValue& a, const OwnedValue& b) {
    return identical(a.value_, b.value_);
  }

 private:
  Value value_;
  std::unique_ptr<char[]> chars_;
  std::unique_ptr<Value[]> items_;            // the list's items...
  std::unique_ptr<OwnedValue[]> item_store_;  // ...and what they point to
};

/// As an operator reads it, and as `{{expr}}` prints it: strings bare, doubles in the shortest form
/// that reads back, timestamps as RFC 3339, durations as "3.5s", lists in brackets.
std::string to_text(const Value& v);
/// Requires: an int, uint or double.
double number_of(const Value& v);

}  // namespace tocsin
