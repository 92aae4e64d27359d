#include "tests/support/allocations.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::size_t> counted{0};
std::atomic<std::size_t> in_use{0};

// With the header of a heap block.
std::size_t block_of(void* p) noexcept { return p == nullptr ? 0 : malloc_usable_size(p) + 8; }

void* taken(void* p) noexcept {
  ++counted;
  in_use += block_of(p);
  return p;
}
void give_back(void* p) noexcept {
  in_use -= block_of(p);
  std::free(p);
}
}  // namespace

namespace tocsin::testing {
std::size_t allocations() noexcept { return counted.load(); }
std::size_t bytes_in_use() noexcept { return in_use.load(); }
}  // namespace tocsin::testing

// This file holds nothing that allocates: where the compiler sees both ends of a pair, it takes the
// replacement for a mismatch.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return taken(std::malloc(size));
}
void* operator new(std::size_t size) {
  if (void* p = ::operator new(size, std::nothrow)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto align = static_cast<std::size_t>(alignment);
  if (void* p = std::aligned_alloc(align, (size + align - 1) / align * align)) return taken(p);
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { give_back(p); }
void operator delete(void* p, std::size_t) noexcept { give_back(p); }
void operator delete(void* p, std::align_val_t) noexcept { give_back(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { give_back(p); }
