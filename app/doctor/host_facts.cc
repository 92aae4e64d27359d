#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "app/doctor/host.h"

namespace tocsin::app {
namespace {

constexpr int kSyncs = 200;
constexpr std::size_t kAppendBytes = 100;

std::string nearest_folder(const std::string& folder) {
  std::filesystem::path path = std::filesystem::absolute(folder);
  std::error_code error;
  while (!std::filesystem::is_directory(path, error) && path.has_relative_path())
    path = path.parent_path();
  return path.string();
}

// What the log does: bytes into reserved space, then fdatasync.
bool measure_syncs(int file, std::vector<std::int64_t>& took) {
  const std::string record(kAppendBytes, 'x');
  if (::posix_fallocate(file, 0, kSyncs * static_cast<off_t>(kAppendBytes)) != 0) return false;
  for (int i = 0; i < kSyncs; ++i) {
    const auto began = std::chrono::steady_clock::now();
    const auto written =
        ::pwrite(file, record.data(), record.size(), i * static_cast<off_t>(record.size()));
    if (written != static_cast<ssize_t>(record.size()) || ::fdatasync(file) != 0) return false;
    const auto time = std::chrono::steady_clock::now() - began;
    took.push_back(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
  }
  std::ranges::sort(took);
  return true;
}

void look_at_disk(HostFacts& facts) {
  std::string name = facts.folder + "/.tocsin-doctor-XXXXXX";
  const int file = ::mkstemp(name.data());
  if (file < 0) {
    facts.problem = facts.folder + ": " + std::strerror(errno);
    return;
  }
  ::unlink(name.c_str());
  if (!measure_syncs(file, facts.sync_us))
    facts.problem = facts.folder + ": " + std::strerror(errno);
  ::close(file);
  struct statfs type {};
  struct statvfs room {};
  if (::statfs(facts.folder.c_str(), &type) == 0)
    facts.file_system = static_cast<std::uint64_t>(type.f_type);
  if (::statvfs(facts.folder.c_str(), &room) == 0) {
    facts.free_bytes = room.f_bavail * room.f_frsize;
    facts.free_inodes = room.f_favail;
    facts.total_inodes = room.f_files;
  }
}

std::uint64_t limit_of(__rlimit_resource resource) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0) return UINT64_MAX;
  return limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
}

// Of cgroup v2, then v1; "max" and absurd numbers are none.
std::uint64_t memory_of_machine() {
  struct sysinfo info {};
  if (::sysinfo(&info) != 0) return UINT64_MAX;
  std::uint64_t memory = info.totalram * info.mem_unit;
  for (const char* const path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::uint64_t limit = 0;
    if (std::ifstream(path) >> limit) memory = std::min(memory, limit);
  }
  return memory;
}

}  // namespace

HostFacts look_at_host(const std::string& data_folder) {
  HostFacts facts;
  facts.folder = nearest_folder(data_folder);
  look_at_disk(facts);
  facts.open_files = limit_of(RLIMIT_NOFILE);
  facts.file_size = limit_of(RLIMIT_FSIZE);
  facts.memory = memory_of_machine();
  timex clock{};
  facts.clock_synchronised = ::adjtimex(&clock) != TIME_ERROR && (clock.status & STA_UNSYNC) == 0;
  std::ifstream source("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  source >> facts.clock_source;
  return facts;
}

}  // namespace tocsin::app
