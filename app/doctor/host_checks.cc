#include <fmt/format.h>
#include <linux/magic.h>

#include <array>

#include "app/doctor/host.h"
#include "app/text.h"

namespace tocsin::app {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kGiB = 1024 * kMiB;

// 20,000 events/s of 100 bytes are 170 GiB a day; below the lower one the next hour is not sure.
constexpr std::uint64_t kLittleRoom = 20 * kGiB;
constexpr std::uint64_t kNoRoom = 1 * kGiB;
constexpr std::uint64_t kFewInodes = 10'000;
// An honest disk needs longer; this is memory, or a cache that forgets when the power goes.
constexpr std::int64_t kTooFastUs = 8;
constexpr std::int64_t kSlowUs = 50'000;
// A socket for each of 3,400 gateways (one a building) and what the engine itself opens.
constexpr std::uint64_t kFewFiles = 4'096;
constexpr std::uint64_t kTooFewFiles = 256;
// 170,000 devices and 10,000 rules take up to 256 MiB, decoding and buffers beside them.
constexpr std::uint64_t kLittleMemory = 1 * kGiB;
constexpr std::uint64_t kTooLittleMemory = 256 * kMiB;

std::string gib_text(std::uint64_t bytes) {
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / static_cast<double>(kGiB));
}

struct FileSystem {
  std::uint64_t magic;
  const char* name;
  Health health;
  Words what;
  Words fix;
};
// cifs and smb2 have no name in linux/magic.h of every kernel.
constexpr std::uint64_t kCifs = 0xff534d42;
constexpr std::uint64_t kSmb2 = 0xfe534d42;

const FileSystem* find_file_system(std::uint64_t magic) {
  static const Words kDisk{"put `data` on a disk", "请将 data 放在磁盘上"};
  static const Words kLocal{
      "put `data` on a local disk, or ask whoever runs the server whether a sync is one",
      "请将 data 放在本地磁盘，或确认服务器上的同步确实落盘"};
  static const std::array<FileSystem, 7> kKnown{{
      {TMPFS_MAGIC,
       "tmpfs",
       Health::bad,
       {"memory: gone when the power goes", "内存文件系统：断电即丢失"},
       kDisk},
      {RAMFS_MAGIC,
       "ramfs",
       Health::bad,
       {"memory: gone when the power goes", "内存文件系统：断电即丢失"},
       kDisk},
      {OVERLAYFS_SUPER_MAGIC,
       "overlayfs",
       Health::warning,
       {"the layer of a container: gone with the container", "容器层：随容器一起消失"},
       {"mount a volume at `data`", "请为 data 挂载卷"}},
      {NFS_SUPER_MAGIC,
       "nfs",
       Health::warning,
       {"a sync is what the server makes of it", "同步是否落盘取决于服务器"},
       kLocal},
      {kCifs,
       "cifs",
       Health::warning,
       {"a sync is what the server makes of it", "同步是否落盘取决于服务器"},
       kLocal},
      {kSmb2,
       "cifs",
       Health::warning,
       {"a sync is what the server makes of it", "同步是否落盘取决于服务器"},
       kLocal},
      {FUSE_SUPER_MAGIC,
       "fuse",
       Health::warning,
       {"a sync is what the program behind it makes of it", "同步是否落盘取决于其后的程序"},
       kLocal},
  }};
  for (const FileSystem& one : kKnown) {
    if (one.magic == magic) return &one;
  }
  return nullptr;
}

Finding judge_file_system(const HostFacts& facts) {
  const FileSystem* const known = find_file_system(facts.file_system);
  if (known == nullptr) return {"disk.filesystem", Health::ok, {facts.folder, facts.folder}};
  return {"disk.filesystem",
          known->health,
          {fmt::format("{} is {}, {}", facts.folder, known->name, known->what.en),
           fmt::format("{} 是 {}，{}", facts.folder, known->name, known->what.zh)},
          known->fix};
}

Finding judge_syncs(const HostFacts& facts) {
  const std::size_t count = facts.sync_us.size();
  const std::int64_t p50 = facts.sync_us[count / 2];
  const std::int64_t p99 = facts.sync_us[count * 99 / 100];
  Finding finding{"disk.sync",
                  Health::ok,
                  {fmt::format("{} appends with fdatasync in {}: p50 {} us, p99 {} us", count,
                               facts.folder, p50, p99),
                   fmt::format("在 {} 追加并 fdatasync {} 次：p50 {} 微秒，p99 {} 微秒",
                               facts.folder, count, p50, p99)}};
  if (p50 < kTooFastUs) {
    finding.health = Health::warning;
    finding.fix = {"faster than a disk can be: make sure that its cache survives a loss of power",
                   "快于磁盘所能：请确认其缓存在断电后不丢失"};
  } else if (p99 > kSlowUs) {
    finding.health = Health::warning;
    finding.fix = {
        "every acknowledgement waits for a sync: give `data` a disk of its own, best an SSD",
        "每次应答都要等待落盘：请为 data 使用单独的磁盘，最好是固态盘"};
  }
  return finding;
}

