#include "alerts/position_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>

namespace tocsin::alerts {
namespace {

constexpr std::string_view kPositionFormat = "tocsin.position/1 ";
constexpr std::size_t kLongestLine = 256;
constexpr mode_t kPositionMode = 0644;

// A file that is open, or is not (get() < 0).
class OpenFile {
 public:
  OpenFile(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, kPositionMode)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// Of the call that has just failed.
std::string failure_text() { return std::generic_category().message(errno); }

bool replace_file(const std::string& path, const std::string& line) {
  const std::string unfinished = path + ".tmp";
  {
    const OpenFile file(unfinished, O_WRONLY | O_CREAT | O_TRUNC);
    // So short a line is written whole or not at all.
    if (file.get() < 0 ||
        ::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
        ::fdatasync(file.get()) != 0)
      return false;
  }
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) return false;
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const OpenFile folder(parent.empty() ? "." : parent, O_RDONLY | O_DIRECTORY);
  return folder.get() >= 0 && ::fsync(folder.get()) == 0;
}

LoadedPosition parse_position(std::string_view line) {
  const UnreadablePosition damaged{"it is damaged"};
  if (!line.starts_with(kPositionFormat) || !line.ends_with('\n')) return damaged;
  line.remove_prefix(kPositionFormat.size());
  line.remove_suffix(1);
  const std::size_t space = line.find(' ');
  if (space == 0 || space == std::string_view::npos) return damaged;
  StoredPosition stored{std::string(line.substr(0, space)), 0};
  const std::string_view digits = line.substr(space + 1);
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, stored.position);
  if (error != std::errc{} || end != last) return damaged;
  return stored;
}

}  // namespace

LoadedPosition PositionFile::load() const {
  const OpenFile file(path_, O_RDONLY);
  if (file.get() < 0 && errno == ENOENT) return NoPosition{};
  char line[kLongestLine];
  const ssize_t size = file.get() < 0 ? -1 : ::read(file.get(), line, sizeof line);
  if (size < 0) return UnreadablePosition{failure_text()};
  return parse_position({line, static_cast<std::size_t>(size)});
}

std::string PositionFile::store(const StoredPosition& position) const {
  const std::string line =
      fmt::format("{}{} {}\n", kPositionFormat, position.log_id, position.position);
  return replace_file(path_, line) ? std::string{} : failure_text();
}

}  // namespace tocsin::alerts
