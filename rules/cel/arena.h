#pragma once
/// Arena: a fixed piece of memory that one evaluation builds its strings and lists in.
/// Allocates at construction only. Everything in it dies with reset() or release().
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "core/value.h"

namespace tocsin::cel {

class Arena {
 public:
  explicit Arena(std::size_t bytes) : memory_(new std::byte[bytes]), size_(bytes) {}

  void reset() { used_ = 0; }
  std::size_t mark() const { return used_; }
  void release(std::size_t mark) { used_ = mark; }

  /// Null if it does not fit.
  char* take(std::size_t bytes) { return static_cast<char*>(take(bytes, 1)); }
  Value* take_values(std::size_t count) {
    if (count > size_ / sizeof(Value)) return nullptr;
    return static_cast<Value*>(take(count * sizeof(Value), alignof(Value)));
  }

 private:
  void* take(std::size_t bytes, std::size_t alignment) {
    const std::size_t begin = (used_ + alignment - 1) / alignment * alignment;
    if (begin > size_ || bytes > size_ - begin) return nullptr;
    used_ = begin + bytes;
    return memory_.get() + begin;
  }

  std::unique_ptr<std::byte[]> memory_;
  std::size_t size_;
  std::size_t used_ = 0;
};

}  // namespace tocsin::cel
