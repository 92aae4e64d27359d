#include "app/in_parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace tocsin::app {
namespace {

constexpr std::size_t kFewPieces = 16;  // a thread costs more than it saves
constexpr unsigned kMostThreads = 4;

}  // namespace

void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> others;
  const unsigned cores = std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
  for (unsigned i = 1; i < cores && count > kFewPieces; ++i) others.emplace_back(run);
  run();
}

}  // namespace tocsin::app
