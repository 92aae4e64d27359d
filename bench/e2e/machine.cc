#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>

#include "bench/e2e/e2e.h"

namespace tocsin::bench {
namespace {

/// The text after the colon of the first line of /proc/cpuinfo that names the model.
std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  std::string line;
  while (std::getline(info, line)) {
    if (!line.starts_with("model name")) continue;
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

}  // namespace

std::string machine_line() {
  utsname system{};
  ::uname(&system);
  const double memory =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return fmt::format("{} x {}, {:.0f} GB, {} {}", std::thread::hardware_concurrency(), cpu_model(),
                     memory / 1e9, system.sysname, system.release);
}

}  // namespace tocsin::bench
