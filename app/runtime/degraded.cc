#include "app/runtime/degraded.h"

#include <algorithm>

namespace tocsin::app {
namespace {

bool has(const std::vector<Degraded>& all, Part part) {
  return std::ranges::find(all, part, &Degraded::part) != all.end();
}

}  // namespace

std::vector<std::string> DegradedNews::look(const std::vector<Degraded>& now) {
  std::vector<std::string> lines;
  for (const Degraded& one : now) {
    if (has(known_, one.part)) continue;
    lines.push_back("degraded: " + one.reason);
    known_.push_back(one);
  }
  std::erase_if(known_, [&](const Degraded& one) {
    const bool over = !has(now, one.part);
    if (over) lines.push_back("over: " + one.reason);
    return over;
  });
  return lines;
}

}  // namespace tocsin::app
