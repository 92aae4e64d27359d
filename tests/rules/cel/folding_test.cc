#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <limits>
#include <random>
#include <vector>

#include "core/diagnostic.h"
#include "rules/cel/cel.h"

/// Random expressions over every type, each computed three ways: by wide arithmetic as it is made,
/// by the program of its text with literals (which the compiler folds), and by the program of the
/// same text with a field in place of each literal (of which nothing can be folded).

namespace tocsin::cel {
namespace {

__extension__ using Wide = __int128;

constexpr Wide kSecond = 1'000'000'000;

enum class Kind { boolean, integer, natural, real, text, moment, length, list };
constexpr std::size_t kKinds = 8;

struct Known {
  Kind kind{};
  bool error = false;
  Wide whole = 0;  // of bool, int, uint; nanoseconds of times
  double number = 0;
  std::string text;
  std::vector<Wide> items;  // of a list: ints
};

struct Expr {
  std::string literal;
  std::string field;
  Known value;
};

constexpr Wide kMinInt = std::numeric_limits<std::int64_t>::min();
constexpr Wide kMaxInt = std::numeric_limits<std::int64_t>::max();
constexpr Wide kMaxUint = std::numeric_limits<std::uint64_t>::max();

Known failed(Kind kind) {
  Known k;
  k.kind = kind;
  k.error = true;
  return k;
}
// Of any kind that `whole` holds; an error outside the kind's range.
Known known(Kind kind, Wide whole) {
  Wide least = kMinInt;
  Wide most = kMaxInt;
  if (kind == Kind::boolean || kind == Kind::natural) least = 0;
  if (kind == Kind::natural) most = kMaxUint;
  if (kind == Kind::moment) {
    least = -62'135'596'800 * kSecond;
    most = 253'402'300'800 * kSecond - 1;
  }
  if (whole < least || whole > most) return failed(kind);
  Known k;
  k.kind = kind;
  k.whole = whole;
  return k;
}
Known known(double number) {
  Known k;
  k.kind = Kind::real;
  k.number = number;
  return k;
}
Known known(std::string text) {
  Known k;
  k.kind = Kind::text;
  k.text = std::move(text);
  return k;
}
Known known(std::vector<Wide> items) {
  Known k;
  k.kind = Kind::list;
  k.items = std::move(items);
  return k;
}
Known truth(bool b) { return known(Kind::boolean, b ? 1 : 0); }

bool is_number(Kind kind) {
  return kind == Kind::integer || kind == Kind::natural || kind == Kind::real;
}

// 80-bit long doubles hold every int64, uint64 and double exactly.
int compare(const Known& a, const Known& b) {
  constexpr int kUnordered = 2;
  if (is_number(a.kind)) {
    const auto number = [](const Known& k) {
      return k.kind == Kind::real ? static_cast<long double>(k.number)
                                  : static_cast<long double>(k.whole);
    };
    const long double x = number(a);
    const long double y = number(b);
    if (std::isnan(x) || std::isnan(y)) return kUnordered;
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (a.kind == Kind::text) return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
  if (a.kind == Kind::list) return a.items == b.items ? 0 : kUnordered;
  return a.whole < b.whole ? -1 : a.whole > b.whole ? 1 : 0;
}

bool holds(std::string_view relation, int order) {
  if (relation == "==") return order == 0;
  if (relation == "!=") return order != 0;
  if (relation == "<") return order == -1;
  if (relation == "<=") return order == -1 || order == 0;
  if (relation == ">") return order == 1;
  return order == 1 || order == 0;
}

Known arithmetic(char op, const Known& a, const Known& b) {
  if (a.kind == Kind::real) {
    const double x = a.number;
    const double y = b.number;
    return known(op == '+' ? x + y : op == '-' ? x - y : op == '*' ? x * y : x / y);
  }
  Wide result = 0;
  if (op == '+') return known(a.kind, a.whole + b.whole);
  if (op == '-') return known(a.kind, a.whole - b.whole);
  if (op == '*') {
    return __builtin_mul_overflow(a.whole, b.whole, &result) ? failed(a.kind)
                                                             : known(a.kind, result);
  }
  if (b.whole == 0) return failed(a.kind);
  const Known quotient = known(a.kind, a.whole / b.whole);
  if (op == '/' || quotient.error) return quotient;
  return known(a.kind, a.whole % b.whole);
}

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  std::vector<Value> slots;
  std::vector<Type> types;

  /// Forgets the fields of the expression before.
  Expr expression(Kind kind, int depth) {
    slots.clear();
    types.clear();
    lists_.clear();
    return make(kind, depth);
  }
  std::size_t below(std::size_t n) { return random_() % n; }

 private:
  Expr make(Kind kind, int depth) {
    if (depth == 0) return leaf(kind);
    if (below(8) == 0) return choice(kind, depth - 1);
    switch (kind) {
      case Kind::boolean: return boolean(depth - 1);
      case Kind::integer: return integer(depth - 1);
      case Kind::natural: return natural(depth - 1);
      case Kind::real: return real(depth - 1);
      case Kind::text: return text(depth - 1);
      case Kind::moment: return moment(depth - 1);
      case Kind::length: return length(depth - 1);
      case Kind::list: return list(depth - 1);
    }
    return leaf(kind);
  }

  // "(a + b)", "f(a)": the parts with the holes of `shape` filled by either text of the operands.
  static Expr shaped(fmt::format_string<const std::string&, const std::string&> shape, Known value,
                     const Expr& a, const Expr& b) {
    return {fmt::format(shape, a.literal, b.literal), fmt::format(shape, a.field, b.field),
            std::move(value)};
  }
  static Expr shaped(fmt::format_string<const std::string&> shape, Known value, const Expr& a) {
    return {fmt::format(shape, a.literal), fmt::format(shape, a.field), std::move(value)};
  }

  // An error in an operand is the result's.
  template <class Combine>
  static Known strict(Kind kind, const Expr& a, const Expr& b, Combine combine) {
    return a.value.error || b.value.error ? failed(kind) : combine(a.value, b.value);
  }
  template <class Convert>
  static Known strict(Kind kind, const Expr& a, Convert convert) {
    return a.value.error ? failed(kind) : convert(a.value);
  }

  Expr operation(std::string_view op, Kind result, Expr a, Expr b) {
    Known value = strict(result, a, b, [&](const Known& x, const Known& y) {
      if (result == Kind::boolean) return truth(holds(op, compare(x, y)));
      if (result == x.kind) return arithmetic(op[0], x, y);
      // Times: the kind differs from the first operand's.
      return known(result, op == "+" ? x.whole + y.whole : x.whole - y.whole);
    });
    return {fmt::format("({} {} {})", a.literal, op, b.literal),
            fmt::format("({} {} {})", a.field, op, b.field), std::move(value)};
  }

  Expr choice(Kind kind, int depth) {
    const Expr c = make(Kind::boolean, depth);
    const Expr yes = make(kind, depth);
    const Expr no = make(kind, depth);
    const Known value = c.value.error ? failed(kind) : c.value.whole != 0 ? yes.value : no.value;
    return {fmt::format("({} ? {} : {})", c.literal, yes.literal, no.literal),
            fmt::format("({} ? {} : {})", c.field, yes.field, no.field), value};
  }

  Expr boolean(int depth) {
    switch (below(7)) {
      case 0: {
        const Expr a = make(Kind::boolean, depth);
        return shaped("(!{})",
                      strict(Kind::boolean, a, [](const Known& x) { return truth(x.whole == 0); }),
                      a);
      }
      case 1: return logic("&&", 0, depth);
      case 2: return logic("||", 1, depth);
      case 3: return text_test(depth);
      case 4: return membership(depth);
      default: return relation(depth);
    }
  }

  Expr logic(std::string_view op, Wide deciding, int depth) {
    const Expr a = make(Kind::boolean, depth);
    const Expr b = make(Kind::boolean, depth);
    const auto decides = [&](const Expr& e) { return !e.value.error && e.value.whole == deciding; };
    const Known value = decides(a) || decides(b)         ? truth(deciding != 0)
                        : a.value.error || b.value.error ? failed(Kind::boolean)
                                                         : truth(deciding == 0);
    return {fmt::format("({} {} {})", a.literal, op, b.literal),
            fmt::format("({} {} {})", a.field, op, b.field), value};
  }

  Expr relation(int depth) {
    constexpr std::string_view kRelations[] = {"==", "!=", "<", "<=", ">", ">="};
    constexpr Kind kNumbers[] = {Kind::integer, Kind::natural, Kind::real};
    const auto left = static_cast<Kind>(below(kKinds));
    const Kind right = is_number(left) ? kNumbers[below(3)] : left;
    const std::string_view op = kRelations[left == Kind::list ? below(2) : below(6)];
    Expr a = make(left, depth);
    return operation(op, Kind::boolean, std::move(a), make(right, depth));
  }

  Expr text_test(int depth) {
    const Expr a = make(Kind::text, depth);
    const Expr b = make(Kind::text, depth);
    const auto test = [&](auto holds_for) {
      return strict(Kind::boolean, a, b, [&](const Known& x, const Known& y) {
        return truth(holds_for(x.text, y.text));
      });
    };
    using View = std::string_view;
    switch (below(3)) {
      case 0:
        return shaped("{}.startsWith({})", test([](View x, View y) { return x.starts_with(y); }), a,
                      b);
      case 1:
        return shaped("{}.endsWith({})", test([](View x, View y) { return x.ends_with(y); }), a, b);
      default:
        return shaped("{}.contains({})",
                      test([](View x, View y) { return x.find(y) != View::npos; }), a, b);
    }
  }

  Expr membership(int depth) {
    const Expr a = make(Kind::integer, depth);
    const Expr b = make(Kind::list, depth);
    return shaped("({} in {})",
                  strict(Kind::boolean, a, b,
                         [](const Known& x, const Known& y) {
                           return truth(std::ranges::find(y.items, x.whole) != y.items.end());
                         }),
                  a, b);
  }

  Expr binary(Kind kind, std::string_view ops, int depth) {
    const std::string op(1, ops[below(ops.size())]);
    Expr a = make(kind, depth);
    return operation(op, kind, std::move(a), make(kind, depth));
  }

  Expr integer(int depth) {
    switch (below(9)) {
      case 0: return negated(Kind::integer, depth);
      case 1: {
        const Expr a = make(Kind::text, depth);
        return shaped("size({})",
                      strict(Kind::integer, a,
                             [](const Known& x) {
                               return known(Kind::integer,
                                            static_cast<Wide>(count_code_points(x.text)));
                             }),
                      a);
      }
      case 2: {
        const Expr a = make(Kind::list, depth);
        return shaped("{}.size()",
                      strict(Kind::integer, a,
                             [](const Known& x) {
                               return known(Kind::integer, static_cast<Wide>(x.items.size()));
                             }),
                      a);
      }
      case 3: return item(depth);
      case 4: return converted_to_int(depth);
      case 5: return part_of_length(depth);
      default: return binary(Kind::integer, "+-*/%", depth);
    }
  }

  Expr negated(Kind kind, int depth) {
    const Expr a = make(kind, depth);
    return shaped("(-({}))",
                  strict(kind, a,
                         [](const Known& x) {
                           return x.kind == Kind::real ? known(-x.number) : known(x.kind, -x.whole);
                         }),
                  a);
  }

  Expr item(int depth) {
    const Expr a = make(Kind::list, depth);
    const Expr b = make(Kind::integer, depth > 1 ? 1 : 0);
    return shaped("{}[{}]",
                  strict(Kind::integer, a, b,
                         [](const Known& x, const Known& y) {
                           if (y.whole < 0 || y.whole >= static_cast<Wide>(x.items.size())) {
                             return failed(Kind::integer);
                           }
                           return known(Kind::integer, x.items[static_cast<std::size_t>(y.whole)]);
                         }),
                  a, b);
  }

  static Known truncated(Kind kind, const Known& x) {
    // The ends of an int are out: a double there may have been any of a thousand integers.
    const double least = kind == Kind::integer ? -0x1p63 : -1.0;
    const double most = kind == Kind::integer ? 0x1p63 : 0x1p64;
    if (!(x.number > least && x.number < most)) return failed(kind);
    if (kind == Kind::natural && x.number < 0) return failed(kind);
    return known(kind, static_cast<Wide>(x.number));
  }

  Expr converted_to_int(int depth) {
    switch (below(3)) {
      case 0: {
        const Expr a = make(Kind::natural, depth);
        return shaped(
            "int({})",
            strict(Kind::integer, a, [](const Known& x) { return known(Kind::integer, x.whole); }),
            a);
      }
      case 1: {
        const Expr a = make(Kind::real, depth);
        return shaped(
            "int({})",
            strict(Kind::integer, a, [](const Known& x) { return truncated(Kind::integer, x); }),
            a);
      }
      default: {
        const Expr a = make(Kind::moment, depth);
        return shaped("int({})",
                      strict(Kind::integer, a,
                             [](const Known& x) {
                               const Wide down = x.whole % kSecond < 0 ? 1 : 0;
                               return known(Kind::integer, x.whole / kSecond - down);
                             }),
                      a);
      }
    }
  }

  Expr part_of_length(int depth) {
    const Expr a = make(Kind::length, depth);
    const auto units = [&](Wide unit) {
      return strict(Kind::integer, a,
                    [&](const Known& x) { return known(Kind::integer, x.whole / unit); });
    };
    switch (below(4)) {
      case 0: return shaped("{}.getHours()", units(3600 * kSecond), a);
      case 1: return shaped("{}.getMinutes()", units(60 * kSecond), a);
      case 2: return shaped("{}.getSeconds()", units(kSecond), a);
      default:
        return shaped("{}.getMilliseconds()",
                      strict(Kind::integer, a,
                             [](const Known& x) {
                               return known(Kind::integer, x.whole % kSecond / 1'000'000);
                             }),
                      a);
    }
  }

  Expr natural(int depth) {
    if (below(4) == 0) {
      const Expr a = make(Kind::integer, depth);
      return shaped(
          "uint({})",
          strict(Kind::natural, a, [](const Known& x) { return known(Kind::natural, x.whole); }),
          a);
    }
    if (below(6) == 0) {
      const Expr a = make(Kind::real, depth);
      return shaped(
          "uint({})",
          strict(Kind::natural, a, [](const Known& x) { return truncated(Kind::natural, x); }), a);
    }
    return binary(Kind::natural, "+-*/%", depth);
  }

  Expr real(int depth) {
    switch (below(6)) {
      case 0: return negated(Kind::real, depth);
      case 1: {
        const Expr a = make(below(2) == 0 ? Kind::integer : Kind::natural, depth);
        return shaped("double({})",
                      strict(Kind::real, a,
                             [](const Known& x) { return known(static_cast<double>(x.whole)); }),
                      a);
      }
      default: return binary(Kind::real, "+-*/", depth);
    }
  }

  Expr text(int depth) {
    if (below(3) == 0) {
      const Expr a = make(Kind::integer, depth);
      return shaped("string({})",
                    strict(Kind::text, a,
                           [](const Known& x) {
                             return known(std::to_string(static_cast<std::int64_t>(x.whole)));
                           }),
                    a);
    }
    const Expr a = make(Kind::text, depth);
    const Expr b = make(Kind::text, depth);
    return shaped("({} + {})",
                  strict(Kind::text, a, b,
                         [](const Known& x, const Known& y) { return known(x.text + y.text); }),
                  a, b);
  }

  Expr moment(int depth) {
    Expr a = make(Kind::moment, depth);
    Expr b = make(Kind::length, depth);
    switch (below(3)) {
      case 0: return operation("+", Kind::moment, std::move(a), std::move(b));
      case 1: return operation("-", Kind::moment, std::move(a), std::move(b));
      default: return operation("+", Kind::moment, std::move(b), std::move(a));
    }
  }

  Expr length(int depth) {
    if (below(2) == 0) return binary(Kind::length, "+-", depth);
    Expr a = make(Kind::moment, depth);
    return operation("-", Kind::length, std::move(a), make(Kind::moment, depth));
  }

  Expr list(int depth) {
    const Expr a = make(below(2) == 0 ? Kind::list : Kind::integer, depth);
    const Expr b = make(a.value.kind, depth);
    if (a.value.kind == Kind::integer) {
      return shaped("[{}, {}]",
                    strict(Kind::list, a, b,
                           [](const Known& x, const Known& y) {
                             return known(std::vector<Wide>{x.whole, y.whole});
                           }),
                    a, b);
    }
    return shaped("({} + {})",
                  strict(Kind::list, a, b,
                         [](const Known& x, const Known& y) {
                           std::vector<Wide> all = x.items;
                           all.insert(all.end(), y.items.begin(), y.items.end());
                           return known(std::move(all));
                         }),
                  a, b);
  }

  // Leaves.

  template <class T, std::size_t N>
  const T& any(const T (&pool)[N]) {
    return pool[below(N)];
  }
  Wide any_int() {
    constexpr std::int64_t kPool[] = {0,
                                      0,
                                      1,
                                      1,
                                      -1,
                                      2,
                                      3,
                                      7,
                                      -5,
                                      60,
                                      std::numeric_limits<std::int64_t>::max(),
                                      std::numeric_limits<std::int64_t>::min(),
                                      (1LL << 53) + 1};
    return any(kPool);
  }

  Expr leaf(Kind kind) {
    switch (kind) {
      case Kind::boolean: {
        const bool b = below(2) == 0;
        return leaf(b ? "true" : "false", truth(b), Value::boolean(b), {ValueKind::boolean});
      }
      case Kind::integer: {
        const Wide i = any_int();
        const auto narrow = static_cast<std::int64_t>(i);
        return leaf(fmt::format("{}", narrow), known(Kind::integer, i), Value::int64(narrow),
                    {ValueKind::int64});
      }
      case Kind::natural: {
        constexpr std::uint64_t kPool[] = {0, 1, 2, 7, 1ULL << 63, ~0ULL, (1ULL << 53) + 1};
        const std::uint64_t u = any(kPool);
        return leaf(fmt::format("{}u", u), known(Kind::natural, Wide{u}), Value::uint64(u),
                    {ValueKind::uint64});
      }
      case Kind::real: {
        constexpr double kPool[] = {0.0, -0.0, 1.0, -1.5, 7.25, 1e308, 0x1p53, 0x1p63, 5e-324};
        const double d = any(kPool);
        std::string written = fmt::format("{}", d);
        if (written.find_first_of(".e") == std::string::npos) written += ".0";
        return leaf(written, known(d), Value::float64(d), {ValueKind::float64});
      }
      case Kind::text: {
        static const std::string kPool[] = {"", "a", "ab", "b", "烟", "烟雾", "-1", "🔥"};
        const std::string& s = any(kPool);
        return leaf(fmt::format("'{}'", s), known(s), Value::string(s), {ValueKind::string});
      }
      case Kind::moment: return moment_leaf();
      case Kind::length: return length_leaf();
      case Kind::list: return list_leaf();
    }
    return {};
  }

  Expr leaf(std::string literal, Known value, const Value& slot, Type type) {
    slots.push_back(slot);
    types.push_back(type);
    return {std::move(literal), fmt::format("e.s{}", slots.size() - 1), std::move(value)};
  }

  Expr moment_leaf() {
    constexpr std::int64_t kPool[] = {0, -1, 1'767'225'600, -62'135'596'800, 253'402'300'799};
    const std::int64_t s = any(kPool);
    return leaf(fmt::format("timestamp({})", s), known(Kind::moment, s * kSecond),
                Value::timestamp(s, 0), {ValueKind::timestamp});
  }

  Expr length_leaf() {
    constexpr std::int64_t kPool[] = {0,
                                      1,
                                      -1,
                                      1'500'000'000,
                                      -90'000'000'001,
                                      std::numeric_limits<std::int64_t>::max(),
                                      std::numeric_limits<std::int64_t>::min()};
    const std::int64_t n = any(kPool);
    const auto second = static_cast<std::int64_t>(kSecond);
    const std::int64_t rest = (n % second + second) % second;
    return leaf(
        fmt::format("duration('{}ns')", n), known(Kind::length, n),
        Value::duration(n / second - (n % second < 0 ? 1 : 0), static_cast<std::uint32_t>(rest)),
        {ValueKind::duration});
  }

  Expr list_leaf() {
    std::vector<Wide> items;
    std::vector<Value> values;
    std::string written;
    for (std::size_t i = 1 + below(3); i > 0; --i) {
      items.push_back(any_int());
      values.push_back(Value::int64(static_cast<std::int64_t>(items.back())));
      written += fmt::format("{}{}", written.empty() ? "" : ", ", values.back().as_int());
    }
    lists_.push_back(std::move(values));
    return leaf(fmt::format("[{}]", written), known(std::move(items)), Value::list(lists_.back()),
                {ValueKind::list, ValueKind::int64});
  }

  std::mt19937_64 random_;
  std::deque<std::vector<Value>> lists_;  // what slots point to
};

class SlotScope final : public Scope {
 public:
  explicit SlotScope(const std::vector<Type>& types) : types_(types) {}

  std::optional<Input> find(std::string_view path) const override {
    if (!path.starts_with("e.s")) return std::nullopt;
    const auto slot = static_cast<std::uint16_t>(std::stoul(std::string(path.substr(3))));
    return Input{types_.at(slot), 0, slot, {}};
  }
  std::vector<std::string> names() const override { return {}; }

 private:
  const std::vector<Type>& types_;
};

Wide nanos_of(const Value& v) { return v.seconds() * kSecond + v.nanos(); }

bool agree(const Known& k, const Outcome& outcome) {
  if (k.error || outcome.error) return k.error && outcome.error;
  const Value& v = outcome.value;
  switch (k.kind) {
    case Kind::boolean: return v.as_bool() == (k.whole != 0);
    case Kind::integer: return v.as_int() == k.whole;
    case Kind::natural: return v.as_uint() == k.whole;
    case Kind::real:
      return std::isnan(k.number) ? std::isnan(v.as_double())
                                  : identical(v, Value::float64(k.number));
    case Kind::text: return v.as_string() == k.text;
    case Kind::moment:
    case Kind::length: return nanos_of(v) == k.whole;
    case Kind::list:
      return std::ranges::equal(v.as_list(), k.items, {},
                                [](const Value& i) { return i.as_int(); });
  }
  return false;
}

// Far over what is made here: this test is about values.
constexpr CompileLimits kLimits{.max_length = 1 << 20, .max_depth = 200, .max_cost = 1 << 30};

TEST(Folding, LiteralsAndFieldsGiveTheValueOfTheTree) {
  constexpr std::uint64_t kSeed = 20260102;
  constexpr int kRounds = 12'000;
  Maker maker(kSeed);
  Scratch scratch(2048, 64 * 1024);
  std::array<std::array<std::size_t, 2>, kKinds> seen{};  // by kind, values and errors
  for (int round = 0; round < kRounds; ++round) {
    const auto kind = static_cast<Kind>(maker.below(kKinds));
    const Expr expr = maker.expression(kind, 1 + round % 4);
    ++seen[static_cast<std::size_t>(kind)][expr.value.error ? 1 : 0];
    const SlotScope scope(maker.types);
    const Value* const frame = maker.slots.data();
    for (const std::string& text : {expr.literal, expr.field}) {
      const Compiled compiled = compile(text, scope, std::nullopt, kLimits);
      ASSERT_TRUE(compiled.errors.empty()) << text << "\n" << compiled.errors[0].message_en;
      const Outcome outcome = compiled.program.eval({&frame, 1}, scratch);
      ASSERT_TRUE(agree(expr.value, outcome))
          << "seed " << kSeed << " round " << round << ": " << text << " is "
          << (outcome.error ? to_string(*outcome.error) : to_text(outcome.value));
    }
  }
  for (const auto& [values, errors] : seen) {
    EXPECT_GT(values, std::size_t{kRounds} / kKinds / 4);
    EXPECT_GT(errors, std::size_t{kRounds} / kKinds / 50);
  }
}

}  // namespace
}  // namespace tocsin::cel
