#pragma once
/// ChildProcess: a program run as a child in its own process group, so that a Ctrl-C at the
/// terminal reaches only us and we stop the children in order. If we die, the kernel kills it
/// (PR_SET_PDEATHSIG).
///
/// Thread: one thread starts and stops it, and must outlive it (the kernel ties the death signal to
/// it).
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "core/time.h"

namespace tocsin::app {

class ChildProcess {
 public:
  ChildProcess() = default;
  ~ChildProcess() { stop(Duration{2000}); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Searches PATH. stdout and stderr go to `output` (appended); empty: /dev/null. False: errno
  /// says why.
  bool start(const std::vector<std::string>& command, const std::string& output);

  /// SIGTERM to its group, SIGKILL after `patience`. Returns the exit status as the shell counts
  /// it; nullopt: it was not running.
  std::optional<int> stop(Duration patience);
  /// Waits at most `patience`; nullopt: still running.
  std::optional<int> wait(Duration patience);
  bool running();
  pid_t pid() const { return pid_; }

 private:
  std::optional<int> reap(int flags);
  pid_t pid_ = -1;
};

/// A TCP port of 127.0.0.1 that was free a moment ago; 0: none.
unsigned short free_port();
/// True once something accepts at 127.0.0.1:port; false after `patience`.
bool wait_listening(unsigned short port, Duration patience);

/// A new folder below the temporary folder, removed with all it holds by the destructor.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& prefix);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace tocsin::app
