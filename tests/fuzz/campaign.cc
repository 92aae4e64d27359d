#include "tests/fuzz/campaign.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>

#include "tests/fuzz/heap.h"

// Of the address sanitizer, if this build has it: called before it ends the process.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace tocsin::fuzz {
namespace {

constexpr std::size_t kLongFactor = 50;
constexpr std::uint64_t kFastFactor = 20;  // without sanitizers rounds are that much faster
// Of processor time for one input; a sanitizer build at -O0 is far below it for what is linear.
constexpr double kMaxSeconds = 20;

std::string last_words;  // which input is running

void say_last_words() {
  const auto ignored = write(STDERR_FILENO, last_words.data(), last_words.size());
  static_cast<void>(ignored);
}

void on_signal(int number) {
  say_last_words();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void prepare_last_words() {
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(say_last_words);
    std::signal(SIGABRT, on_signal);
    return;
  }
  for (const int number : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS}) {
    std::signal(number, on_signal);
  }
}

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// The start of an input, readable in a log.
std::string shown(std::string_view input) {
  std::string out;
  for (const char c : input.substr(0, 400)) {
    const bool plain = c >= 0x20 && c < 0x7f && c != '\\';
    out += plain ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

/// One input out of the corpus and a random stream.
class Mutation {
 public:
  Mutation(const Target& target, std::uint64_t seed, std::uint64_t round)
      : target_(target), random_(seed * 0x9E3779B97F4A7C15 + round) {}

  std::string input() {
    text_ = any(target_.corpus);
    for (std::size_t edits = 1 + below(8); edits > 0; --edits) edit();
    if (text_.size() > target_.max_bytes) text_.resize(target_.max_bytes);
    return std::move(text_);
  }

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }
  const std::string& any(const std::vector<std::string>& from) { return from[below(from.size())]; }
  std::size_t place() { return below(text_.size() + 1); }
  // Mostly short.
  std::size_t length() { return 1 + below(below(4) == 0 ? 200 : 8); }
  char byte() {
    constexpr std::string_view kCommon = "\0\n\r\t \"'\\{}[]():,.-#&*!|>%@`0129azAZ_\x7f\x80\xff";
    return below(3) == 0 ? static_cast<char>(random_()) : kCommon[below(kCommon.size())];
  }

  void edit() {
    const std::size_t at = place();
    switch (below(10)) {
      case 0: text_.erase(at, length()); break;
      case 1: text_.insert(at, 1, byte()); break;
      case 2: text_.insert(at, text_.substr(place(), length())); break;
      case 3: text_.insert(at, other_piece()); break;
      case 4: flip_bit(at); break;
      case 5: digit(at); break;
      case 6: repeat(at); break;
      case 7: swap_lines(); break;
      default: word(at); break;
    }
  }

  std::string other_piece() {
    const std::string& other = any(target_.corpus);
    return other.substr(below(other.size() + 1), length());
  }
  void flip_bit(std::size_t at) {
    if (at < text_.size()) text_[at] = static_cast<char>(text_[at] ^ (1 << below(8)));
  }
  void digit(std::size_t at) {
    const std::size_t found = text_.find_first_of("0123456789", at);
    if (found == std::string::npos) return;
    constexpr std::string_view kNumbers[] = {"0",
                                             "-1",
                                             "9223372036854775807",
                                             "9223372036854775808",
                                             "18446744073709551616",
                                             "4294967296",
                                             "1e400",
                                             "1e-400",
                                             "0.1"};
    text_.replace(found, 1, kNumbers[below(std::size(kNumbers))]);
  }
  void repeat(std::size_t at) {
    const std::string piece = text_.substr(at, length());
    std::string run;
    for (std::size_t i = below(100); i > 0; --i) run += piece;
    text_.insert(at, run);
  }
  void swap_lines() {
    const std::size_t from = text_.find('\n', place());
    if (from == std::string::npos) return;
    const std::string line = text_.substr(from, text_.find('\n', from + 1) - from);
    text_.erase(from, line.size());
    const std::size_t to = text_.find('\n', place());
    text_.insert(to == std::string::npos ? text_.size() : to, line);
  }
  void word(std::size_t at) {
    if (target_.dictionary.empty()) return;
    const std::string& piece = any(target_.dictionary);
    if (below(2) == 0) {
      text_.insert(at, piece);
    } else {
      text_.replace(at, std::min(length(), text_.size() - at), piece);
    }
  }

  const Target& target_;
  std::mt19937_64 random_;
  std::string text_;
};

// True: within its bounds.
bool run_bounded(const Target& target, const std::string& name, std::string_view input) {
  last_words = fmt::format("\nlast input of {}: {}\n", target.name, name);
  const std::size_t before = live_bytes();
  reset_peak();
  const double began = processor_seconds();
  target.run(input);
  const double took = processor_seconds() - began;
  const std::size_t used = peak_bytes() - before;
  const std::size_t allowed = target.memory + input.size() * target.memory_per_byte;
  EXPECT_LE(used, allowed) << name << ": " << shown(input);
  EXPECT_LE(took, kMaxSeconds) << name << ": " << shown(input);
  last_words.clear();
  return used <= allowed && took <= kMaxSeconds && !::testing::Test::HasFailure();
}

}  // namespace

void run_campaign(const Target& target) {
  ASSERT_FALSE(target.corpus.empty());
  prepare_last_words();
  const std::uint64_t seed = number_of("TOCSIN_FUZZ_SEED", 1);
  const bool one = std::getenv("TOCSIN_FUZZ_ROUND") != nullptr;
  const std::uint64_t first = number_of("TOCSIN_FUZZ_ROUND", 0);
  const bool sanitized = __sanitizer_set_death_callback != nullptr;
  const std::uint64_t rounds = one ? 1
                                   : target.rounds * (sanitized ? 1 : kFastFactor) *
                                         (number_of("TOCSIN_LONG", 0) != 0 ? kLongFactor : 1);
  for (std::size_t i = 0; !one && i < target.corpus.size(); ++i) {
    if (!run_bounded(target, fmt::format("corpus {}", i), target.corpus[i])) return;
  }
  for (std::uint64_t round = first; round < first + rounds; ++round) {
    const std::string input = Mutation(target, seed, round).input();
    const std::string name = fmt::format("TOCSIN_FUZZ_SEED={} TOCSIN_FUZZ_ROUND={}", seed, round);
    if (!run_bounded(target, name, input)) return;
  }
}

void run_once(const Target& target, std::string_view what, std::string_view input) {
  prepare_last_words();
  run_bounded(target, std::string(what), input);
}

std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string text;
  text.reserve(bytes);
  while (text.size() + piece.size() <= bytes) text += piece;
  return text;
}

std::vector<std::string> files_of(const std::string& folder, std::string_view ending) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().string().ends_with(ending)) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<std::string> texts;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return texts;
}

}  // namespace tocsin::fuzz
