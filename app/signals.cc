#include "app/signals.h"

#include <ctime>

namespace tocsin::app {

Signals::Signals(std::initializer_list<int> wanted) {
  sigemptyset(&set_);
  for (const int signal : wanted) sigaddset(&set_, signal);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

std::optional<int> Signals::wait(Duration at_most) {
  const auto ms = at_most.count() > 0 ? at_most.count() : 0;
  const timespec time{static_cast<time_t>(ms / 1000), static_cast<long>(ms % 1000) * 1'000'000};
  const int got = sigtimedwait(&set_, nullptr, &time);
  return got > 0 ? std::optional<int>(got) : std::nullopt;
}

}  // namespace tocsin::app
