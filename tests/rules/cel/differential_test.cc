#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <variant>

#include "rules/cel/cel.h"

/// Random expressions over bools, ints and doubles, against an evaluator that walks the tree with
/// wide arithmetic and knows nothing of stacks, handlers or folding.

namespace tocsin::cel {
namespace {

__extension__ using Wide = __int128;

struct Error {};
using Naive = std::variant<Error, bool, std::int64_t, double>;

struct Tree;
using TreePtr = std::unique_ptr<Tree>;

/// The event's fields and the variables of the macros around.
struct World {
  std::array<Value, 6> slots;
  std::vector<std::int64_t> variables;
};

struct Tree {
  std::string text;
  std::function<Naive(World&)> value;
};

bool is_error(const Naive& n) { return std::holds_alternative<Error>(n); }

// 80-bit long doubles hold every int64 and every double exactly.
long double number(const Naive& n) {
  if (const auto* i = std::get_if<std::int64_t>(&n)) return static_cast<long double>(*i);
  return static_cast<long double>(std::get<double>(n));
}

Naive naive_int(char op, Wide a, Wide b) {
  if ((op == '/' || op == '%') && b == 0) return Error{};
  const Wide result = op == '+'   ? a + b
                      : op == '-' ? a - b
                      : op == '*' ? a * b
                      : op == '/' ? a / b
                                  : a % b;
  // The remainder of the one quotient that does not fit is an error too.
  const Wide checked = op == '%' ? a / b : result;
  const bool fits = checked >= std::numeric_limits<std::int64_t>::min() &&
                    checked <= std::numeric_limits<std::int64_t>::max();
  return fits ? Naive(static_cast<std::int64_t>(result)) : Naive(Error{});
}

double naive_double(char op, double a, double b) {
  if (op == '+') return a + b;
  if (op == '-') return a - b;
  return op == '*' ? a * b : a / b;
}

bool naive_relation(std::string_view op, long double a, long double b) {
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  return op == ">" ? a > b : a >= b;
}

// The first operand that decides, wherever it stands; else an error, if there is one.
Naive naive_logic(bool deciding, const std::vector<Naive>& operands) {
  bool error = false;
  for (const Naive& operand : operands) {
    if (is_error(operand)) {
      error = true;
    } else if (std::get<bool>(operand) == deciding) {
      return deciding;
    }
  }
  return error ? Naive(Error{}) : Naive(!deciding);
}

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  World world() {
    World w;
    for (int i = 0; i < 2; ++i) {
      const std::size_t slot = static_cast<std::size_t>(i);
      if (below(5) > 0) w.slots[slot] = Value::int64(any_int());
      if (below(5) > 0) w.slots[slot + 2] = Value::float64(any_double());
      if (below(5) > 0) w.slots[slot + 4] = Value::boolean(below(2) == 0);
    }
    return w;
  }

  Tree boolean(int depth) {
    if (depth == 0) return below(3) == 0 ? literal(below(2) == 0) : bool_field();
    switch (below(7)) {
      case 0: return negated(boolean(depth - 1));
      case 1:
      case 2: return logic(depth);
      case 3: return choice(boolean(depth - 1), boolean(depth - 1), boolean(depth - 1));
      case 4: return macro(depth);
      default: return relation(depth);
    }
  }

  Tree integer(int depth) {
    if (depth == 0) return int_leaf();
    if (below(5) == 0) return choice(boolean(depth - 1), integer(depth - 1), integer(depth - 1));
    const char op = "+-*/%"[below(5)];
    return binary(integer(depth - 1), op, integer(depth - 1), [op](const Naive& a, const Naive& b) {
      return naive_int(op, std::get<std::int64_t>(a), std::get<std::int64_t>(b));
    });
  }

  Tree real(int depth) {
    if (depth == 0) return below(2) == 0 ? literal(finite_double()) : double_field();
    if (below(5) == 0) return choice(boolean(depth - 1), real(depth - 1), real(depth - 1));
    const char op = "+-*/"[below(4)];
    return binary(real(depth - 1), op, real(depth - 1), [op](const Naive& a, const Naive& b) {
      return Naive(naive_double(op, std::get<double>(a), std::get<double>(b)));
    });
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }

