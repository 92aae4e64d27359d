#include "journal/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "journal/format.h"

namespace tocsin::journal {

ssize_t Disk::pwrite(int fd, const void* data, std::size_t size, off_t offset) {
  return ::pwrite(fd, data, size, offset);
}

int Disk::fdatasync(int fd) { return ::fdatasync(fd); }

int Disk::allocate(int fd, std::uint64_t size) {
  return ::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size));
}

Disk& Disk::system() {
  static Disk disk;
  return disk;
}

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

bool means_no_space(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }

LogError log_error_of(int error) {
  if (means_no_space(error)) return LogError::no_space;
  const bool denied = error == EACCES || error == EPERM || error == EROFS;
  return denied ? LogError::permission : LogError::io;
}

Fd open_read(const std::string& path) { return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); }

ssize_t read_at(int fd, char* data, std::size_t size, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(fd, data + done, size - done, static_cast<off_t>(offset + done));
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    done += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(done);
}

std::int64_t file_size(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 ? info.st_size : -1;
}

int write_all(Disk& disk, int fd, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t done = disk.pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return errno;
    if (done == 0) return ENOSPC;
    bytes.remove_prefix(static_cast<std::size_t>(done));
    offset += static_cast<std::uint64_t>(done);
  }
  return 0;
}

namespace {

bool is_unfinished(std::string_view name) {
  if (!name.ends_with(kUnfinishedSuffix)) return false;
  name.remove_suffix(kUnfinishedSuffix.size());
  return name == kOriginName || parse_segment_name(name);
}

}  // namespace

FolderListing list_folder(const std::string& folder) {
  FolderListing listing;
  listing.folder = folder;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (const auto first = parse_segment_name(name)) {
      listing.segments.push_back({*first, it->path().string()});
    } else if (is_unfinished(name)) {
      listing.unfinished.push_back(it->path().string());
    }
  }
  listing.error = error.value();
  std::ranges::sort(listing.segments, {}, &Segment::first);
  return listing;
}

}  // namespace tocsin::journal
