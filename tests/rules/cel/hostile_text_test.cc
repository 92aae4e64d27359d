#include <fmt/format.h>

#include <random>

#include "core/diagnostic.h"
#include "expressions.h"

/// Nothing that a source text may hold crashes the compiler; diagnostics point into the text.

namespace tocsin::cel {
namespace {

const std::vector<std::string> kSeeds = {
    "e.level >= params.limit && !e.test_mode",
    "e.tags.exists(t, t.startsWith('ro') || size(t) > 3)",
    "duration('1h2m') + e.held > duration(\"90s\") ? 'a' : '''b\n'''",
    "timestamp('2026-01-01T00:00:00Z').getHours('Asia/Shanghai') in [1, 2, 0x1F, 4u]",
    "e.state.matches(r'^\\w+烟') || has(e.unset_ts) // comment",
    "[1, 2.5e-3, -7][int('0')] / (e.count - 7) % 3 == -9223372036854775808",
    "adjacent(e.state, \"\\u70df\\x41\\101\") != !!true",
};

// Parses, checks, and if it can, runs.
void survive(const std::string& source) {
  const Compiled compiled = compile(source, SampleScope{}, std::nullopt);
  EXPECT_EQ(compiled.program.empty(), !compiled.errors.empty());
  const std::size_t length = count_code_points(source);
  for (const CompileError& error : compiled.errors) {
    EXPECT_LE(error.begin, error.end) << source;
    EXPECT_LE(error.end, length) << source;
    EXPECT_FALSE(error.message_en.empty() || error.message_zh.empty()) << source;
  }
  if (compiled.program.empty()) return;
  const SampleEvent event;
  const SampleHost host;
  Scratch scratch;
  compiled.program.eval(event.frames(), scratch, &host);
}

TEST(HostileText, MutatedExpressionsAreSurvived) {
  std::mt19937_64 random(7);
  const auto below = [&](std::size_t n) { return random() % n; };
  constexpr std::string_view kBytes = "()[]{}.,?:'\"\\&|!=<>+-*/%0123xeurb \n\t`#@\x80\xff\xe7";
  for (int round = 0; round < 8000; ++round) {
    std::string source = kSeeds[below(kSeeds.size())];
    for (std::size_t edits = 1 + below(4); edits > 0 && !source.empty(); --edits) {
      const std::size_t at = below(source.size());
      switch (below(4)) {
        case 0: source.erase(at, 1 + below(4)); break;
        case 1: source[at] = kBytes[below(kBytes.size())]; break;
        case 2: source.insert(at, 1, kBytes[below(kBytes.size())]); break;
        default: source.insert(at, source.substr(below(source.size()), below(20))); break;
      }
    }
    survive(source);
  }
}

TEST(HostileText, RandomBytesAreSurvived) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 3000; ++round) {
    std::string source(random() % 60, '\0');
    for (char& c : source) c = static_cast<char>(random() % (round % 2 == 0 ? 128 : 256));
    survive(source);
  }
}

TEST(HostileText, EveryPrefixOfAnExpressionIsSurvived) {
  for (const std::string& seed : kSeeds) {
    for (std::size_t length = 0; length <= seed.size(); ++length) survive(seed.substr(0, length));
  }
}

TEST(HostileText, LongRunsOfOneThingAreSurvived) {
  for (const std::string_view piece : {"(",     ")",      "[",      "]",          "!",
                                       "-",     "1+",     "a.",     ".",          "?",
                                       "a?a:",  "1?",     "'",      "\"\"\"",     "size(",
                                       "a[",    "true&&", "true||", "[1].all(x,", "[e.tags.all(t,",
                                       "1 in ", "{",      "//",     "\\",         "e.tags+",
                                       "-1-",   "has(",   "0x",     "1e",         "\xe7\x83\x9f",
                                       "9"}) {
    std::string source;
    while (source.size() + piece.size() < 4096) source += piece;
    survive(source);
    survive(fmt::format("{}1", source));
  }
}

}  // namespace
}  // namespace tocsin::cel
