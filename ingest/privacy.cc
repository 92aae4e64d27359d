#include "ingest/privacy.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

namespace tocsin::ingest {
namespace {

constexpr std::size_t kPhoneDigits = 11;
constexpr std::size_t kShortestPlate = 9;  // three bytes of the province, a letter, five more

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alnum(char c) { return is_digit(c) || is_letter(c); }
bool is_joint(char c) { return c == '-' || c == '_' || c == '.'; }

int number_of(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

// A part [begin, end) of a text and what is beside it.
struct Part {
  std::string_view text;
  std::size_t begin;
  std::size_t end;

  std::string_view self() const { return text.substr(begin, end - begin); }
  bool touches_alnum() const {
    return (begin > 0 && is_alnum(text[begin - 1])) || (end < text.size() && is_alnum(text[end]));
  }
  bool stands_alone() const {
    const bool joined_left = begin > 1 && is_joint(text[begin - 1]) && is_alnum(text[begin - 2]);
    const bool joined_right =
        end + 1 < text.size() && is_joint(text[end]) && is_alnum(text[end + 1]);
    return !touches_alnum() && !joined_left && !joined_right;
  }
};

bool is_province(std::string_view code) {
  static constexpr std::array<int, 36> kCodes = {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34,
                                                 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
                                                 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83, 91};
  return std::ranges::binary_search(kCodes, number_of(code));
}

bool is_date(int year, std::string_view month_day) {
  const auto month = static_cast<unsigned>(number_of(month_day.substr(0, 2)));
  const auto day = static_cast<unsigned>(number_of(month_day.substr(2, 2)));
  return std::chrono::year_month_day{std::chrono::year{year}, std::chrono::month{month},
                                     std::chrono::day{day}}
      .ok();
}

char check_character(std::string_view digits) {
  static constexpr std::array<int, 17> kWeights = {7, 9, 10, 5,  8, 4, 2, 1, 6,
                                                   3, 7, 9,  10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) sum += (digits[i] - '0') * kWeights[i];
  return "10X98765432"[sum % 11];
}

bool has_luhn_digit(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (auto it = digits.rbegin(); it != digits.rend(); ++it, twice = !twice) {
    const int digit = *it - '0';
    sum += !twice ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
  }
  return sum % 10 == 0;
}

bool is_id_18(std::string_view id) {
  const int year = number_of(id.substr(6, 4));
  return is_province(id.substr(0, 2)) && year >= 1900 && year <= 2099 &&
         is_date(year, id.substr(10, 4)) && check_character(id) == (id[17] == 'x' ? 'X' : id[17]);
}

bool is_id_15(std::string_view id) {
  return is_province(id.substr(0, 2)) &&
         is_date(1900 + number_of(id.substr(6, 2)), id.substr(8, 4)) && !has_luhn_digit(id);
}

bool begins_like_phone(std::string_view digits) { return digits[0] == '1' && digits[1] >= '3'; }

// The number with the country's prefix taken in, if there is one.
Part with_country(Part phone) {
  for (const std::string_view prefix : {"+86", "0086", "+86 ", "+86-", "0086 ", "0086-"}) {
    if (phone.text.substr(0, phone.begin).ends_with(prefix)) {
      phone.begin -= prefix.size();
      return phone;
    }
  }
  return phone;
}

bool is_phone(Part digits) {
  const std::size_t country =
      digits.self().starts_with("0086") ? 4
      : digits.begin > 0 && digits.text[digits.begin - 1] == '+' && digits.self().starts_with("86")
          ? 2
          : 0;
  Part phone = digits;
  phone.begin += country;
  if (phone.self().size() != kPhoneDigits || !begins_like_phone(phone.self())) return false;
  return with_country(phone).stands_alone();
}

// "138-0013-8000": `digits` is the first group.
bool is_grouped_phone(Part digits) {
  constexpr std::size_t kLength = kPhoneDigits + 2;
  const std::string_view rest = digits.text.substr(digits.begin);
  if (digits.self().size() != 3 || !begins_like_phone(rest) || rest.size() < kLength) return false;
  if ((rest[3] != ' ' && rest[3] != '-') || rest[8] != rest[3]) return false;
  const auto all_digits = [&](std::size_t at) {
    return std::ranges::all_of(rest.substr(at, 4), is_digit);
  };
  if (!all_digits(4) || !all_digits(9)) return false;
  return with_country({digits.text, digits.begin, digits.begin + kLength}).stands_alone();
}

bool is_private_number(Part digits) {
  Part with_x = digits;
  if (digits.self().size() == 17 && digits.end < digits.text.size() &&
      (digits.text[digits.end] == 'X' || digits.text[digits.end] == 'x')) {
    ++with_x.end;
  }
  if (with_x.self().size() == 18) return !with_x.touches_alnum() && is_id_18(with_x.self());
  if (digits.self().size() == 15 && digits.stands_alone() && is_id_15(digits.self())) return true;
  return is_phone(digits) || is_grouped_phone(digits);
}

bool has_private_number(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (!is_digit(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (is_private_number({text, i, end})) return true;
    i = end;
  }
  return false;
}

// `words`: characters of three bytes each.
bool begins_with_one_of(std::string_view text, std::string_view words) {
  if (text.size() < 3) return false;
  for (std::size_t i = 0; i < words.size(); i += 3) {
    if (text.substr(0, 3) == words.substr(i, 3)) return true;
  }
  return false;
}

bool is_plate_tail(std::string_view text) {
  for (const std::string_view separator : {"·", "•", "-", " "}) {
    if (text.starts_with(separator)) {
      text.remove_prefix(separator.size());
      break;
    }
  }
  std::size_t length = 0;
  std::size_t letters = 0;
  for (; length < text.size() && is_alnum(text[length]); ++length)
    letters += is_letter(text[length]) ? 1 : 0;
  if (letters > 2) return false;
  return length == 5 || length == 6 ||
         (length == 4 && begins_with_one_of(text.substr(length), "学警挂港澳领使"));
}

bool has_plate(std::string_view text) {
  constexpr std::string_view kProvinces =
      "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使";
  for (std::size_t i = 0; i + kShortestPlate <= text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) < 0x80 || !is_letter(text[i + 3])) continue;
    if (begins_with_one_of(text.substr(i), kProvinces) && is_plate_tail(text.substr(i + 4)))
      return true;
  }
  return false;
}

}  // namespace

bool looks_private(std::string_view text) {
  std::size_t digits = 0;
  unsigned char any = 0;
  for (const char c : text) {
    digits += is_digit(c) ? 1 : 0;
    any |= static_cast<unsigned char>(c);
  }
  if (digits >= kPhoneDigits && has_private_number(text)) return true;
  return any >= 0x80 && has_plate(text);
}

}  // namespace tocsin::ingest