  std::int64_t any_int() {
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t kPool[] = {
        0, 0, 1, 1, -1, 2, 3, 7, -5, 10, 60, kMax, -kMax, -kMax - 1, (1LL << 53) + 1, 1LL << 53};
    return kPool[below(std::size(kPool))];
  }
  double finite_double() {
    constexpr double kPool[] = {0.0, 1.0, 0.5, 2.0, 1.5, 7.0, 1e308, 0x1p53, 0x1p63};
    return kPool[below(std::size(kPool))];
  }
  double any_double() {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    constexpr double kPool[] = {kNan, kInfinity, -kInfinity, -0.0, -1.0};
    return below(3) == 0 ? kPool[below(std::size(kPool))] : finite_double();
  }

  static Tree literal(bool b) {
    return {b ? "true" : "false", [b](World&) { return Naive(b); }};
  }
  static Tree literal(std::int64_t i) {
    return {fmt::format("{}", i), [i](World&) { return Naive(i); }};
  }
  static Tree literal(double d) {
    std::string text = fmt::format("{}", d);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return {text, [d](World&) { return Naive(d); }};
  }

  Tree bool_field() {
    const std::size_t i = below(2);
    return {fmt::format("e.b{}", i),
            [i](World& w) { return Naive(w.slots[4 + i].is_set() && w.slots[4 + i].as_bool()); }};
  }
  Tree double_field() {
    const std::size_t i = below(2);
    return {fmt::format("e.d{}", i), [i](World& w) {
              return Naive(w.slots[2 + i].is_set() ? w.slots[2 + i].as_double() : 0.0);
            }};
  }
  Tree int_leaf() {
    if (variables_ > 0 && below(2) == 0) {
      const std::size_t i = below(variables_);
      return {fmt::format("v{}", i), [i](World& w) { return Naive(w.variables[i]); }};
    }
    if (below(2) == 0) return literal(any_int());
    const std::size_t i = below(2);
    return {fmt::format("e.i{}", i), [i](World& w) {
              return Naive(w.slots[i].is_set() ? w.slots[i].as_int() : std::int64_t{0});
            }};
  }

  static Tree negated(Tree a) {
    return {fmt::format("!({})", a.text), [f = a.value](World& w) {
              const Naive n = f(w);
              return is_error(n) ? n : Naive(!std::get<bool>(n));
            }};
  }

  static Tree choice(Tree c, Tree yes, Tree no) {
    return {fmt::format("(({}) ? ({}) : ({}))", c.text, yes.text, no.text),
            [c = c.value, yes = yes.value, no = no.value](World& w) {
              const Naive n = c(w);
              if (is_error(n)) return n;
              return std::get<bool>(n) ? yes(w) : no(w);
            }};
  }

  template <class Combine>
  static Tree binary(Tree a, char op, Tree b, Combine combine) {
    return {fmt::format("({} {} {})", a.text, op, b.text),
            [a = a.value, b = b.value, combine](World& w) {
              const Naive x = a(w);
              const Naive y = b(w);
              return is_error(x) || is_error(y) ? Naive(Error{}) : combine(x, y);
            }};
  }

  Tree number_of_any_kind(int depth) { return below(2) == 0 ? integer(depth) : real(depth); }

  Tree relation(int depth) {
    constexpr std::string_view kOps[] = {"==", "!=", "<", "<=", ">", ">="};
    const std::string_view op = kOps[below(std::size(kOps))];
    const Tree a = number_of_any_kind(depth - 1);
    const Tree b = number_of_any_kind(depth - 1);
    return {fmt::format("({} {} {})", a.text, op, b.text),
            [a = a.value, b = b.value, op](World& w) {
              const Naive x = a(w);
              const Naive y = b(w);
              if (is_error(x) || is_error(y)) return Naive(Error{});
              return Naive(naive_relation(op, number(x), number(y)));
            }};
  }

  Tree logic(int depth) {
    const bool deciding = below(2) == 0;
    const std::size_t count = 2 + below(3);
    std::vector<std::function<Naive(World&)>> operands;
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      const Tree operand = boolean(depth - 1);
      text += fmt::format("{}({})", i == 0 ? "" : deciding ? " || " : " && ", operand.text);
      operands.push_back(operand.value);
    }
    return {text, [deciding, operands](World& w) {
              std::vector<Naive> values;
              for (const auto& operand : operands) values.push_back(operand(w));
              return naive_logic(deciding, values);
            }};
  }

