#include "journal/segment_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <random>

namespace tocsin::journal {
namespace {

std::uint64_t random_salt() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

SegmentWriter::SegmentWriter(Disk& disk, std::string folder, int folder_fd,
                             std::uint64_t segment_bytes)
    : disk_(disk),
      folder_(std::move(folder)),
      folder_fd_(folder_fd),
      segment_bytes_(segment_bytes) {}

int SegmentWriter::adopt(const std::string& path, LogPosition first, std::uint64_t salt,
                         std::uint64_t end) {
  Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return errno;
  (void)disk_.allocate(file.get(), segment_bytes_);  // else the space is looked for as it fills
  file_ = std::move(file);
  first_ = first;
  salt_ = salt;
  end_ = end;
  return 0;
}

int SegmentWriter::start(LogPosition first, Timestamp created) {
  const SegmentHeader header{first, random_salt(), created};
  const std::string path = folder_ + "/" + segment_name(first);
  const std::string unfinished = path + std::string(kUnfinishedSuffix);
  int error = create(unfinished, header);
  if (error == 0 && std::rename(unfinished.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0 && ::fsync(folder_fd_) != 0) error = errno;
  if (error == 0) give_back_rest();
  if (error == 0) error = adopt(path, first, header.salt, kSegmentHeaderBytes);
  if (error != 0) ::unlink(unfinished.c_str());
  return error;
}

int SegmentWriter::create(const std::string& unfinished, const SegmentHeader& header) {
  const Fd file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (!file) return errno;
  const SegmentHeaderBytes bytes = encode(header);
  if (const int error = write_all(disk_, file.get(), {bytes.data(), bytes.size()}, 0)) return error;
  return disk_.fdatasync(file.get()) == 0 ? 0 : errno;
}

int SegmentWriter::write(std::string_view bytes) {
  const int error = write_all(disk_, file_.get(), bytes, end_);
  if (error == 0) end_ += bytes.size();
  return error;
}

// What was set aside for a segment and not used.
void SegmentWriter::give_back_rest() {
  if (file_) (void)!::ftruncate(file_.get(), static_cast<off_t>(end_));
}

int SegmentWriter::sync() { return disk_.fdatasync(file_.get()) == 0 ? 0 : errno; }

bool SegmentWriter::fits(std::size_t bytes) const {
  return end_ == kSegmentHeaderBytes || end_ + bytes <= segment_bytes_;
}

}  // namespace tocsin::journal
