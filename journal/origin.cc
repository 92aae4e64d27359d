#include "journal/origin.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace tocsin::journal {

Result<std::optional<Origin>, LogError> read_origin(const std::string& folder,
                                                    std::string& detail) {
  const std::string path = fmt::format("{}/{}", folder, kOriginName);
  const Fd file = open_read(path);
  if (!file && errno == ENOENT) return std::optional<Origin>{};
  std::array<char, 2 * kOriginBytes> bytes{};
  const ssize_t got = file ? read_at(file.get(), bytes.data(), bytes.size(), 0) : -1;
  if (got < 0) {
    detail = fmt::format("{}: {}", path, std::strerror(errno));
    return log_error_of(errno);
  }
  auto origin = decode_origin({bytes.data(), static_cast<std::size_t>(got)});
  if (origin) return std::optional<Origin>(std::move(*origin));
  detail = fmt::format(
      "{}: {}", path,
      origin.error() == LogError::version ? "written by a newer version of tocsin" : "damaged");
  return origin.error();
}

int write_origin(Disk& disk, const std::string& folder, int folder_fd, const Origin& origin) {
  const std::string path = fmt::format("{}/{}", folder, kOriginName);
  const std::string unfinished = path + std::string(kUnfinishedSuffix);
  const std::string bytes = encode(origin);
  {
    const Fd file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    if (!file) return errno;
    if (const int error = write_all(disk, file.get(), bytes, 0)) return error;
    if (disk.fdatasync(file.get()) != 0) return errno;
  }
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) return errno;
  return ::fsync(folder_fd) == 0 ? 0 : errno;
}

}  // namespace tocsin::journal
