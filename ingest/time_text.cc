#include "ingest/time_text.h"

#include <charconv>
#include <chrono>

namespace tocsin::ingest {
namespace {

constexpr std::uint32_t kNanosPerSecond = 1'000'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes text from the front; ok() turns false at the first thing that is not as asked.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool ok() const { return ok_; }
  bool done() const { return ok_ && text_.empty(); }
  bool next_is(char c) const { return !text_.empty() && text_[0] == c; }

  int digits(std::size_t count) {
    if (text_.size() < count) return fail();
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(text_[i])) return fail();
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return value;
  }

  char one_of(std::string_view allowed) {
    if (text_.empty() || allowed.find(text_[0]) == std::string_view::npos) {
      fail();
      return '\0';
    }
    const char c = text_[0];
    text_.remove_prefix(1);
    return c;
  }

  // ".5" as nanoseconds; 0 if there is no point.
  std::uint32_t fraction() {
    if (!next_is('.')) return 0;
    text_.remove_prefix(1);
    if (text_.empty() || !is_digit(text_[0])) fail();
    std::uint32_t nanos = 0;
    for (std::uint32_t unit = kNanosPerSecond / 10; !text_.empty() && is_digit(text_[0]);
         unit /= 10) {
      nanos += unit * static_cast<std::uint32_t>(text_[0] - '0');
      text_.remove_prefix(1);
    }
    return nanos;
  }

 private:
  int fail() {
    ok_ = false;
    return 0;
  }

  std::string_view text_;
  bool ok_ = true;
};

std::int64_t offset_seconds(Scanner& scan) {
  const char sign = scan.one_of("Zz+-");
  if (sign == 'Z' || sign == 'z') return 0;
  const int hours = scan.digits(2);
  scan.one_of(":");
  const int minutes = scan.digits(2);
  if (hours > 23 || minutes > 59) scan.one_of("");
  return (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

template <class Int>
std::optional<Int> parse_integer(std::string_view text) {
  Int value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<WireTime> parse_rfc3339(std::string_view text) {
  Scanner scan(text);
  const int year = scan.digits(4);
  scan.one_of("-");
  const int month = scan.digits(2);
  scan.one_of("-");
  const int day = scan.digits(2);
  scan.one_of("Tt ");
  const int hour = scan.digits(2);
  scan.one_of(":");
  const int minute = scan.digits(2);
  scan.one_of(":");
  const int second = scan.digits(2);
  const std::uint32_t nanos = scan.fraction();
  const std::int64_t offset = offset_seconds(scan);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!scan.done() || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  const std::int64_t seconds = days * 86'400 + hour * 3600 + minute * 60 + second - offset;
  if (!is_instant(seconds)) return std::nullopt;
  return WireTime{seconds, nanos};
}

std::optional<WireTime> parse_duration_text(std::string_view text) {
  if (text.size() < 2 || text.back() != 's') return std::nullopt;
  text.remove_suffix(1);
  const bool negative = text[0] == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const auto whole = parse_uint64(text.substr(0, point));
  Scanner scan(point == std::string_view::npos ? std::string_view{} : text.substr(point));
  const std::uint32_t nanos = scan.fraction();
  if (!whole || *whole > static_cast<std::uint64_t>(kMaxDuration) || !scan.done())
    return std::nullopt;
  const auto seconds = static_cast<std::int64_t>(*whole);
  if (!negative) return WireTime{seconds, nanos};
  if (nanos == 0) return WireTime{-seconds, 0};
  return WireTime{-seconds - 1, kNanosPerSecond - nanos};
}

std::optional<std::int64_t> parse_int64(std::string_view text) {
  return parse_integer<std::int64_t>(text);
}
std::optional<std::uint64_t> parse_uint64(std::string_view text) {
  return parse_integer<std::uint64_t>(text);
}

}  // namespace tocsin::ingest
