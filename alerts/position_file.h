#pragma once
/// PositionFile: remembers how far a sink got, over restarts and a kill -9. One line,
///
///     tocsin.position/1 <AlertLog::id()> <position>
///
/// replaced as a whole (a new file, fdatasync, rename, fsync of the folder), so that a reader finds
/// the old line or the new one.
///
/// Thread: one. Errors: as text for people.
#include <cstdint>
#include <string>
#include <variant>

#include "core/log.h"

namespace tocsin::alerts {

struct StoredPosition {
  std::string log_id;
  LogPosition position = 0;
  friend bool operator==(const StoredPosition&, const StoredPosition&) = default;
};
struct NoPosition {};        ///< there is no such file
struct UnreadablePosition {  ///< there is one, and it says nothing one could use
  std::string why;
};
using LoadedPosition = std::variant<NoPosition, StoredPosition, UnreadablePosition>;

class PositionFile {
 public:
  explicit PositionFile(std::string path) : path_(std::move(path)) {}

  LoadedPosition load() const;
  /// Empty: on the disk. Else why not; the old line is still there.
  std::string store(const StoredPosition& position) const;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace tocsin::alerts
