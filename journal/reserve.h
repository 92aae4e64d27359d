#pragma once
/// Reserve: space that a log sets aside while the disk has some, and gives back when it has none,
/// so that what was accepted, alerts and ticks still get onto a full disk. A file of blocks without
/// content beside the segments.
///
/// Thread: the writer.
#include <cstdint>
#include <string>

#include "journal/disk.h"

namespace tocsin::journal {

class Reserve {
 public:
  /// `bytes` 0: there is none.
  Reserve(Disk& disk, const std::string& folder, std::uint64_t bytes);

  bool is_wanted() const { return bytes_ > 0; }
  bool is_held() const { return held_; }
  std::uint64_t bytes() const { return held_ ? bytes_ : 0; }
  bool take();  ///< false: the disk has no room for it
  void give_back();

 private:
  Disk& disk_;
  const std::string path_;
  const std::uint64_t bytes_;
  bool held_ = false;
};

}  // namespace tocsin::journal
