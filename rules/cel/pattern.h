#pragma once
/// A regular expression: RE2, compiled once, searched anywhere in the text.
/// Thread: const and shareable. Memory: bounded by kMaxPatternMemory. RE2 fills part of it lazily,
/// the first times it meets new kinds of text: the only allocation an evaluation may cause.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace tocsin::cel {

class Pattern {
 public:
  static constexpr std::size_t kMaxPatternMemory = 256 * 1024;  ///< bytes, program and cache

  /// Compiles `source`; ok() is false and error() says why if that fails.
  explicit Pattern(std::string_view source);

  bool ok() const;
  std::string error() const;
  bool found_in(std::string_view text) const;
  /// Instructions of its program. Requires: ok().
  std::size_t size() const;

 private:
  std::shared_ptr<const re2::RE2> regex_;
};

}  // namespace tocsin::cel
