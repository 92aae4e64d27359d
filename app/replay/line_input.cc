#include "app/replay/line_input.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace tocsin::app {
namespace {

constexpr std::size_t kBlock = 256 * 1024;

}  // namespace

LineInput::LineInput(const std::string& path) : path_(path) {
  fd_ = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) {
    fail();
  } else {
    map_or_read();
  }
}

LineInput::~LineInput() {
  if (!mapped_.empty()) ::munmap(const_cast<char*>(mapped_.data()), mapped_.size());
  if (fd_ > STDIN_FILENO) ::close(fd_);
}

void LineInput::fail() {
  error_ = path_ + ": " + std::generic_category().message(errno);
  ended_ = true;
}

// What cannot be mapped (a pipe, an empty file) is read.
void LineInput::map_or_read() {
  struct stat about {};
  if (::fstat(fd_, &about) != 0) return fail();
  if (S_ISDIR(about.st_mode)) {
    errno = EISDIR;
    return fail();
  }
  if (!S_ISREG(about.st_mode) || about.st_size == 0 || ::lseek(fd_, 0, SEEK_CUR) != 0) return;
  const auto size = static_cast<std::size_t>(about.st_size);
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd_, 0);
  if (memory == MAP_FAILED) return;
  ::madvise(memory, size, MADV_SEQUENTIAL);
  mapped_ = {static_cast<const char*>(memory), size};
  ended_ = true;
}

bool LineInput::read_more() {
  if (ended_) return false;
  if (before_waiting_) before_waiting_();
  const std::size_t size = read_.size();
  read_.resize(size + kBlock);
  ssize_t got = 0;
  do {
    got = ::read(fd_, read_.data() + size, kBlock);
  } while (got < 0 && errno == EINTR);
  if (got < 0) fail();
  read_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  ended_ = ended_ || got == 0;
  return got > 0;
}

std::optional<std::string_view> LineInput::next() {
  std::size_t end = text().find('\n', searched_);
  while (end == std::string_view::npos) {
    searched_ = text().size();
    if (!read_more()) break;
    end = text().find('\n', searched_);
  }
  if (end == std::string_view::npos) {
    if (begin_ == text().size() || !error_.empty()) return std::nullopt;
    end = text().size();  // the last line has no end
  }
  line_begin_ = begin_;
  begin_ = searched_ = std::min(end + 1, text().size());
  ++line_number_;
  return text().substr(line_begin_, end - line_begin_);
}

}  // namespace tocsin::app
