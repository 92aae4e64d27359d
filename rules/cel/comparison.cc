#include "rules/cel/comparison.h"

#include <cmath>

namespace tocsin::cel {
namespace {

// Exact, also where a double cannot hold the integer.
std::partial_ordering compare_to_double(std::int64_t i, double d) {
  if (std::isnan(d)) return std::partial_ordering::unordered;
  if (d >= 0x1p63) return std::partial_ordering::less;
  if (d < -0x1p63) return std::partial_ordering::greater;
  const auto whole = static_cast<std::int64_t>(d);
  if (i != whole) return i <=> whole;
  return 0.0 <=> (d - std::trunc(d));
}

std::partial_ordering compare_to_double(std::uint64_t u, double d) {
  if (std::isnan(d)) return std::partial_ordering::unordered;
  if (d >= 0x1p64) return std::partial_ordering::less;
  if (d < 0) return std::partial_ordering::greater;
  const auto whole = static_cast<std::uint64_t>(d);
  if (u != whole) return u <=> whole;
  return 0.0 <=> (d - std::trunc(d));
}

std::partial_ordering compare_to_double(const Value& integer, double d) {
  return integer.kind() == ValueKind::int64 ? compare_to_double(integer.as_int(), d)
                                            : compare_to_double(integer.as_uint(), d);
}

std::partial_ordering compare_int_to_uint(std::int64_t i, std::uint64_t u) {
  if (i < 0) return std::partial_ordering::less;
  return static_cast<std::uint64_t>(i) <=> u;
}

std::partial_ordering compare_times(const Value& a, const Value& b) {
  if (a.seconds() != b.seconds()) return a.seconds() <=> b.seconds();
  return a.nanos() <=> b.nanos();
}

bool equal_lists(std::span<const Value> a, std::span<const Value> b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!equal(a[i], b[i])) return false;
  }
  return true;
}

std::partial_ordering compare_same_kind(const Value& a, const Value& b) {
  switch (a.kind()) {
    case ValueKind::boolean: return a.as_bool() <=> b.as_bool();
    case ValueKind::string: return a.as_string().compare(b.as_string()) <=> 0;
    case ValueKind::timestamp:
    case ValueKind::duration: return compare_times(a, b);
    case ValueKind::list:
      return equal_lists(a.as_list(), b.as_list()) ? std::partial_ordering::equivalent
                                                   : std::partial_ordering::unordered;
    default: return compare_numbers(a, b);
  }
}

bool is_number(ValueKind kind) {
  return kind == ValueKind::int64 || kind == ValueKind::uint64 || kind == ValueKind::float64;
}

Status answer(Value* args, std::uint32_t relation, std::partial_ordering order) {
  args[0] = Value::boolean(holds(static_cast<Relation>(relation), order));
  return kOk;
}

Status relate_ints(Value* args, Runtime&, std::uint32_t relation) {
  return answer(args, relation, args[0].as_int() <=> args[1].as_int());
}
Status relate_doubles(Value* args, Runtime&, std::uint32_t relation) {
  return answer(args, relation, args[0].as_double() <=> args[1].as_double());
}
Status relate_strings(Value* args, Runtime&, std::uint32_t relation) {
  return answer(args, relation, args[0].as_string().compare(args[1].as_string()) <=> 0);
}
// Two strings can differ in length: then there is nothing to compare.
Status strings_equal(Value* args, Runtime&, std::uint32_t relation) {
  const bool same = args[0].as_string() == args[1].as_string();
  args[0] = Value::boolean(same == (static_cast<Relation>(relation) == Relation::eq));
  return kOk;
}
Status relate_numbers(Value* args, Runtime&, std::uint32_t relation) {
  return answer(args, relation, compare_numbers(args[0], args[1]));
}
Status relate_others(Value* args, Runtime&, std::uint32_t relation) {
  return answer(args, relation, compare_same_kind(args[0], args[1]));
}

Status in_list(Value* args, Runtime&, std::uint32_t) {
  bool found = false;
  for (const Value& item : args[1].as_list()) {
    if (equal(args[0], item)) {
      found = true;
      break;
    }
  }
  args[0] = Value::boolean(found);
  return kOk;
}

constexpr Overload relation_of(Builtin run) {
  return {.name = "==", .style = CallStyle::binary, .result = ValueKind::boolean, .run = run};
}
constexpr Overload kInts = relation_of(relate_ints);
constexpr Overload kDoubles = relation_of(relate_doubles);
constexpr Overload kStrings = relation_of(relate_strings);
constexpr Overload kStringsEqual = relation_of(strings_equal);
constexpr Overload kNumbers = relation_of(relate_numbers);
constexpr Overload kOthers = relation_of(relate_others);
constexpr Overload kIn = {
    .name = "in", .style = CallStyle::binary, .result = ValueKind::boolean, .run = in_list};

}  // namespace

std::partial_ordering compare_numbers(const Value& a, const Value& b) {
  if (a.kind() == b.kind()) {
    if (a.kind() == ValueKind::float64) return a.as_double() <=> b.as_double();
    if (a.kind() == ValueKind::int64) return a.as_int() <=> b.as_int();
    return a.as_uint() <=> b.as_uint();
  }
  if (b.kind() == ValueKind::float64) return compare_to_double(a, b.as_double());
  if (a.kind() == ValueKind::float64) return 0 <=> compare_to_double(b, a.as_double());
  if (a.kind() == ValueKind::int64) return compare_int_to_uint(a.as_int(), b.as_uint());
  return 0 <=> compare_int_to_uint(b.as_int(), a.as_uint());
}

bool equal(const Value& a, const Value& b) {
  if (a.kind() == b.kind()) return compare_same_kind(a, b) == 0;
  return is_number(a.kind()) && is_number(b.kind()) && compare_numbers(a, b) == 0;
}

const Overload* relation_overload(ValueKind left, ValueKind right, Relation relation) {
  if (left != right) return is_number(left) && is_number(right) ? &kNumbers : nullptr;
  const bool equality = relation == Relation::eq || relation == Relation::ne;
  switch (left) {
    case ValueKind::int64: return &kInts;
    case ValueKind::float64: return &kDoubles;
    case ValueKind::string: return equality ? &kStringsEqual : &kStrings;
    case ValueKind::list: return equality ? &kOthers : nullptr;
    case ValueKind::unset: return nullptr;
    default: return &kOthers;
  }
}

const Overload* in_overload() { return &kIn; }

}  // namespace tocsin::cel
