#pragma once
/// Snapshots: the engine's state at some record of its log, so that a start need not apply the log
/// from its beginning. Files in a folder; the two newest are kept.
///
///     snapshot-<position, 20 digits>
///     tocsin-snapshot/1 position=P alerts=A record=H bytes=N digest=D LF
///     N bytes of state (Pipeline::state and what is open)
///
/// P: the newest record that had been applied. A: the newest alert record there was by then. H: the
/// digest of record P, by which a snapshot knows its log. D: that of all that stands before it and
/// of the state. Digests are XXH3-128.
///
/// A snapshot is written by a child process, which sees the state as it was when it was forked: the
/// engine stands still for the fork alone. It becomes one (by its name) when it is on the disk and
/// the alert log has everything up to A on the disk as well.
///
/// Thread: one, the engine's.
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/log.h"

namespace tocsin::app {

struct SnapshotHead {
  LogPosition position = 0;
  LogPosition alerts = 0;
  std::string record;
};
std::string record_digest(const LogRecord& record);

struct Snapshot {
  SnapshotHead head;
  std::string state;
};

class SnapshotFolder {
 public:
  explicit SnapshotFolder(std::string path) : path_(std::move(path)) {}

  std::vector<LogPosition> positions() const;  ///< newest first
  /// nullopt: `why` says in words what is wrong with it.
  std::optional<Snapshot> read(LogPosition position, std::string& why) const;
  /// Writes one to the disk under a name that is none yet. False: errno says why.
  bool write(const SnapshotHead& head, const std::string& state) const;
  /// What was written becomes a snapshot; all but the two newest go. False: errno says why.
  bool keep(LogPosition position) const;

 private:
  std::string file_of(LogPosition position) const;
  std::string unfinished() const;

  std::string path_;
};

class SnapshotWriter {
 public:
  explicit SnapshotWriter(SnapshotFolder folder) : folder_(std::move(folder)) {}
  ~SnapshotWriter();  ///< gives up the one that is being written

  bool busy() const { return head_.has_value(); }
  /// Forks; `state` is made in the child. False: it could not. Requires: not busy.
  bool begin(SnapshotHead head, const std::function<std::string()>& state);
  /// The same without a child, for a stop.
  bool write_now(SnapshotHead head, const std::string& state);
  void give_up();  ///< what is under way
  enum class Progress : unsigned char { none, writing, kept, failed };
  /// Looks after the one under way. `alerts_durable`: what the alert log has on the disk.
  Progress look(LogPosition alerts_durable);

 private:
  SnapshotFolder folder_;
  std::optional<SnapshotHead> head_;  // of the one under way
  pid_t child_ = 0;                   // 0: it is written
};

}  // namespace tocsin::app