Finding judge_room(const HostFacts& facts) {
  const std::string free = gib_text(facts.free_bytes);
  Finding finding{
      "disk.space", Health::ok, {fmt::format("{} free", free), fmt::format("剩余 {}", free)}};
  const bool few_inodes = facts.total_inodes > 0 && facts.free_inodes < kFewInodes;
  if (few_inodes) {
    finding.what.en += fmt::format(", {} inodes", facts.free_inodes);
    finding.what.zh += fmt::format("，{} 个 inode", facts.free_inodes);
  }
  if (facts.free_bytes >= kLittleRoom && !few_inodes) return finding;
  finding.health = facts.free_bytes < kNoRoom ? Health::bad : Health::warning;
  finding.fix = {
      "a full disk stops acknowledgements: 20,000 events/s of 100 bytes are 170 GiB a day",
      "磁盘写满后将停止应答：每秒 2 万个 100 字节的事件每天约 170 GiB"};
  return finding;
}

std::string limit_text(std::uint64_t limit) {
  return limit == UINT64_MAX ? "unlimited" : std::to_string(limit);
}

Finding judge_open_files(const HostFacts& facts) {
  Finding finding{"limits.files",
                  Health::ok,
                  {fmt::format("{} open files", limit_text(facts.open_files)),
                   fmt::format("可打开 {} 个文件", limit_text(facts.open_files))}};
  if (facts.open_files >= kFewFiles) return finding;
  finding.health = facts.open_files < kTooFewFiles ? Health::bad : Health::warning;
  finding.fix = {"LimitNOFILE=65536 in the unit, or ulimit -n 65536 before the start",
                 "在服务单元中设置 LimitNOFILE=65536，或启动前执行 ulimit -n 65536"};
  return finding;
}

Finding judge_file_size(const HostFacts& facts, std::uint64_t segment_size) {
  Finding finding{"limits.file_size",
                  Health::ok,
                  {fmt::format("{} bytes a file", limit_text(facts.file_size)),
                   fmt::format("单个文件 {} 字节", limit_text(facts.file_size))}};
  if (facts.file_size >= segment_size) return finding;
  finding.health = Health::bad;
  finding.fix = {
      fmt::format(
          "a file of the log grows to {}: ulimit -f unlimited, or a smaller journal.segment_size",
          bytes_text(segment_size)),
      fmt::format("日志文件会增长到 {}：请执行 ulimit -f unlimited，或减小 journal.segment_size",
                  bytes_text(segment_size))};
  return finding;
}

Finding judge_memory(const HostFacts& facts) {
  const std::string memory = gib_text(facts.memory);
  Finding finding{"limits.memory", Health::ok, {memory, memory}};
  if (facts.memory >= kLittleMemory) return finding;
  finding.health = facts.memory < kTooLittleMemory ? Health::bad : Health::warning;
  finding.fix = {
      "170,000 devices and 10,000 rules need up to 256 MiB beside what else runs: raise the limit",
      "17 万台设备与 1 万条规则最多需要 256 MiB，请提高内存限制"};
  return finding;
}

Finding judge_clock(const HostFacts& facts) {
  Finding finding{"clock.synchronised", Health::ok, {"by the kernel's word", "内核称已同步"}};
  if (facts.clock_synchronised) return finding;
  return {"clock.synchronised",
          Health::warning,
          {"no: event times would be judged by a clock that drifts",
           "未同步：将以有漂移的时钟判断事件时间"},
          {"run chrony, or systemd-timesyncd; in a container, its host",
           "请运行 chrony 或 systemd-timesyncd（容器则在宿主机上）"}};
}

Finding judge_clock_source(const HostFacts& facts) {
  const std::string name = facts.clock_source.empty() ? "?" : facts.clock_source;
  const bool slow = name == "hpet" || name == "acpi_pm" || name == "jiffies";
  if (!slow) return {"clock.source", Health::ok, {name, name}};
  return {"clock.source",
          Health::warning,
          {name + ": every look at the clock is slow", name + "：每次读取时钟都较慢"},
          {"boot with clocksource=tsc if the processor has a constant one",
           "若处理器支持恒定 TSC，请以 clocksource=tsc 启动"}};
}

}  // namespace

std::string_view to_string(Health health) {
  switch (health) {
    case Health::ok: return "ok";
    case Health::skipped: return "skipped";
    case Health::warning: return "warning";
    case Health::bad: return "bad";
  }
  return "";
}

Findings judge(const HostFacts& facts, std::uint64_t segment_size) {
  Findings findings;
  if (!facts.problem.empty()) {
    findings.push_back({"disk",
                        Health::bad,
                        {facts.problem, facts.problem},
                        {"the engine needs a folder it can write to", "引擎需要可写的目录"}});
  } else {
    findings = {judge_file_system(facts), judge_syncs(facts), judge_room(facts)};
  }
  findings.insert(findings.end(),
                  {judge_open_files(facts), judge_file_size(facts, segment_size),
                   judge_memory(facts), judge_clock(facts), judge_clock_source(facts)});
  return findings;
}

}  // namespace tocsin::app
