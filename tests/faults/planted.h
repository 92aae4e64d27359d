#pragma once
/// Compiled before every file of the build that canaries.py makes, and nowhere else: asks whether a
/// bug is planted in this process.
#include <cstdlib>
#include <cstring>

inline bool planted(const char* bug) {
  static const char* const chosen = std::getenv("TOCSIN_PLANTED");
  return chosen != nullptr && std::strcmp(chosen, bug) == 0;
}
