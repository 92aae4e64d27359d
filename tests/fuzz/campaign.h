#pragma once
/// Deterministic fuzzing: seeded mutations of a corpus, a bound on the memory and the time of every
/// input. Each round depends on the seed and its own number only, so that one round can be run
/// again alone; what killed the process is named on stderr as it dies.
///
///     TOCSIN_LONG=1                    fifty times the rounds (longer than ctest waits: run the
///                                      binary itself)
///     TOCSIN_FUZZ_SEED=7               other mutations
///     TOCSIN_FUZZ_ROUND=12345          only that round
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::fuzz {

struct Target {
  std::string name;
  std::function<void(std::string_view)> run;
  std::vector<std::string> corpus;
  std::vector<std::string> dictionary;  ///< pieces that mean something to the target
  std::size_t max_bytes = 4096;         ///< of a mutated input
  std::size_t rounds = 2000;            ///< under the sanitizers; otherwise twenty times as many
  /// Of the heap while an input runs, over what there was before.
  std::size_t memory = 16 << 20;
  std::size_t memory_per_byte = 256;
};

/// Runs the corpus as it is, then the rounds. Fails on the first input over its bounds.
void run_campaign(const Target& target);

/// One large input under the same bounds, with `what` as its name.
void run_once(const Target& target, std::string_view what, std::string_view input);

/// `piece` again and again, up to `bytes`.
std::string repeated(std::string_view piece, std::size_t bytes);

/// The files of a folder of the source tree with this ending, in order of name.
std::vector<std::string> files_of(const std::string& folder, std::string_view ending);

}  // namespace tocsin::fuzz
