#pragma once
/// What the writer asks of the disk, so that tests can let the n-th call fail; and the few file
/// helpers that the folder needs. Errors are errno values, 0 is success.
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/log.h"

namespace tocsin::journal {

class Disk {
 public:
  virtual ~Disk() = default;
  virtual ssize_t pwrite(int fd, const void* data, std::size_t size, off_t offset);
  virtual int fdatasync(int fd);  ///< 0, or -1 with errno
  /// Gives the file's first `size` bytes blocks of their own; its length stays. 0, or -1 with
  /// errno.
  virtual int allocate(int fd, std::uint64_t size);

  static Disk& system();
};

/// An open file; closes it.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Disk full, over the quota, or over the process's file size limit.
bool means_no_space(int error);
/// no_space, permission or io.
LogError log_error_of(int error);

Fd open_read(const std::string& path);  ///< falsy: errno says why
/// Reads up to `size` bytes at `offset`; fewer only at the end of the file; -1 with errno.
ssize_t read_at(int fd, char* data, std::size_t size, std::uint64_t offset);
/// -1 with errno.
std::int64_t file_size(int fd);
/// Goes on after a part and after EINTR; 0, or an errno value.
int write_all(Disk& disk, int fd, std::string_view bytes, std::uint64_t offset);

struct Segment {
  LogPosition first = 0;
  std::string path;
};
/// The segments of a folder by position. `unfinished`: paths of segments that were being created.
struct FolderListing {
  std::string folder;
  std::vector<Segment> segments;
  std::vector<std::string> unfinished;
  int error = 0;
};
FolderListing list_folder(const std::string& folder);

}  // namespace tocsin::journal
