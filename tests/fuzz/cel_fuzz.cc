#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "core/diagnostic.h"
#include "rules/cel/cel.h"
#include "tests/fuzz/campaign.h"

/// Expressions: whatever the text, it compiles or is refused with places inside it; what compiles
/// evaluates within its cost.

namespace tocsin::fuzz {
namespace {

constexpr std::string_view kNames[] = {"e.level", "e.count", "e.serial", "e.state",
                                       "e.mode",  "e.ts",    "e.held",   "e.tags"};
constexpr cel::Type kTypes[] = {{ValueKind::float64},  {ValueKind::int64},
                                {ValueKind::uint64},   {ValueKind::string},
                                {ValueKind::boolean},  {ValueKind::timestamp},
                                {ValueKind::duration}, {ValueKind::list, ValueKind::string}};

class FieldScope final : public cel::Scope {
 public:
  std::optional<cel::Input> find(std::string_view path) const override {
    for (std::uint16_t slot = 0; slot < std::size(kNames); ++slot) {
      if (kNames[slot] == path) return cel::Input{kTypes[slot], 0, slot, {}};
    }
    if (path == "params.text") {
      return cel::Input{{ValueKind::string}, 0, 0, Value::string("^a.*b$")};
    }
    return std::nullopt;
  }
  std::vector<std::string> names() const override { return {std::begin(kNames), std::end(kNames)}; }
};

void evaluate(const cel::Program& program) {
  static const std::string long_text(1024, 'a');
  static const std::vector<Value> tags(64, Value::string(long_text));
  const std::array<Value, 8> full = {Value::float64(2.5),
                                     Value::int64(-7),
                                     Value::uint64(18'446'744'073'709'551'615U),
                                     Value::string(long_text),
                                     Value::boolean(true),
                                     Value::timestamp(1'767'225'600, 250'000'000),
                                     Value::duration(-91, 500'000'000),
                                     Value::list(tags)};
  const std::array<Value, 8> unset{};
  cel::Scratch scratch;
  for (const auto* slots : {&full, &unset}) {
    const Value* const frame = slots->data();
    const cel::Outcome outcome = program.eval({&frame, 1}, scratch);
    EXPECT_EQ(outcome.error.has_value(), !outcome.value.is_set());
    if (!outcome.error) {
      EXPECT_EQ(outcome.value.kind(), program.type().kind);
    }
  }
}

void compile_and_run(std::string_view source) {
  const cel::Compiled compiled = cel::compile(source, FieldScope{}, std::nullopt);
  ASSERT_EQ(compiled.program.empty(), !compiled.errors.empty());
  const std::size_t length = count_code_points(source);
  for (const cel::CompileError& error : compiled.errors) {
    EXPECT_LE(error.begin, error.end);
    EXPECT_LE(error.end, length);
    EXPECT_FALSE(error.message_en.empty() || error.message_zh.empty());
  }
  if (compiled.program.empty()) return;
  EXPECT_LE(compiled.program.cost(), cel::CompileLimits{}.max_cost);
  evaluate(compiled.program);
}

// The expressions of the conformance tables.
std::vector<std::string> expressions() {
  std::vector<std::string> all;
  for (const std::string& table : files_of(TOCSIN_SOURCE "/tests/rules/cel/conformance", ".txt")) {
    for (std::size_t begin = 0; begin < table.size();) {
      const std::size_t end = std::min(table.find('\n', begin), table.size());
      const std::string line = table.substr(begin, end - begin);
      if (const std::size_t arrow = line.rfind(" => "); arrow != std::string::npos) {
        all.push_back(line.substr(0, arrow));
      }
      begin = end + 1;
    }
  }
  return all;
}

Target expression_target() {
  return {.name = "expressions",
          .run = compile_and_run,
          .corpus = expressions(),
          .dictionary = {"e.level",     "e.count",     "e.serial",   "e.state",
                         "e.mode",      "e.ts",        "e.held",     "e.tags",
                         "params.text", " && ",        " || ",       "!",
                         "-",           " in ",        " ? ",        " : ",
                         ".exists(x, ", ".all(x, ",    "has(",       ".matches('",
                         "size(",       "[",           "]",          "(",
                         ")",           "timestamp('", "duration('", ".getHours('Asia/Shanghai')",
                         "int(",        "uint(",       "double(",    "string(",
                         "'''",         "\"\"\"",      "r'",         "b'",
                         "\\u",         "\\U0010ffff", "\\x",        "//",
                         " == ",        " < ",         " % ",        " / ",
                         "烟"},
          .max_bytes = 20'000,
          .rounds = 30'000};
}

TEST(Fuzz, Expressions) { run_campaign(expression_target()); }

TEST(Fuzz, LongExpressions) {
  const Target target = expression_target();
  for (const std::string_view piece : {"(",
                                       ")",
                                       "[",
                                       "]",
                                       "!",
                                       "-",
                                       "1+",
                                       "a.",
                                       ".",
                                       "?",
                                       "a?a:",
                                       "true?1:",
                                       "'",
                                       "\"\"\"",
                                       "size(",
                                       "a[",
                                       "true&&",
                                       "true||",
                                       "[1].all(x,",
                                       "[e.tags.all(t,",
                                       "1 in ",
                                       "{",
                                       "//",
                                       "\\",
                                       "e.tags+",
                                       "e.state+",
                                       "-1-",
                                       "has(",
                                       "0x",
                                       "1e",
                                       "\xe7\x83\x9f",
                                       "9",
                                       "e.state,",
                                       "'a'.matches('a{1000}')||",
                                       "e.state.matches('(a*)*b')||",
                                       "\xff",
                                       "\n",
                                       "x "}) {
    run_once(target, fmt::format("{} again and again", piece), repeated(piece, 1 << 17));
    run_once(target, fmt::format("{} up to the limit", piece), repeated(piece, 4096));
    run_once(target, fmt::format("a list of {}", piece),
             fmt::format("[{}1].exists(x, true)", repeated(piece, 4070)));
  }
}

Target pattern_target() {
  return {.name = "regular expressions",
          .run =
              [](std::string_view pattern) {
                std::string quoted = "e.state.matches(\"";
                for (const char c : pattern) {
                  if (c == '"' || c == '\\') quoted += '\\';
                  quoted += c;
                }
                compile_and_run(quoted + "\")");
              },
          .corpus = {"^a.*b$", "(a|b)*c", "[a-z]{2,10}", "\\d+\\.\\d*", "(?i)alarm", "\\p{Han}+",
                     "(?:x{2}){3}", "[^\\s]*?", "(?P<n>a)", "\\bword\\b", "[[:alpha:]]", "a{1000}"},
          .dictionary = {"(",           ")",   "*",   "+",    "?",        "{2,1000}",
                         "{1000}",      "|",   "[^",  "\\pL", "\\p{Han}", ".*",
                         "(?s)",        "(?:", "\\C", "\\Q",  "\\E",      "[[:^alpha:]]",
                         "\\x{10FFFF}", "烟",  "$",   "^"},
          .max_bytes = 300,
          .rounds = 15'000};
}

TEST(Fuzz, RegularExpressions) { run_campaign(pattern_target()); }

TEST(Fuzz, RegularExpressionsMadeToBeSlow) {
  const Target target = pattern_target();
  for (const std::string_view pattern :
       {"(a*)*b", "(a|a)*b", "(a|aa)+$", "(.*)(.*)(.*)(.*)(.*)x", "a{1000}b{1000}",
        "(a{0,30}){0,30}b", "((a{10}){10}){10}", "(\\pL{100}){10}", "[\\pL\\pN]{200}x",
        "(?i)\\pL{500}", ".{1000}", "(.{10}){100}",
        "(((((((((((((((((((a)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*b"}) {
    run_once(target, pattern, pattern);
  }
}

}  // namespace
}  // namespace tocsin::fuzz
