#include <algorithm>
#include <cstring>
#include <limits>

#include "rules/cel/ast.h"
#include "rules/cel/overload.h"

/// + - * / % and negation: of integers with every overflow an error, of doubles as IEEE 754 says.

namespace tocsin::cel {
namespace {

constexpr ValueKind kInt = ValueKind::int64;
constexpr ValueKind kUint = ValueKind::uint64;
constexpr ValueKind kDouble = ValueKind::float64;
constexpr ValueKind kString = ValueKind::string;
constexpr ValueKind kList = ValueKind::list;

template <class T>
T get(const Value& v);
template <>
std::int64_t get(const Value& v) {
  return v.as_int();
}
template <>
std::uint64_t get(const Value& v) {
  return v.as_uint();
}

Value make(std::int64_t i) { return Value::int64(i); }
Value make(std::uint64_t u) { return Value::uint64(u); }

template <class T>
Status add(Value* args, Runtime&, std::uint32_t) {
  T result;
  if (__builtin_add_overflow(get<T>(args[0]), get<T>(args[1]), &result)) return EvalError::overflow;
  args[0] = make(result);
  return kOk;
}

template <class T>
Status subtract(Value* args, Runtime&, std::uint32_t) {
  T result;
  if (__builtin_sub_overflow(get<T>(args[0]), get<T>(args[1]), &result)) return EvalError::overflow;
  args[0] = make(result);
  return kOk;
}

template <class T>
Status multiply(Value* args, Runtime&, std::uint32_t) {
  T result;
  if (__builtin_mul_overflow(get<T>(args[0]), get<T>(args[1]), &result)) return EvalError::overflow;
  args[0] = make(result);
  return kOk;
}

// The one quotient of two's complement that does not fit.
bool quotient_overflows(std::int64_t a, std::int64_t b) {
  return a == std::numeric_limits<std::int64_t>::min() && b == -1;
}
bool quotient_overflows(std::uint64_t, std::uint64_t) { return false; }

template <class T>
Status divide(Value* args, Runtime&, std::uint32_t) {
  const T a = get<T>(args[0]);
  const T b = get<T>(args[1]);
  if (b == 0) return EvalError::division_by_zero;
  if (quotient_overflows(a, b)) return EvalError::overflow;
  args[0] = make(static_cast<T>(a / b));
  return kOk;
}

template <class T>
Status modulo(Value* args, Runtime&, std::uint32_t) {
  const T a = get<T>(args[0]);
  const T b = get<T>(args[1]);
  if (b == 0) return EvalError::division_by_zero;
  if (quotient_overflows(a, b)) return EvalError::overflow;
  args[0] = make(static_cast<T>(a % b));
  return kOk;
}

Status negate_int(Value* args, Runtime&, std::uint32_t) {
  std::int64_t result = 0;
  const bool overflow = __builtin_sub_overflow(std::int64_t{0}, args[0].as_int(), &result);
  if (overflow) return EvalError::overflow;
  args[0] = Value::int64(result);
  return kOk;
}

Status negate_double(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::float64(-args[0].as_double());
  return kOk;
}
Status add_doubles(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::float64(args[0].as_double() + args[1].as_double());
  return kOk;
}
Status subtract_doubles(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::float64(args[0].as_double() - args[1].as_double());
  return kOk;
}
Status multiply_doubles(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::float64(args[0].as_double() * args[1].as_double());
  return kOk;
}
Status divide_doubles(Value* args, Runtime&, std::uint32_t) {
  args[0] = Value::float64(args[0].as_double() / args[1].as_double());
  return kOk;
}

Status join_strings(Value* args, Runtime& runtime, std::uint32_t) {
  const std::string_view a = args[0].as_string();
  const std::string_view b = args[1].as_string();
  char* joined = runtime.arena.take(a.size() + b.size());
  if (joined == nullptr) return EvalError::too_long;
  if (!a.empty()) std::memcpy(joined, a.data(), a.size());
  if (!b.empty()) std::memcpy(joined + a.size(), b.data(), b.size());
  args[0] = Value::string({joined, a.size() + b.size()});
  return kOk;
}

Status join_lists(Value* args, Runtime& runtime, std::uint32_t) {
  const auto a = args[0].as_list();
  const auto b = args[1].as_list();
  Value* joined = runtime.arena.take_values(a.size() + b.size());
  if (joined == nullptr) return EvalError::too_long;
  std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), joined));
  args[0] = Value::list({joined, a.size() + b.size()});
  return kOk;
}

Status item_at(Value* args, Runtime&, std::uint32_t) {
  const auto items = args[0].as_list();
  const std::int64_t i = args[1].as_int();
  if (i < 0 || static_cast<std::uint64_t>(i) >= items.size()) return EvalError::index_out_of_range;
  args[0] = items[static_cast<std::size_t>(i)];
  return kOk;
}

constexpr Overload binary(std::string_view name, ValueKind kind, Builtin run, bool may_fail) {
  return {.name = name,
          .style = CallStyle::binary,
          .parameters = {kind, kind},
          .result = kind,
          .run = run,
          .may_fail = may_fail};
}
constexpr Overload unary(std::string_view name, ValueKind kind, Builtin run, bool may_fail) {
  return {.name = name,
          .style = CallStyle::unary,
          .parameters = {kind},
          .result = kind,
          .run = run,
          .may_fail = may_fail};
}

constexpr Overload kOverloads[] = {
    binary("+", kInt, add<std::int64_t>, true),
    binary("+", kUint, add<std::uint64_t>, true),
    binary("+", kDouble, add_doubles, false),
    binary("+", kString, join_strings, true),
    binary("+", kList, join_lists, true),
    binary("-", kInt, subtract<std::int64_t>, true),
    binary("-", kUint, subtract<std::uint64_t>, true),
    binary("-", kDouble, subtract_doubles, false),
    binary("*", kInt, multiply<std::int64_t>, true),
    binary("*", kUint, multiply<std::uint64_t>, true),
    binary("*", kDouble, multiply_doubles, false),
    binary("/", kInt, divide<std::int64_t>, true),
    binary("/", kUint, divide<std::uint64_t>, true),
    binary("/", kDouble, divide_doubles, false),
    binary("%", kInt, modulo<std::int64_t>, true),
    binary("%", kUint, modulo<std::uint64_t>, true),
    unary(kNegation, kInt, negate_int, true),
    unary(kNegation, kDouble, negate_double, false),
};

constexpr Overload kIndex = {
    .name = "[]", .style = CallStyle::binary, .run = item_at, .may_fail = true};

}  // namespace

std::span<const Overload> arithmetic_overloads() { return kOverloads; }
const Overload* index_overload() { return &kIndex; }

}  // namespace tocsin::cel
