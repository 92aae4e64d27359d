#pragma once
/// The machine under the engine: its disk, limits and clock. Looking and judging are apart, so that
/// every judgement can be tested.
///
/// Thread: any. Looking writes one file of a few KiB into the data folder (or, while that does not
/// exist, into the nearest folder above it) and removes it.
#include <cstdint>
#include <string>
#include <vector>

#include "app/doctor/finding.h"

namespace tocsin::app {

struct HostFacts {
  std::string folder;           ///< looked at
  std::string problem;          ///< why the disk could not be looked at; empty: it could
  std::uint64_t file_system{};  ///< its magic number, as statfs(2) has it
  std::uint64_t free_bytes = 0;
  std::uint64_t free_inodes = 0;  ///< 0 with total_inodes 0: it does not count them
  std::uint64_t total_inodes = 0;
  std::vector<std::int64_t> sync_us;  ///< a small append with fdatasync, in order of size
  std::uint64_t open_files = 0;       ///< soft limits; UINT64_MAX: none
  std::uint64_t file_size = 0;
  std::uint64_t memory = 0;  ///< of the machine, or the group if that is less
  bool clock_synchronised = false;
  std::string clock_source;  ///< "tsc", "kvm-clock"; empty: unknown
};

HostFacts look_at_host(const std::string& data_folder);

/// `segment_size`: of the log.
Findings judge(const HostFacts& facts, std::uint64_t segment_size);

}  // namespace tocsin::app
