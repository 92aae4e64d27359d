#pragma once
/// TOCSIN_CHECK(condition): a bug, not an expected failure. On in release; prints where and aborts.
namespace tocsin {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace tocsin

#define TOCSIN_CHECK(condition) \
  ((condition) ? void(0) : ::tocsin::check_failed(#condition, __FILE__, __LINE__))
