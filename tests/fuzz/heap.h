#pragma once
/// The heap of this process, by its operator new: a binary that links tocsin_fuzz has the global
/// operators replaced by counting ones.
#include <cstddef>

namespace tocsin::fuzz {

std::size_t live_bytes() noexcept;
std::size_t peak_bytes() noexcept;  ///< since the last reset
void reset_peak() noexcept;         ///< to what is live

}  // namespace tocsin::fuzz