  // Over a list of one to three ints; the predicate may use the variable of every macro around it.
  Tree macro(int depth) {
    const std::string_view name = std::array{"exists", "all", "exists_one"}[below(3)];
    std::string list;
    std::vector<std::function<Naive(World&)>> items;
    for (std::size_t i = 0, count = 1 + below(3); i < count; ++i) {
      const Tree item = integer(depth > 2 ? 1 : 0);
      list += fmt::format("{}{}", i == 0 ? "" : ", ", item.text);
      items.push_back(item.value);
    }
    const std::size_t variable = variables_++;
    const Tree predicate = boolean(depth - 1);
    --variables_;
    return {fmt::format("[{}].{}(v{}, {})", list, name, variable, predicate.text),
            [name, items, f = predicate.value](World& w) { return walk(name, items, f, w); }};
  }

  static Naive walk(std::string_view name, const std::vector<std::function<Naive(World&)>>& items,
                    const std::function<Naive(World&)>& predicate, World& w) {
    std::vector<std::int64_t> numbers;
    for (const auto& item : items) {
      const Naive n = item(w);
      if (is_error(n)) return n;
      numbers.push_back(std::get<std::int64_t>(n));
    }
    std::vector<Naive> answers;
    for (const std::int64_t n : numbers) {
      w.variables.push_back(n);
      answers.push_back(predicate(w));
      w.variables.pop_back();
    }
    if (name != "exists_one") return naive_logic(name == "exists", answers);
    int count = 0;
    for (const Naive& answer : answers) {
      if (is_error(answer)) return answer;
      count += std::get<bool>(answer) ? 1 : 0;
    }
    return count == 1;
  }

  std::mt19937_64 random_;
  std::size_t variables_ = 0;
};

class SixFields final : public Scope {
 public:
  std::optional<Input> find(std::string_view path) const override {
    constexpr std::string_view kNames[] = {"e.i0", "e.i1", "e.d0", "e.d1", "e.b0", "e.b1"};
    constexpr ValueKind kKinds[] = {ValueKind::int64, ValueKind::float64, ValueKind::boolean};
    for (std::uint16_t i = 0; i < 6; ++i) {
      if (kNames[i] == path) return Input{{kKinds[i / 2]}, 0, i, {}};
    }
    return std::nullopt;
  }
  std::vector<std::string> names() const override { return {}; }
};

bool agree(const Naive& naive, const Outcome& outcome) {
  if (is_error(naive) || outcome.error) return is_error(naive) && outcome.error;
  if (const auto* b = std::get_if<bool>(&naive)) return outcome.value.as_bool() == *b;
  if (const auto* i = std::get_if<std::int64_t>(&naive)) return outcome.value.as_int() == *i;
  const double expected = std::get<double>(naive);
  if (std::isnan(expected)) return std::isnan(outcome.value.as_double());
  return identical(outcome.value, Value::float64(expected));
}

// Far over what the generator makes: this test is about values.
constexpr CompileLimits kLimits{.max_length = 1 << 20, .max_depth = 200, .max_cost = 1 << 30};

TEST(Differential, RandomExpressionsHaveTheValueOfTheirTree) {
  constexpr std::uint64_t kSeed = 20260101;
  Generator generate(kSeed);
  Scratch scratch;
  std::size_t errors = 0;
  constexpr int kRounds = 6000;
  for (int round = 0; round < kRounds; ++round) {
    const int depth = 1 + round % 5;
    const Tree tree = round % 3 == 0   ? generate.integer(depth)
                      : round % 3 == 1 ? generate.real(depth)
                                       : generate.boolean(depth);
    const Compiled compiled = compile(tree.text, SixFields{}, std::nullopt, kLimits);
    ASSERT_TRUE(compiled.errors.empty()) << tree.text << "\n" << compiled.errors[0].message_en;
    for (int i = 0; i < 4; ++i) {
      World world = generate.world();
      const Value* frame = world.slots.data();
      const Outcome outcome = compiled.program.eval({&frame, 1}, scratch);
      const Naive naive = tree.value(world);
      errors += is_error(naive) ? 1 : 0;
      ASSERT_TRUE(agree(naive, outcome))
          << "seed " << kSeed << " round " << round << ": " << tree.text;
    }
  }
  // The cases are worth something only if errors and values both come up.
  EXPECT_GT(errors, std::size_t{kRounds} / 10);
  EXPECT_LT(errors, std::size_t{kRounds} * 4 * 9 / 10);
}

}  // namespace
}  // namespace tocsin::cel
