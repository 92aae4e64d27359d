#include "rules/cel/time_text.h"

#include <fmt/format.h>

#include <chrono>

#include "rules/cel/time_math.h"

namespace tocsin::cel {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads from the front of a text; any failure sticks.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool accept(std::string_view text) {
    const bool there = rest_.starts_with(text);
    if (there) rest_.remove_prefix(text.size());
    return there;
  }
  void expect(std::string_view text) { ok_ = accept(text) && ok_; }

  /// Exactly `width` digits.
  int fixed(std::size_t width) {
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (!is_digit(peek())) {
        ok_ = false;
        return 0;
      }
      value = value * 10 + (peek() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  /// Any number of digits, of which the first `keep` make the value.
  struct Digits {
    std::uint64_t value = 0;
    std::size_t count = 0;
  };
  Digits digits(std::size_t keep) {
    Digits read;
    for (; is_digit(peek()); rest_.remove_prefix(1), ++read.count) {
      const auto digit = static_cast<std::uint64_t>(peek() - '0');
      if (read.count < keep) read.value = read.value * 10 + digit;
    }
    return read;
  }

  void fail() { ok_ = false; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::uint64_t power_of_ten(std::size_t exponent) {
  std::uint64_t power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

std::int64_t read_nanos(Reader& in) {
  constexpr std::size_t kDigits = 9;
  if (!in.accept(".")) return 0;
  const auto read = in.digits(kDigits);
  if (read.count == 0) in.fail();
  const std::size_t kept = std::min(read.count, kDigits);
  return static_cast<std::int64_t>(read.value * power_of_ten(kDigits - kept));
}

// "Z" or "+08:00", in seconds.
std::int64_t read_offset(Reader& in) {
  if (in.accept("Z")) return 0;
  const bool negative = in.accept("-");
  if (!negative) in.expect("+");
  const int hours = in.fixed(2);
  in.expect(":");
  const int minutes = in.fixed(2);
  if (hours > 23 || minutes > 59) in.fail();
  const std::int64_t seconds = hours * 3600 + minutes * 60;
  return negative ? -seconds : seconds;
}

std::chrono::sys_days read_date(Reader& in) {
  const std::chrono::year year{in.fixed(4)};
  in.expect("-");
  const std::chrono::month month{static_cast<unsigned>(in.fixed(2))};
  in.expect("-");
  const std::chrono::day day{static_cast<unsigned>(in.fixed(2))};
  const std::chrono::year_month_day date{year, month, day};
  if (!date.ok()) {
    in.fail();
    return {};
  }
  return std::chrono::sys_days{date};
}

std::int64_t read_time_of_day(Reader& in) {
  const int hours = in.fixed(2);
  in.expect(":");
  const int minutes = in.fixed(2);
  in.expect(":");
  const int seconds = in.fixed(2);
  if (hours > 23 || minutes > 59 || seconds > 59) in.fail();
  return hours * 3600 + minutes * 60 + seconds;
}

// In nanoseconds; 0 if there is no unit. Longer names first: "m" starts "ms".
std::int64_t read_unit(Reader& in) {
  if (in.accept("ns")) return 1;
  if (in.accept("us") || in.accept("µs") || in.accept("μs")) return 1'000;
  if (in.accept("ms")) return 1'000'000;
  if (in.accept("s")) return 1'000'000'000;
  if (in.accept("m")) return 60'000'000'000;
  if (in.accept("h")) return 3'600'000'000'000;
  return 0;
}

// One number and its unit.
Nanos read_term(Reader& in) {
  constexpr std::size_t kWholeDigits = 19;     // more cannot be in range
  constexpr std::size_t kFractionDigits = 15;  // more is below a nanosecond of an hour
  const auto whole = in.digits(kWholeDigits);
  Reader::Digits fraction;
  if (in.accept(".")) fraction = in.digits(kFractionDigits);
  const std::int64_t unit = read_unit(in);
  if (whole.count > kWholeDigits || whole.count + fraction.count == 0 || unit == 0) in.fail();
  const std::uint64_t scale = power_of_ten(std::min(fraction.count, kFractionDigits));
  return static_cast<Nanos>(whole.value) * unit + static_cast<Nanos>(fraction.value) * unit / scale;
}

// ".5" and the like, without trailing zeros.
char* append_fraction(char* out, std::uint32_t nanos) {
  if (nanos == 0) return out;
  out = fmt::format_to(out, ".{:09}", nanos);
  while (out[-1] == '0') --out;
  return out;
}

std::string_view text_up_to(const TimeText& out, const char* end) {
  return {out.data(), static_cast<std::size_t>(end - out.data())};
}

}  // namespace

std::optional<Value> parse_timestamp(std::string_view text) {
  Reader in(text);
  const auto day = read_date(in);
  in.expect("T");
  const std::int64_t second = read_time_of_day(in);
  const std::int64_t nanos = read_nanos(in);
  const std::int64_t offset = read_offset(in);
  if (!in.done()) return std::nullopt;
  const std::chrono::sys_seconds midnight{day};
  const std::int64_t total = midnight.time_since_epoch().count() + second - offset;
  return timestamp_of(total * kNanosPerSecond + nanos);
}

std::optional<Value> parse_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return duration_of(0);
  constexpr Nanos kFarOut = Nanos{1} << 64;
  Reader in(text);
  Nanos total = 0;
  do {
    total += read_term(in);
    if (total > kFarOut) return std::nullopt;  // terms only add: it stays out of range
  } while (in.ok() && !in.done());
  if (!in.ok()) return std::nullopt;
  return duration_of(negative ? -total : total);
}

std::string_view format_timestamp(const Value& time, TimeText& out) {
  const std::chrono::sys_seconds at{std::chrono::seconds(time.seconds())};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::int64_t second = (at - day).count();
  char* end = fmt::format_to(out.data(), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int{date.year()},
                             unsigned{date.month()}, unsigned{date.day()}, second / 3600,
                             second / 60 % 60, second % 60);
  end = append_fraction(end, time.nanos());
  *end++ = 'Z';
  return text_up_to(out, end);
}

std::string_view format_duration(const Value& length, TimeText& out) {
  const Nanos total = nanos_of(length);
  const Nanos magnitude = total < 0 ? -total : total;
  const auto seconds = static_cast<std::uint64_t>(magnitude / kNanosPerSecond);
  char* end = fmt::format_to(out.data(), "{}{}", total < 0 ? "-" : "", seconds);
  end = append_fraction(end, static_cast<std::uint32_t>(magnitude % kNanosPerSecond));
  *end++ = 's';
  return text_up_to(out, end);
}

}  // namespace tocsin::cel
