#include "app/output.h"

#include <unistd.h>

#include <cerrno>

namespace tocsin::app {

bool Output::flush() {
  std::string_view rest = buffer_;
  while (ok_ && !rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written > 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (written < 0 && errno != EINTR) {
      ok_ = false;
    }
  }
  buffer_.clear();
  return ok_;
}

}  // namespace tocsin::app
