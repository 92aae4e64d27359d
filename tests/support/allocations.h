#pragma once
/// How many times this process has called operator new, in any of its forms. A binary that links
/// tocsin_test_allocations has the global operators replaced by counting ones.
/// Thread: any. The replacement is a library of its own so that other binaries keep the real ones.
#include <cstddef>

namespace tocsin::testing {

std::size_t allocations() noexcept;
/// Of operator new, in heap blocks with their headers.
std::size_t bytes_in_use() noexcept;

}  // namespace tocsin::testing
