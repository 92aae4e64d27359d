#pragma once
/// in_parallel(): independent pieces of work on a few threads.
///
/// Thread: the caller's, and others that have ended when it returns. `work` is called from all of
/// them and may touch only what belongs to its piece.
#include <cstddef>
#include <functional>

namespace tocsin::app {

/// work(0) to work(count - 1), each once, in any order. Few pieces stay on the caller's thread.
void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace tocsin::app
