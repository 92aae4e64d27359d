#include "core/value.h"

#include <absl/time/time.h>
#include <fmt/format.h>
#include <xxhash.h>

#include <bit>
#include <cmath>
#include <cstring>

namespace tocsin {
namespace {

std::string_view bytes_of(const Value& v) {
  return v.kind() == ValueKind::string ? v.as_string() : std::string_view{};
}

// The 12 bytes that decide a scalar's identity.
std::uint64_t word_of(const Value& v) {
  switch (v.kind()) {
    case ValueKind::float64: return std::bit_cast<std::uint64_t>(v.as_double());
    case ValueKind::string:
    case ValueKind::list:
    case ValueKind::unset: return 0;
    default: return v.as_uint();
  }
}

std::uint32_t nanos_of(const Value& v) {
  const bool time = v.kind() == ValueKind::timestamp || v.kind() == ValueKind::duration;
  return time ? v.nanos() : 0;
}

std::string text_of_double(double d) {
  if (std::isnan(d)) return "NaN";
  if (std::isinf(d)) return d < 0 ? "-Infinity" : "Infinity";
  return fmt::format("{}", d);
}

std::string text_of_duration(const Value& v) {
  const bool negative = v.seconds() < 0;
  std::int64_t s = v.seconds();
  std::uint32_t n = v.nanos();
  if (negative && n > 0) {
    ++s;
    n = 1'000'000'000 - n;
  }
  std::string text = fmt::format("{}{}", negative && s == 0 ? "-" : "", s);
  if (n > 0) {
    text += fmt::format(".{:09}", n);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + "s";
}

std::string text_of_timestamp(const Value& v) {
  const absl::Time t = absl::FromUnixSeconds(v.seconds()) + absl::Nanoseconds(v.nanos());
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", t, absl::UTCTimeZone());
}

}  // namespace

std::string_view to_string(ValueKind kind) {
  switch (kind) {
    case ValueKind::unset: return "unset";
    case ValueKind::boolean: return "bool";
    case ValueKind::int64: return "int";
    case ValueKind::uint64: return "uint";
    case ValueKind::float64: return "double";
    case ValueKind::string: return "string";
    case ValueKind::timestamp: return "timestamp";
    case ValueKind::duration: return "duration";
    case ValueKind::list: return "list";
  }
  return "?";
}

bool identical(const Value& a, const Value& b) { return total_order(a, b) == 0; }

std::strong_ordering total_order(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return a.kind() <=> b.kind();
  switch (a.kind()) {
    case ValueKind::string: return a.as_string().compare(b.as_string()) <=> 0;
    case ValueKind::list: {
      const auto x = a.as_list();
      const auto y = b.as_list();
      for (std::size_t i = 0; i < x.size() && i < y.size(); ++i) {
        if (const auto order = total_order(x[i], y[i]); order != 0) return order;
      }
      return x.size() <=> y.size();
    }
    case ValueKind::float64: {
      // Numbers by value, then by bits, so that -0 and NaN have a place too.
      if (a.as_double() < b.as_double()) return std::strong_ordering::less;
      if (a.as_double() > b.as_double()) return std::strong_ordering::greater;
      return word_of(a) <=> word_of(b);
    }
    case ValueKind::uint64: return a.as_uint() <=> b.as_uint();
    case ValueKind::unset: return std::strong_ordering::equal;
    default:
      if (a.as_int() != b.as_int()) return a.as_int() <=> b.as_int();
      return nanos_of(a) <=> nanos_of(b);
  }
}

std::uint64_t stable_hash(const Value& v, std::uint64_t seed) {
  if (v.kind() == ValueKind::list) {
    std::uint64_t h = seed + v.as_list().size();
    for (const Value& item : v.as_list()) h = stable_hash(item, h);
    return h;
  }
  if (v.kind() == ValueKind::string) {
    const std::string_view text = bytes_of(v);
    return XXH3_64bits_withSeed(text.data(), text.size(), seed ^ 0x5);
  }
  const std::uint64_t words[2] = {
      word_of(v), std::uint64_t{nanos_of(v)} << 8 | static_cast<std::uint8_t>(v.kind())};
  return XXH3_64bits_withSeed(words, sizeof words, seed);
}

OwnedValue::OwnedValue(const Value& v) : value_(v) {
  if (v.kind() == ValueKind::string) {
    const std::string_view text = v.as_string();
    chars_ = std::make_unique<char[]>(text.size() + 1);
    std::memcpy(chars_.get(), text.data(), text.size());
    value_ = Value::string({chars_.get(), text.size()});
  } else if (v.kind() == ValueKind::list) {
    const auto source = v.as_list();
    items_ = std::make_unique<Value[]>(source.size());
    item_store_ = std::make_unique<OwnedValue[]>(source.size());
    for (std::size_t i = 0; i < source.size(); ++i) {
      item_store_[i] = OwnedValue(source[i]);
      items_[i] = item_store_[i].view();
    }
    value_ = Value::list({items_.get(), source.size()});
  }
}

double number_of(const Value& v) {
  if (v.kind() == ValueKind::int64) return static_cast<double>(v.as_int());
  if (v.kind() == ValueKind::uint64) return static_cast<double>(v.as_uint());
  return v.as_double();
}

std::string to_text(const Value& v) {
  switch (v.kind()) {
    case ValueKind::unset: return "";
    case ValueKind::boolean: return v.as_bool() ? "true" : "false";
    case ValueKind::int64: return fmt::format("{}", v.as_int());
    case ValueKind::uint64: return fmt::format("{}", v.as_uint());
    case ValueKind::float64: return text_of_double(v.as_double());
    case ValueKind::string: return std::string(v.as_string());
    case ValueKind::timestamp: return text_of_timestamp(v);
    case ValueKind::duration: return text_of_duration(v);
    case ValueKind::list: {
      std::string text = "[";
      for (const Value& item : v.as_list()) {
        if (text.size() > 1) text += ", ";
        text += to_text(item);
      }
      return text + "]";
    }
  }
  return "";
}

}  // namespace tocsin
